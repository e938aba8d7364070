"""Where the kit's part joins Freqtrade's backtest results: kept, written beside them, and printed.

It travels inside Freqtrade's own result, so that a cached result still carries it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from freqtrade.enums import RunMode
from freqtrade.optimize import backtesting, optimize_reports
from rich.console import Console

from freqtrade_riskkit.host.results import result_of
from freqtrade_riskkit.report.backtest_table import print_backtest
from freqtrade_riskkit.report.run_result import from_json, to_json
from freqtrade_riskkit.version import __version__

logger = logging.getLogger("freqtrade_riskkit.results")

RESULT_KEY = "riskkit"
Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


def hook_results(once: Callable[[Any, str, Wrap], None]) -> None:
    """Wrap Freqtrade's functions that make, store and show results; `once` does it only once."""
    once(backtesting.Backtesting, "backtest", _add_to_content)
    for module in (backtesting, optimize_reports):
        once(module, "generate_backtest_stats", _carry_into_stats)
        once(module, "store_backtest_results", _write_file)
    once(backtesting, "show_backtest_results", _print_table)


def _add_to_content(original: Callable[..., Any]) -> Callable[..., Any]:
    def backtest(self: Any, *args: Any, **kwargs: Any) -> Any:
        content = original(self, *args, **kwargs)
        session = getattr(self.strategy, "riskkit", None)
        if session is not None and session.acts and self.config.get("runmode") == RunMode.BACKTEST:
            session.close_books()
            if session.books is not None:
                content[RESULT_KEY] = to_json(result_of(session, session.books))
        return content

    return backtest


def _carry_into_stats(original: Callable[..., Any]) -> Callable[..., Any]:
    def generate_backtest_stats(btdata: Any, all_results: Any, *args: Any, **kwargs: Any) -> Any:
        stats = original(btdata, all_results, *args, **kwargs)
        for name, content in all_results.items():
            if RESULT_KEY in content and name in stats["strategy"]:
                stats["strategy"][name][RESULT_KEY] = content[RESULT_KEY]
        return stats

    return generate_backtest_stats


def _write_file(original: Callable[..., Any]) -> Callable[..., Any]:
    def store_backtest_results(config: Any, stats: Any, *args: Any, **kwargs: Any) -> Any:
        stored = original(config, stats, *args, **kwargs)
        results = _results(stats)
        if results:
            file = Path(stored).with_suffix(".riskkit.json")
            text = json.dumps({"kit_version": __version__, "strategies": results}, indent=2, allow_nan=False)
            file.write_text(text + "\n", encoding="utf-8")
            logger.info("The kit's results are in %s", file)
        return stored

    return store_backtest_results


def _print_table(original: Callable[..., Any]) -> Callable[..., Any]:
    def show_backtest_results(config: Any, stats: Any, *args: Any, **kwargs: Any) -> Any:
        shown = original(config, stats, *args, **kwargs)
        results = _results(stats)
        if results:
            print_backtest(Console(), {name: from_json(values) for name, values in results.items()})
        return shown

    return show_backtest_results


def _results(stats: Any) -> dict[str, Any]:
    return {
        name: values[RESULT_KEY] for name, values in stats.get("strategy", {}).items() if RESULT_KEY in values
    }
