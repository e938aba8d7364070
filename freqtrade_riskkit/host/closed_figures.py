"""Records and figures of an account's closed trades; a backtest makes them when somebody asks."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.closed_balance import in_order, place
from freqtrade_riskkit.core.order_tracker import OrderTracker
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.translation import finished_orders, trade_record


class Close(NamedTuple):
    """What the breaker needs of a closed trade; a `TradeRecord` has all of it too."""

    trade_id: int
    net_pnl: float
    pnl_ratio: float
    entry_at: datetime
    exit_at: datetime


class ClosedFigures:
    """Keeps the records, the performance and the counts of orders of the trades that it takes in.

    A bot may learn of a close or a cash flow after it learnt of a later one; its performance is made anew
    then, so that it is that of the order in which all happened. In a backtest all come in order.

    A backtest closes thousands of trades between two questions, and those don't change any more. So there
    their records are made in one go, at the next question; each answer is complete all the same.

    Parameters
    ----------
    account_id
        The account of every record.
    performance
        The account's figures.
    waits_for_questions
        Whether records are made only then.
    """

    def __init__(self, account_id: str, performance: Performance, waits_for_questions: bool) -> None:
        self._account_id = account_id
        self._performance = performance
        self._orders = OrderTracker(account_id)
        self._records: list[TradeRecord] = []
        self._flows: tuple[CashFlow, ...] = ()
        self._newest: tuple[datetime, int, int] | None = None
        self._waits_for_questions = waits_for_questions
        self._waiting: deque[LocalTrade] = deque()

    def take(self, trade: LocalTrade) -> Close | TradeRecord:
        """Take in a closed trade, and give what there is of it by now.

        Raises
        ------
        ValueError
            Where it can't be read; nothing is taken in then.
        """
        if not self._waits_for_questions:
            return self._make_record(trade)
        close = _read_close(trade)
        self._waiting.append(trade)
        return close

    @property
    def records(self) -> list[TradeRecord]:
        """The trades' records, in the order in which they were taken in."""
        self._make_waiting()
        return self._records

    @property
    def performance(self) -> Performance:
        """The account's figures."""
        self._make_waiting()
        return self._performance

    @property
    def orders(self) -> OrderTracker:
        """The orders of the trades, counted."""
        self._make_waiting()
        return self._orders

    def restate(self, starting_balance: float, flows: Iterable[CashFlow]) -> None:
        """Say what the account began with and what came and went since; the performance is made anew."""
        self._make_waiting()
        self._flows = tuple(flows)
        self._performance = self._performance_of(starting_balance, self._records)
        events = in_order(self._records, self._flows)
        self._newest = place(events[-1]) if events else None

    def _make_waiting(self) -> None:
        while self._waiting:
            self._make_record(self._waiting[0])
            self._waiting.popleft()

    def _make_record(self, trade: LocalTrade) -> TradeRecord:
        """Make a trade's record; all that may refuse it comes before the first thing that changes."""
        record, orders = trade_record(trade, self._account_id), finished_orders(trade)
        here = None if self._waits_for_questions else place(record)
        if here is None or self._newest is None or here >= self._newest:
            self._performance.take(record)
            self._newest = here
        else:
            start = self._performance.starting_balance
            self._performance = self._performance_of(start, [*self._records, record])
        self._records.append(record)
        for purpose, state in orders:
            self._orders.count_finished(purpose, state)
        return record

    def _performance_of(self, starting_balance: float, records: Iterable[TradeRecord]) -> Performance:
        performance = Performance(self._account_id, starting_balance)
        for event in in_order(records, self._flows):
            if isinstance(event, CashFlow):
                performance.cash_flow(event.amount)
            else:
                performance.take(event)
        return performance


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
