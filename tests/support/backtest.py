"""Freqtrade's own backtest, run in this process and read back.

The way in is Freqtrade's: its argument parser, its configuration, its strategy resolver, its
`Backtesting`. Nothing is replaced; only the exchange is the practice exchange on loopback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from freqtrade.commands.arguments import Arguments
from freqtrade.commands.optimize_commands import setup_optimize_configuration
from freqtrade.enums import RunMode
from freqtrade.optimize.backtesting import Backtesting
from freqtrade.persistence import LocalTrade, PairLocks, disable_database_use
from freqtrade.persistence.pairlock import PairLock
from freqtrade.strategy import IStrategy

from tests.support.workspace import Workspace


@dataclass(frozen=True, slots=True)
class BacktestRun:
    """What one strategy's backtest left.

    Attributes
    ----------
    name
        Of the strategy.
    trades
        Freqtrade's result frame, one row a closed trade, in the order of closing.
    locks
        All pair locks written, ended ones too.
    stats
        Freqtrade's statistics of this strategy, as they go into the result file.
    strategy
        The strategy object that ran.
    """

    name: str
    trades: pd.DataFrame
    locks: tuple[PairLock, ...]
    stats: Mapping[str, Any]
    strategy: IStrategy

    @property
    def riskkit(self) -> Mapping[str, Any]:
        """The kit's result of this strategy."""
        return self.stats["riskkit"]


def run_backtests(
    source: str,
    candles: Mapping[str, pd.DataFrame],
    *,
    workspace: Workspace,
    strategies: Sequence[str] = (),
    timeframe: str = "1h",
    riskkit: Mapping[str, Any] | None = None,
    config: Mapping[str, Any] | None = None,
    script: Mapping[str, Any] | None = None,
    enable_protections: bool = True,
    arguments: Sequence[str] = (),
    export: str = "none",
) -> dict[str, BacktestRun]:
    """Backtest the strategies of a source text, in one run.

    Parameters
    ----------
    source
        Python source of a strategy file.
    candles
        Frames by pair; these pairs are the whitelist.
    workspace
        Where the files go.
    strategies
        Names to run, as ``--strategy-list``; by default the last class of the source, alone.
    timeframe
        Of the candles and the strategy.
    riskkit
        The kit's section; None leaves it out.
    config
        Overrides of the config, merged last.
    script
        For scripted strategies, see `tests.support.scripted`.
    enable_protections
        Freqtrade's flag.
    arguments
        Further command-line arguments.
    export
        As Freqtrade's ``--export``; result files appear in ``workspace.results``.
    """
    names = workspace.write_strategies(source)
    workspace.write_candles(candles, timeframe=timeframe)
    overrides = {**(config or {}), **({"script": script} if script is not None else {})}
    config_file = workspace.write_config(
        pairs=list(candles), timeframe=timeframe, riskkit=riskkit, overrides=overrides
    )
    selection = ["--strategy-list", *strategies] if strategies else ["--strategy", names[-1]]
    flags = ["--enable-protections"] if enable_protections else []
    return _run(
        "backtesting",
        *("--config", str(config_file)),
        *("--userdir", str(workspace.user_data)),
        *("--datadir", str(workspace.data)),
        *("--cache", "none"),
        *("--export", export),
        *flags,
        *arguments,
        *selection,
    )


def run_backtest(source: str, candles: Mapping[str, pd.DataFrame], **options: Any) -> BacktestRun:
    """Backtest one strategy, the last class of `source`; the options are those of `run_backtests`."""
    (run,) = run_backtests(source, candles, **options).values()
    return run


def prepare(*arguments: str) -> Backtesting:
    """Do what ``freqtrade`` does with these arguments up to where the backtest would start."""
    parsed = Arguments(list(arguments)).get_parsed_arg()
    return Backtesting(setup_optimize_configuration(parsed, RunMode.BACKTEST))


def _run(*arguments: str) -> dict[str, BacktestRun]:
    backtesting = None
    try:
        backtesting = prepare(*arguments)
        backtesting.start()
        return {
            strategy.get_strategy_name(): _collect(backtesting, strategy)
            for strategy in backtesting.strategylist
        }
    finally:
        if backtesting is not None:
            backtesting.exchange.close()
        forget()


def _collect(backtesting: Backtesting, strategy: IStrategy) -> BacktestRun:
    name = strategy.get_strategy_name()
    content = backtesting.all_bt_content[name]
    return BacktestRun(
        name=name,
        trades=content["results"],
        locks=tuple(content["locks"]),
        stats=backtesting.results["strategy"][name],
        strategy=strategy,
    )


def forget() -> None:
    """Leave Freqtrade's class-level state as a fresh process has it."""
    disable_database_use("")
    LocalTrade.reset_trades()
    PairLocks.reset_locks()
    Backtesting.cleanup()
