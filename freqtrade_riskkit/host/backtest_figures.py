"""Records and figures of a backtest's closed trades, made when somebody asks."""

from __future__ import annotations

import math
from datetime import datetime
from typing import NamedTuple

import numpy as np
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.order_tracker import OrderTracker
from freqtrade_riskkit.core.performance import Metrics, Performance
from freqtrade_riskkit.core.performance_arrays import metrics_of_arrays
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.translation import fees_of, finished_orders, trade_record


class Close(NamedTuple):
    """What the breaker needs of a closed trade; a `TradeRecord` has all of it too."""

    trade_id: int
    net_pnl: float
    pnl_ratio: float
    entry_at: datetime
    exit_at: datetime


class BacktestFigures:
    """Keeps what there is of a backtest's closed trades.

    It closes thousands of trades between two questions, and those don't change any more. So their records
    are made in one go, at the next question, and not at all where only the figures at the end are wanted;
    each answer is complete all the same.

    Parameters
    ----------
    account_id
        The account of every record.
    performance
        The account's figures.

    Attributes
    ----------
    closes
        What was read of the trades as they closed, in the order in which they were taken in.
    """

    def __init__(self, account_id: str, performance: Performance) -> None:
        self._account_id = account_id
        self._performance = performance
        self._trades: list[LocalTrade] = []
        self._records: list[TradeRecord] = []
        self.closes: list[Close] = []

    def take(self, trade: LocalTrade) -> Close:
        """Take in a closed trade, and give what the breaker needs of it.

        Raises
        ------
        ValueError
            Where it can't be read; nothing is taken in then.
        """
        close = _read_close(trade)
        self._trades.append(trade)
        self.closes.append(close)
        return close

    @property
    def starting_balance(self) -> float:
        """Balance at the start, in stake currency."""
        return self._performance.starting_balance

    @property
    def records(self) -> list[TradeRecord]:
        """The trades' records, in the order in which they were taken in."""
        self._take_in()
        return self._records

    @property
    def performance(self) -> Performance:
        """The account's figures, trade by trade."""
        self._take_in()
        return self._performance

    @property
    def orders(self) -> OrderTracker:
        """The orders of the trades, counted."""
        tracker = OrderTracker(self._account_id)
        for trade in self._trades:
            for purpose, state in finished_orders(trade):
                tracker.count_finished(purpose, state)
        return tracker

    def metrics(self, since: datetime, until: datetime) -> Metrics:
        """Give the figures over all trades at once, the same as `performance` gives."""
        closes, start = self.closes, self._performance.starting_balance
        fees = np.array([fees_of(trade) for trade in self._trades], dtype=float)
        net_pnl = np.array([close.net_pnl for close in closes], dtype=float)
        held = np.array([(close.exit_at - close.entry_at).total_seconds() for close in closes], dtype=float)
        return metrics_of_arrays(start, net_pnl, fees, held, since, until)

    def _take_in(self) -> None:
        for trade in self._trades[len(self._records) :]:
            record = trade_record(trade, self._account_id)
            self._performance.take(record)
            self._records.append(record)


def _read_close(trade: LocalTrade) -> Close:
    """Read a closed trade of a backtest, and refuse at once what its record would be refused for.

    Its orders aren't looked at: the profit is made of their prices and amounts.
    """
    net_pnl, pnl_ratio, closed_at = trade.close_profit_abs, trade.close_profit or 0.0, trade.close_date
    if closed_at is None or net_pnl is None or trade.close_rate is None:
        raise ValueError(f"trade {trade.id} ({trade.pair}) is not closed completely")
    if not math.isfinite(net_pnl + pnl_ratio + (trade.fee_open or 0.0) + (trade.fee_close or 0.0)):
        figures = f"net_pnl={net_pnl}, pnl_ratio={pnl_ratio}, its fees={trade.fee_open}, {trade.fee_close}"
        raise ValueError(f"trade {trade.id}: {figures} must be finite")
    return Close(trade.id, net_pnl, pnl_ratio, trade.open_date, closed_at)
