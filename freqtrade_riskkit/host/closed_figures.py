"""Records and figures of the trades that a bot's account has closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.closed_balance import in_order, place
from freqtrade_riskkit.core.order_tracker import OrderTracker
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.translation import finished_orders, trade_record


class ClosedFigures:
    """Keeps the records, the performance and the counts of orders of the trades that it takes in.

    A bot may learn of a close or a cash flow after it learnt of a later one; its performance is made anew
    then, so that it is that of the order in which all happened. In a backtest all come in order.

    Parameters
    ----------
    account_id
        The account of every record.
    performance
        The account's figures.

    Attributes
    ----------
    performance, orders, records
        The figures, the counted orders, and the records in the order in which they were taken in.
    """

    def __init__(self, account_id: str, performance: Performance) -> None:
        self._account_id = account_id
        self.performance = performance
        self.orders = OrderTracker(account_id)
        self.records: list[TradeRecord] = []
        self._flows: tuple[CashFlow, ...] = ()
        self._newest: tuple[datetime, int, int] | None = None

    def take(self, trade: LocalTrade) -> TradeRecord:
        """Take in a closed trade, and give its record.

        All that may refuse it comes before the first thing that changes.

        Raises
        ------
        ValueError
            Where it can't be read; nothing is taken in then.
        """
        record, orders = trade_record(trade, self._account_id), finished_orders(trade)
        here = place(record)
        if self._newest is None or here >= self._newest:
            self.performance.take(record)
            self._newest = here
        else:
            start = self.performance.starting_balance
            self.performance = self._performance_of(start, [*self.records, record])
        self.records.append(record)
        for purpose, state in orders:
            self.orders.count_finished(purpose, state)
        return record

    def restate(self, starting_balance: float, flows: Iterable[CashFlow]) -> None:
        """Say what the account began with and what came and went since; the performance is made anew."""
        self._flows = tuple(flows)
        self.performance = self._performance_of(starting_balance, self.records)
        events = in_order(self.records, self._flows)
        self._newest = place(events[-1]) if events else None

    def _performance_of(self, starting_balance: float, records: Iterable[TradeRecord]) -> Performance:
        performance = Performance(self._account_id, starting_balance)
        for event in in_order(records, self._flows):
            if isinstance(event, CashFlow):
                performance.cash_flow(event.amount)
            else:
                performance.take(event)
        return performance
