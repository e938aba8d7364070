"""Records and figures of a backtest's closed trades, made when somebody asks."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime, timedelta

import numpy as np
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.order_tracker import OrderTracker
from freqtrade_riskkit.core.performance import Metrics, Performance
from freqtrade_riskkit.core.performance_arrays import metrics_of_arrays
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.translation import fees_of, finished_orders, orders_of_two, trade_record


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
    net_pnl, closed_at
        Profit in stake currency and close date of each closed trade, in the order of their taking in.
    """

    def __init__(self, account_id: str, performance: Performance) -> None:
        self._account_id = account_id
        self._performance = performance
        self._records: list[TradeRecord] = []
        self._trades: list[LocalTrade] = []
        self._fees: list[float] = []
        self._held: list[timedelta] = []
        self._exit_reasons: Counter[str | None] = Counter()
        self._of_more_orders: list[LocalTrade] = []
        self.net_pnl: list[float] = []
        self.closed_at: list[datetime] = []

    def take(self, trade: LocalTrade) -> None:
        """Take in a closed trade, and refuse at once what its record would be refused for.

        What the figures need is read at once, while Freqtrade works on the trade: to go over thousands of
        them again at the end takes several times as long.

        Raises
        ------
        ValueError
            Where it can't be read; nothing is taken in then.
        """
        net_pnl, pnl_ratio, closed_at = trade.close_profit_abs, trade.close_profit or 0.0, trade.close_date
        if closed_at is None or net_pnl is None or trade.close_rate is None:
            raise ValueError(f"trade {trade.id} ({trade.pair}) is not closed completely")
        fees = fees_of(trade)
        if not math.isfinite(net_pnl + pnl_ratio + fees):
            figures = f"net_pnl={net_pnl}, pnl_ratio={pnl_ratio}, fees={fees}"
            raise ValueError(f"trade {trade.id}: {figures} must be finite")
        self._held.append(closed_at - trade.open_date)
        self._trades.append(trade)
        self._fees.append(fees)
        self.net_pnl.append(net_pnl)
        self.closed_at.append(closed_at)
        if len(trade.orders) == 2:
            self._exit_reasons[trade.exit_reason] += 1
        else:
            self._of_more_orders.append(trade)

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
        for reason, count in self._exit_reasons.items():
            for purpose, state in orders_of_two(reason):
                tracker.count_finished(purpose, state, count)
        for trade in self._of_more_orders:
            for purpose, state in finished_orders(trade):
                tracker.count_finished(purpose, state)
        return tracker

    def metrics(self, since: datetime, until: datetime) -> Metrics:
        """Give the figures over all trades at once, the same as `performance` gives."""
        return metrics_of_arrays(
            self._performance.starting_balance,
            np.array(self.net_pnl, dtype=float),
            np.array(self._fees, dtype=float),
            np.array([held.total_seconds() for held in self._held], dtype=float),
            since,
            until,
        )

    def _take_in(self) -> None:
        for trade in self._trades[len(self._records) :]:
            record = trade_record(trade, self._account_id)
            self._performance.take(record)
            self._records.append(record)
