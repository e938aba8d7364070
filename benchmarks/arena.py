"""Freqtrade's `Backtesting`, set up once for each contender and run as often as wanted."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from freqtrade.data.history import get_timerange
from freqtrade.optimize.backtesting import Backtesting

from benchmarks.scenarios import KIT, PAIRS, Contender, Scenario
from tests.support.backtest import forget, prepare
from tests.support.workspace import Workspace

STRATEGIES = Path(__file__).parent / "strategies"
COMPARED = [
    "pair",
    "open_date",
    "close_date",
    "open_rate",
    "close_rate",
    "amount",
    "profit_abs",
    "exit_reason",
]

# Freqtrade logs as it always does; only errors are shown.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "level": "ERROR", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}


@dataclass(frozen=True, slots=True)
class Lap:
    """One timed run: CPU seconds of the backtest loop, and the trades that it made."""

    seconds: float
    trades: pd.DataFrame


class Arena:
    """The contenders of one scenario over the same candles, in this process.

    Setting up (exchange, strategy, candles, indicators) is not timed. What is: `Backtesting.backtest`,
    which marks the signals, turns frames into rows, loads the protections and runs the loop.
    """

    def __init__(self, scenario: Scenario, root: Path, overlay: Mapping[str, Any]) -> None:
        self._scenario = scenario
        self._workspace = Workspace(root, overlay)
        self._workspace.write_candles(scenario.frames(), timeframe=scenario.timeframe)
        self._machines: dict[Contender, Backtesting] = {}
        first = self._machine(Contender.PLAIN)
        self._candles, _ = first.load_bt_data()
        self._tick_sizes = first.price_pair_prec

    def run(self, contender: Contender) -> Lap:
        """Run a backtest and take its time.

        Garbage is collected before and everything alive is put out of the collector's sight, so that a
        run pays for its own objects only; the collector stays on meanwhile.
        """
        machine = self._machine(contender)
        machine.price_pair_prec = self._tick_sizes
        strategy = machine.strategylist[0]
        machine._set_strategy(strategy)
        processed = strategy.advise_all_indicators(self._candles)
        start, end = get_timerange(processed)
        gc.collect()
        gc.freeze()
        try:
            began = time.process_time()
            content = machine.backtest(processed=processed, start_date=start, end_date=end)
            seconds = time.process_time() - began
        finally:
            gc.unfreeze()
        return Lap(seconds, content["results"])

    def close(self) -> None:
        """Close the exchange connections and leave Freqtrade's class-level state as it was."""
        for machine in self._machines.values():
            machine.exchange.close()
        forget()

    def _machine(self, contender: Contender) -> Backtesting:
        if contender not in self._machines:
            self._machines[contender] = self._build(contender)
        return self._machines[contender]

    def _build(self, contender: Contender) -> Backtesting:
        config = self._workspace.write_config(
            pairs=list(PAIRS),
            timeframe=self._scenario.timeframe,
            riskkit=KIT if contender is Contender.KIT else None,
            overrides={
                "bench": self._scenario.plan,
                "stake_amount": 100,
                "dry_run_wallet": 1_000_000,
                "max_open_trades": len(PAIRS),
                "log_config": LOGGING,
            },
        )
        protected = contender in (Contender.KIT, Contender.PROTECTIONS)
        return prepare(
            *("backtesting", "--config", str(config), "--userdir", str(self._workspace.user_data)),
            *("--datadir", str(self._workspace.data), "--strategy-path", str(STRATEGIES)),
            *("--strategy", contender.strategy, "--cache", "none", "--export", "none"),
            *(["--enable-protections"] if protected else []),
        )


def differences(plain: pd.DataFrame, other: pd.DataFrame) -> str:
    """Say in one line how two lists of trades differ; empty where they are the same."""
    if len(plain) != len(other):
        return f"{len(other)} trades instead of {len(plain)}"
    unequal = [column for column in COMPARED if not plain[column].equals(other[column])]
    return f"different {', '.join(unequal)}" if unequal else ""
