"""Where the kit joins Freqtrade's backtests: its part of the results is kept, written and printed.

It also hands the candles of the backtest in course to the strategy's session, for the marks of positions.
The results travel inside Freqtrade's own result, so that a cached result still carries it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freqtrade.optimize import backtesting, optimize_reports
from freqtrade.optimize.optimize_reports import optimize_reports as stats_module
from rich.console import Console

from freqtrade_riskkit.config import ConfigInvalid
from freqtrade_riskkit.config.written import as_written
from freqtrade_riskkit.host.lock_hooks import backtest_of
from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.host.pair_candles import BacktestCandles
from freqtrade_riskkit.host.results import result_of
from freqtrade_riskkit.host.strategy_class import carries_kit
from freqtrade_riskkit.report.backtest_table import print_backtest
from freqtrade_riskkit.report.run_result import from_json, to_json
from freqtrade_riskkit.version import __version__

if TYPE_CHECKING:
    from freqtrade_riskkit.host.session import RiskSession

logger = logging.getLogger("freqtrade_riskkit.results")

_PLAIN_SQLITE = re.compile(r"sqlite(\+pysqlite)?:///[^@?]*")
_REDACTED = "REDACTED"
RESULT_KEY = "riskkit"
Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


def hook_results(once: Callable[[Any, str, Wrap], None]) -> None:
    """Wrap Freqtrade's functions that make, store and show results; `once` does it only once."""
    once(backtesting.Backtesting, "_get_ohlcv_as_lists", _hand_over_candles)
    once(backtesting.Backtesting, "backtest", _add_to_content)
    once(stats_module, "generate_strategy_stats", _carry_into_stats)
    for module in (backtesting, optimize_reports):
        once(module, "store_backtest_results", _write_file)
    once(backtesting, "show_backtest_results", _print_table)


def _hand_over_candles(original: Callable[..., Any]) -> Callable[..., Any]:
    def _get_ohlcv_as_lists(self: Any, processed: Any) -> Any:
        candles = original(self, processed)
        if carries_kit(self.strategy):
            self.strategy.riskkit.candles = BacktestCandles(candles, processed)
        return candles

    return _get_ohlcv_as_lists


def _add_to_content(original: Callable[..., Any]) -> Callable[..., Any]:
    def backtest(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not carries_kit(self.strategy):
            return original(self, *args, **kwargs)
        try:
            with backtest_of(self.strategy):
                content = original(self, *args, **kwargs)
            try:
                _close(self.strategy.riskkit, content)
            except Exception:  # the trades are Freqtrade's, and right without the kit's part
                logger.exception("The kit's part of the results can't be given; Freqtrade's own stand.")
            return content
        finally:
            _let_go(self.strategy.riskkit)

    return backtest


def _let_go(session: RiskSession) -> None:
    """Leave the strategy as it was found, and hold no candles any more."""
    session.candles = None
    if session.books is not None:
        session.books.marks = None
    if session.exits is not None:
        session.exits.end()


def _close(session: RiskSession, content: dict[str, Any]) -> None:
    if session.acts and session.run is Run.BACKTEST:
        session.close_books()
        if session.books is not None:
            content[RESULT_KEY] = to_json(result_of(session, session.books))


def _carry_into_stats(original: Callable[..., Any]) -> Callable[..., Any]:
    def generate_strategy_stats(pairlist: Any, strategy: Any, content: Any, *args: Any, **kwargs: Any) -> Any:
        stats = original(pairlist, strategy, content, *args, **kwargs)
        if RESULT_KEY in content and stats:
            stats[RESULT_KEY] = content[RESULT_KEY]
        return stats

    return generate_strategy_stats


def _write_file(original: Callable[..., Any]) -> Callable[..., Any]:
    def store_backtest_results(config: Any, stats: Any, *args: Any, **kwargs: Any) -> Any:
        stored = original(_without_password(config), stats, *args, **kwargs)
        results = _results(stats)
        if results:
            file = Path(stored).with_suffix(".riskkit.json")
            text = json.dumps({"kit_version": __version__, "strategies": results}, indent=2, allow_nan=False)
            file.write_text(text + "\n", encoding="utf-8")
            logger.info("The kit's results are in %s", file)
        return stored

    return store_backtest_results


def _without_password(config: Any) -> Any:
    """Leave the URL of a ledger's server, which may hold a password, out of the config in a result file.

    Only the URL of an SQLite file is kept; an environment variable may hold the section as text.
    """
    written = config.get("original_config", {})
    try:
        section = as_written(written.get("riskkit"))
    except ConfigInvalid:  # strategies without the kit don't mind
        return {**config, "original_config": {**written, "riskkit": _REDACTED}}
    if section is None or _PLAIN_SQLITE.fullmatch(str(section.get("db_url", "sqlite:///"))):
        return config
    return {**config, "original_config": {**written, "riskkit": {**section, "db_url": _REDACTED}}}


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
