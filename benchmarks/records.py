"""A million trade records: how long the ledger takes to import them, and how long their metrics take.

The metrics are timed beside pandas, in the form of Freqtrade's own functions, and beside quantstats, on the
same profits. quantstats knows no trades: it is given one return a trade, profit over starting balance.
"""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
import pandas as pd
from freqtrade.data import metrics as freqtrade_metrics

from freqtrade_riskkit.cli.account_records import Question, read_history, read_report
from freqtrade_riskkit.cli.stored_accounts import one_account
from freqtrade_riskkit.core.account_history import AccountHistory
from freqtrade_riskkit.core.performance import Metrics
from freqtrade_riskkit.core.records import Side, TradeRecord
from freqtrade_riskkit.core.trends import Period, whole
from freqtrade_riskkit.ledger import AccountFacts, AccountLedger, facts_to_text, open_ledger
from freqtrade_riskkit.ledger.account_facts import STATE_NAME

TRADES = 1_000_000
ROUNDS = 3
AT_ONCE = 10_000
"""Trades in one call, as the ledger recommends for an import."""
BALANCE = 100_000.0
BEGAN = datetime(2016, 1, 1, tzinfo=UTC)
BETWEEN = timedelta(minutes=5)
T = TypeVar("T")
_URL, _ACCOUNT = "sqlite:///records.sqlite", "benchmark"


class FiguresDifferError(Exception):
    """A contender has other figures than the kit: its time says nothing."""


@dataclass(frozen=True, slots=True)
class RecordsMeasurement:
    """What the records of one account cost, in CPU seconds: other work on the machine is left out.

    Attributes
    ----------
    trades
        How many there were.
    import_seconds
        Into a new SQLite file, making the records not included.
    import_wall_seconds
        The same by the clock: with the disk, and with whatever else the machine did.
    unchanged_seconds
        The same records offered once more, nothing to be written.
    read_seconds
        From the file to arrays.
    kit_seconds, pandas_seconds, quantstats_seconds
        The metrics from arrays or series that are there, each round; None where quantstats isn't installed.
    report_seconds
        All that ``riskkit report --by day`` does between config and print.
    memory
        The most that the process ever had, in bytes.
    """

    trades: int
    import_seconds: float
    import_wall_seconds: float
    unchanged_seconds: float
    read_seconds: float
    kit_seconds: tuple[float, ...]
    pandas_seconds: tuple[float, ...]
    quantstats_seconds: tuple[float, ...] | None
    report_seconds: float
    memory: int

    @property
    def rows_a_second(self) -> float:
        """Imported rows by time."""
        return self.trades / self.import_seconds

    @property
    def times_quantstats(self) -> float | None:
        """How many times as long quantstats takes, by the medians; None where it isn't installed."""
        if self.quantstats_seconds is None:
            return None
        return median(self.quantstats_seconds) / median(self.kit_seconds)

    @property
    def times_pandas(self) -> float:
        """How many times as long pandas takes, by the medians."""
        return median(self.pandas_seconds) / median(self.kit_seconds)


def measure_records(
    folder: Path, report: Callable[[str], None], trades: int = TRADES, rounds: int = ROUNDS
) -> RecordsMeasurement:
    """Import records into a store in an empty folder, and take the times.

    Raises
    ------
    FiguresDifferError
        The contenders don't agree where their figures mean the same.
    """
    report(f"records: importing {trades:,}")
    ledger = open_ledger(_URL, folder, _ACCOUNT, "fingerprint", BEGAN)
    ledger.save_state(STATE_NAME, facts_to_text(AccountFacts(BALANCE, "USDT", BEGAN)), BEGAN)
    import_seconds, import_wall_seconds = _put(ledger, trades)
    report("records: offering them again")
    unchanged_seconds, _ = _put(ledger, trades)
    report("records: reading them")
    read_seconds, history = _timed(lambda: read_history(ledger, AccountFacts(BALANCE, "USDT", BEGAN)))
    ledger.close()
    report("records: metrics")
    kit, of_kit = _rounds(rounds, lambda: _kit(history))
    frame = _frame(history)
    beside, of_pandas = _rounds(rounds, lambda: pandas_figures(frame, history.began_at, _end(history)))
    _agree(of_kit, of_pandas)
    returns = pd.Series(history.net_pnl / BALANCE, index=pd.DatetimeIndex(history.exit_at))
    quantstats = _quantstats(returns, of_kit, rounds)
    report("records: a whole report")
    stored = one_account((_URL, folder), _ACCOUNT, None)
    report_seconds, _ = _timed(lambda: read_report(stored, Question(by=Period.DAY), _end(history)))
    return RecordsMeasurement(
        trades=trades,
        import_seconds=import_seconds,
        import_wall_seconds=import_wall_seconds,
        unchanged_seconds=unchanged_seconds,
        read_seconds=read_seconds,
        kit_seconds=kit,
        pandas_seconds=beside,
        quantstats_seconds=quantstats,
        report_seconds=report_seconds,
        memory=_memory(),
    )


def synthetic(count: int) -> Iterator[list[TradeRecord]]:
    """Make trades in portions: profits at random about a small mean, one close every few minutes."""
    random = np.random.default_rng(2026)
    for first in range(0, count, AT_ONCE):
        pnls = np.round(random.normal(0.02, 5.0, min(AT_ONCE, count - first)), 4).tolist()
        yield [_record(first + place + 1, pnl) for place, pnl in enumerate(pnls)]


