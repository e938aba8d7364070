"""What a backtest left: Freqtrade's figures, and the kit's part of them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.report.run_result import RunResult, from_json
from freqtrade_riskkit.report.side_by_side import RunFigures


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run's results.

    Attributes
    ----------
    figures
        What Freqtrade counted, alike for every run.
    result_file
        Freqtrade's result.
    kit, kit_file
        The kit's part and its file; None where the kit was off.
    """

    figures: RunFigures
    result_file: Path
    kit: RunResult | None
    kit_file: Path | None


def read_outcome(result_file: Path, strategy: str, name: str) -> Outcome:
    """Read the results of a run from Freqtrade's file and from the kit's beside it.

    Raises
    ------
    Refused
        Where they don't hold what a backtest of this strategy would have left.
    """
    kit_file = result_file.with_suffix(".riskkit.json")
    try:
        with zipfile.ZipFile(result_file) as archive:
            stats = json.loads(archive.read(result_file.with_suffix(".json").name))["strategy"][strategy]
        figures = _figures(stats, name)
        if not kit_file.is_file():
            return Outcome(figures, result_file, None, None)
        kit = from_json(json.loads(kit_file.read_text(encoding="utf-8"))["strategies"][strategy])
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Refused(f"can't read the results in {result_file}: {type(error).__name__}: {error}") from error
    return Outcome(figures, result_file, kit, kit_file)


def _figures(stats: Mapping[str, Any], name: str) -> RunFigures:
    return RunFigures(
        name=name,
        currency=stats["stake_currency"],
        trades=stats["total_trades"],
        wins=stats["wins"],
        losses=stats["losses"],
        draws=stats["draws"],
        profit=stats["profit_total_abs"],
        profit_ratio=stats["profit_total"],
        max_drawdown=stats["max_relative_drawdown"],
        max_drawdown_abs=stats["max_drawdown_abs"],
        longest_loss_streak=stats["max_consecutive_losses"],
        market_change=stats["market_change"],
        days=dict(stats["daily_profit"]),
    )
