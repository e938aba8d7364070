"""Finds a strategy's file the way Freqtrade does."""

from __future__ import annotations

import difflib
import logging
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freqtrade.constants import USERPATH_STRATEGIES
from freqtrade.resolvers import StrategyResolver

from freqtrade_riskkit.cli.freqtrade_config import ConfigUnreadable, read_freqtrade_config
from freqtrade_riskkit.cli.refusal import Refused

_CLASS = re.compile(r"^class (\w+)\(", re.MULTILINE)
_RESOLVER_LOG = "freqtrade.resolvers.iresolver"


@dataclass(frozen=True, slots=True)
class FoundStrategy:
    """A strategy's class and the file it is defined in."""

    strategy: type
    file: Path


def search_settings(configs: Sequence[str], userdir: Path | None, extra: Path | None) -> dict[str, Any]:
    """Give the keys of Freqtrade's config that say where strategies are.

    Raises
    ------
    Refused
        Where a config is named that can't be read, or a folder isn't there.
    """
    settings: dict[str, Any] = {}
    if configs:
        try:
            settings = read_freqtrade_config(configs, userdir)
        except ConfigUnreadable as error:
            raise Refused(str(error)) from None
    folder = Path(settings.get("user_data_dir") or userdir or "user_data").absolute()
    chosen = extra or settings.get("strategy_path")
    for wanted, option in ((folder, "--userdir"), (chosen, "--strategy-path")):
        if wanted is not None and not Path(wanted).is_dir():
            raise Refused(f"there is no folder {wanted}; name another with {option}")
    return {
        "user_data_dir": folder,
        "strategy_path": str(chosen) if chosen is not None else None,
        "recursive_strategy_search": bool(settings.get("recursive_strategy_search")),
    }


def find_strategy(name: str, settings: dict[str, Any]) -> FoundStrategy:
    """Import a strategy's file, and no other, and give its class.

    Raises
    ------
    Refused
        Where there is no such class, or its file can't be imported.
    """
    folders = [folder for folder in search_folders(settings) if folder.is_dir()]
    with _Overheard() as heard:
        for folder in folders:
            try:
                found, _ = StrategyResolver._search_object(directory=folder, object_name=name)
            except Exception as error:  # whatever a strategy's own code raises while it is imported
                raise Refused(f"{name} can't be imported: {type(error).__name__}: {error}") from error
            if found is not None:
                return FoundStrategy(found, Path(found.__file__))
    if heard:
        raise Refused(f"{name} was not found; {heard[0]}")
    raise Refused(
        f"{name} was not found in {', '.join(map(str, folders)) or 'any folder'}{_hint(name, folders)}"
    )


def search_folders(settings: dict[str, Any]) -> list[Path]:
    """Give the folders that Freqtrade looks for strategies in, in its order."""
    own = settings["user_data_dir"] / USERPATH_STRATEGIES
    within = [path for path, _, _ in os.walk(own)] if settings["recursive_strategy_search"] else []
    found: list[Path] = StrategyResolver.build_search_paths(
        settings, user_subdir=USERPATH_STRATEGIES, extra_dirs=within
    )
    return found


def _hint(name: str, folders: Sequence[Path]) -> str:
    """Say which strategy was meant, or which there are; the files are read, not imported."""
    known = sorted(set(_classes(folders)) - {name})
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known here: {', '.join(known)}" if known else ", which hold no strategies"


def _classes(folders: Sequence[Path]) -> Iterator[str]:
    for folder in folders:
        for file in folder.glob("*.py"):
            if file.is_file():
                yield from _CLASS.findall(file.read_text(encoding="utf-8", errors="replace"))


class _Overheard(logging.Handler):
    """Keeps the warnings of Freqtrade's resolver within a block: they say why a file wasn't imported."""

    def __enter__(self) -> list[str]:
        self._heard: list[str] = []
        logger = logging.getLogger(_RESOLVER_LOG)
        self._former = (logger.propagate, logger.level)
        logger.propagate, logger.level = False, logging.WARNING
        logger.addHandler(self)
        return self._heard

    def __exit__(self, *exception: object) -> None:
        logger = logging.getLogger(_RESOLVER_LOG)
        logger.removeHandler(self)
        logger.propagate, logger.level = self._former

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(record.getMessage())