def pandas_figures(frame: pd.DataFrame, since: datetime, until: datetime) -> dict[str, float]:
    """Compute the same figures with Freqtrade's functions, and with pandas where it has none."""
    profit = frame["profit_abs"]
    wins, losses = profit > 0, profit < 0
    expectancy, expectancy_ratio = freqtrade_metrics.calculate_expectancy(frame)
    in_money = freqtrade_metrics.calculate_max_drawdown(frame, starting_balance=BALANCE)
    relative = freqtrade_metrics.calculate_max_drawdown(frame, starting_balance=BALANCE, relative=True)
    runs = (wins != wins.shift()).cumsum()
    longest = wins.groupby(runs).agg(["first", "size"])
    return {
        "trades": len(frame),
        "wins": int(wins.sum()),
        "losses": int(losses.sum()),
        "win_rate": float(wins.mean()),
        "average_win": float(profit[wins].mean()),
        "average_loss": -float(profit[losses].mean()),
        "expectancy": expectancy,
        "expectancy_ratio": expectancy_ratio,
        "profit_factor": float(profit[wins].sum() / -profit[losses].sum()),
        "sharpe": freqtrade_metrics.calculate_sharpe(frame, since, until, BALANCE),
        "sortino": freqtrade_metrics.calculate_sortino(frame, since, until, BALANCE),
        "calmar": freqtrade_metrics.calculate_calmar(frame, since, until, BALANCE),
        "max_drawdown": relative.relative_account_drawdown,
        "max_drawdown_abs": in_money.drawdown_abs,
        "current_drawdown": in_money.current_relative_account_drawdown,
        "longest_win_streak": int(longest.loc[longest["first"], "size"].max()),
        "longest_loss_streak": int(longest.loc[~longest["first"], "size"].max()),
        "average_holding_seconds": float(frame["holding_seconds"].mean()),
        "fees": float(frame["fees"].sum()),
        "net_profit": float(profit.sum()),
    }


def _quantstats(returns: pd.Series, of_kit: Metrics, rounds: int) -> tuple[float, ...] | None:
    """Time what quantstats has of the same figures; its definitions of most differ."""
    try:
        from quantstats import stats
    except ImportError:
        return None

    def figures() -> dict[str, float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {
                "win_rate": stats.win_rate(returns),
                "average_win": stats.avg_win(returns),
                "average_loss": stats.avg_loss(returns),
                "expectancy": stats.expected_return(returns),
                "payoff_ratio": stats.payoff_ratio(returns),
                "profit_factor": stats.profit_factor(returns),
                "sharpe": stats.sharpe(returns),
                "sortino": stats.sortino(returns),
                "calmar": stats.calmar(returns),
                "max_drawdown": stats.max_drawdown(returns),
                "longest_win_streak": stats.consecutive_wins(returns),
                "longest_loss_streak": stats.consecutive_losses(returns),
                "net_profit": stats.comp(returns),
            }

    seconds, of_quantstats = _rounds(rounds, figures)
    same = {name: of_quantstats[name] for name in ("profit_factor", "longest_win_streak")}
    _agree(of_kit, same)
    return seconds


def _kit(history: AccountHistory) -> Metrics:
    return whole(history, None, None, _end(history)).metrics


def _end(history: AccountHistory) -> datetime:
    return BEGAN + BETWEEN * (history.trades + 2)


def _agree(ours: Metrics, theirs: dict[str, float]) -> None:
    for name, value in theirs.items():
        if not np.isclose(getattr(ours, name), value, rtol=1e-9, atol=1e-9):
            raise FiguresDifferError(f"{name} is {getattr(ours, name)} here and {value} there")


def _put(ledger: AccountLedger, trades: int) -> tuple[float, float]:
    """Put all records; give the CPU and the wall seconds that this takes, not those of making them."""
    seconds = wall = 0.0
    for portion in synthetic(trades):
        began, began_by_clock = time.process_time(), time.perf_counter()
        ledger.put_trades(portion, BEGAN)
        seconds += time.process_time() - began
        wall += time.perf_counter() - began_by_clock
    return seconds, wall


def _record(trade_id: int, pnl: float) -> TradeRecord:
    exit_at = BEGAN + BETWEEN * (trade_id + 1)
    return TradeRecord(
        account_id=_ACCOUNT,
        trade_id=trade_id,
        pair="BTC/USDT",
        side=Side.LONG,
        entry_rate=100.0,
        exit_rate=100.0 + pnl / 10,
        amount=10.0,
        stake=1000.0,
        gross_pnl=pnl + 2.0,
        pnl_ratio=pnl / 1000,
        fees=2.0,
        net_pnl=pnl,
        entry_at=exit_at - timedelta(seconds=60 + trade_id % 240),
        exit_at=exit_at,
        enter_tag="dip" if trade_id % 3 else None,
        exit_reason="roi",
        leverage=1.0,
        fills=2,
        realised_slippage=None,
    )


def _frame(history: AccountHistory) -> pd.DataFrame:
    """Give the trades as Freqtrade's functions want them."""
    return pd.DataFrame(
        {
            "profit_abs": history.net_pnl,
            "close_date": pd.DatetimeIndex(history.exit_at, tz="UTC"),
            "fees": history.fees,
            "holding_seconds": history.holding_seconds,
        }
    )


def _rounds(rounds: int, work: Callable[[], T]) -> tuple[tuple[float, ...], T]:
    results = [_timed(work) for _ in range(rounds)]
    return tuple(seconds for seconds, _ in results), results[-1][1]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def _memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
