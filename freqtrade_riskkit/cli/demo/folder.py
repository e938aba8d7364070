"""The folder that the demo works in: what is in it, and how it gets there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.practice import shipped_candles

SHIPPED = Path(__file__).parent / "files"
_MARK = ".riskkit-demo"
_TIMEFRAME = "1h"


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """The places in a demo's folder.

    Attributes
    ----------
    root
        The folder itself, absolute.
    """

    root: Path

    @property
    def user_data(self) -> Path:
        """Freqtrade's user directory."""
        return self.root / "user_data"

    @property
    def candles(self) -> Path:
        """Freqtrade's data directory."""
        return self.user_data / "data" / "binance"

    @property
    def strategy(self) -> Path:
        """The strategy's file."""
        return self.user_data / "strategies" / "riskkit_demo.py"

    @property
    def results(self) -> Path:
        """Where Freqtrade leaves its results."""
        return self.user_data / "backtest_results"

    @property
    def config(self) -> Path:
        """The config of every run."""
        return self.root / "config.json"

    @property
    def practice(self) -> Path:
        """The config that leads to the practice exchange."""
        return self.root / "practice.json"

    def kit_config(self, run: str) -> Path:
        """Give the config that only one run has: `off` or `on`."""
        return self.root / f"kit-{run}.json"

    def log(self, run: str) -> Path:
        """Give the file for all that Freqtrade says in a run."""
        return self.root / f"freqtrade-{run}.log"

    def write_overlay(self, overlay: Mapping[str, Any]) -> None:
        """Write the config that leads to the practice exchange."""
        self.practice.write_text(json.dumps(overlay, indent=4) + "\n", encoding="utf-8")


def prepare(root: Path, runs: tuple[str, ...]) -> tuple[DemoFolder, tuple[Path, ...]]:
    """Make the folder, or the one of an earlier demo ready again.

    Returns the folder, and those of its configs and strategies that somebody has changed: they stay.

    Raises
    ------
    Refused
        Where the folder holds something else, or can't be written to.
    """
    folder = DemoFolder(root.absolute())
    try:
        _claim(folder.root)
        for place in (folder.candles, folder.strategy.parent, folder.results):
            place.mkdir(parents=True, exist_ok=True)
        for candles in shipped_candles().glob(f"*-{_TIMEFRAME}.feather"):
            shutil.copyfile(candles, folder.candles / candles.name)
        copies = [folder.strategy, folder.config, *(folder.kit_config(run) for run in runs)]
        return folder, tuple(copy for copy in copies if not _is_as_shipped(copy))
    except OSError as error:
        raise Refused(
            f"can't prepare {folder.root}: {error.strerror or error}; choose another folder with --dir"
        ) from error


def _claim(root: Path) -> None:
    """Take an empty folder or an earlier demo's one: nothing of a real user directory is overwritten."""
    root.mkdir(parents=True, exist_ok=True)
    mark = root / _MARK
    if not mark.exists():
        if any(root.iterdir()):
            raise Refused(
                f"{root} holds other files and was not made by this demo; choose a new folder with --dir"
            )
        mark.write_text("This folder belongs to riskkit demo.\n", encoding="utf-8")


def _is_as_shipped(copy: Path) -> bool:
    """Copy a shipped file where there is none; say whether the copy is the same as what is shipped."""
    shipped = SHIPPED / copy.name
    if not copy.exists():
        shutil.copyfile(shipped, copy)
    return copy.read_bytes() == shipped.read_bytes()
