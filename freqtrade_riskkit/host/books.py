"""The books of one account for one run: what was taken in so far, and what follows from it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.order_tracker import OrderTracker
from freqtrade_riskkit.core.performance import Metrics, Performance
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.trades import ClosedTrades, open_trades
from freqtrade_riskkit.host.translation import finished_orders, trade_record, utc


class RealisedEquity:
    """Equity from closed trades and partial exits, positions at their cost.

    Parameters
    ----------
    base
        Equity without the trades that are taken in from now on and without `open_realised`.
    open_realised
        Profit that open trades have realised by partial exits so far, by trade id.
    """

    def __init__(self, base: float, open_realised: dict[int, float]) -> None:
        self.base = base
        self.open_realised = open_realised

    @property
    def value(self) -> float:
        """The equity in stake currency."""
        return self.base + sum(self.open_realised.values())

    def close(self, trade_id: int, net_pnl: float) -> float:
        """Book a closed trade's whole profit and give the equity after it."""
        self.open_realised.pop(trade_id, None)
        self.base += net_pnl
        return self.value

    def see_open(self, trades: Sequence[LocalTrade]) -> datetime | None:
        """Book partial exits; give the moment of the newest one, None where none is new."""
        realised = {}
        for trade in trades:
            if trade.realized_profit:
                realised[trade.id] = float(trade.realized_profit)
        if realised == self.open_realised:
            return None
        moved = [trade for trade in trades if realised.get(trade.id) != self.open_realised.get(trade.id)]
        self.open_realised = realised
        return max((_last_exit(trade) for trade in moved), default=None)


def _last_exit(trade: LocalTrade) -> datetime:
    filled = (order.order_filled_utc for order in trade.orders if order.ft_order_side == trade.exit_side)
    return max((moment for moment in filled if moment is not None), default=trade.open_date_utc)


class AccountBooks:
    """Takes in each closed trade once and keeps performance, orders and breaker up to date.

    Parameters
    ----------
    account_id
        The account of every record.
    feed
        Closed trades to take in.
    performance
        The account's figures.
    started_at
        Beginning of the period that daily means refer to.
    on_closed
        Called with the id of each trade taken in.
    has_partial_exits
        False spares the look for them, where a backtest can't make any.
    """

    def __init__(
        self,
        account_id: str,
        feed: ClosedTrades,
        performance: Performance,
        started_at: datetime,
        on_closed: Callable[[int], None],
        has_partial_exits: bool,
    ) -> None:
        self.account_id = account_id
        self.feed = feed
        self.performance = performance
        self.orders = OrderTracker(account_id)
        self.desk: BreakerDesk | None = None
        self.equity = RealisedEquity(0.0, {})
        self.started_at = started_at
        self.now = started_at
        self.records: list[TradeRecord] = []
        self.last_closed_entry_at: datetime | None = None
        self._on_closed = on_closed
        self._has_partial_exits = has_partial_exits
        self._waiting: deque[LocalTrade] = deque()
        self._position_samples = 0
        self._positions_seen = 0

    def attach(self, desk: BreakerDesk, equity: RealisedEquity) -> None:
        """From now on hold what happens against a breaker, counting from this equity."""
        self.desk = desk
        self.equity = equity

    def take_new_trades(self) -> bool:
        """Take in the closes and partial exits since the last call; True where there were any.

        Raises
        ------
        ValueError
            Where a trade can't be read. It stays the next one to be taken in: nothing is left out.
        """
        self._waiting.extend(self.feed.take_new())
        booked = bool(self._waiting)
        while self._waiting:
            self._book(self._waiting[0])
            self._waiting.popleft()
        return self._book_partial_exits() or booked

    def _book(self, trade: LocalTrade) -> None:
        """Take in one closed trade; all that may refuse it comes before the first thing that changes."""
        record, orders = trade_record(trade, self.account_id), finished_orders(trade)
        self.performance.take(record)
        self.records.append(record)
        for purpose, state in orders:
            self.orders.count_finished(purpose, state)
        self.hold_against_breaker(record)
        if self.last_closed_entry_at is None or record.entry_at > self.last_closed_entry_at:
            self.last_closed_entry_at = record.entry_at
        self._on_closed(record.trade_id)

    def _book_partial_exits(self) -> bool:
        if self.desk is None or not self._has_partial_exits:
            return False
        moment = self.equity.see_open(open_trades())
        if moment is None:
            return False
        self.desk.equity_moved(self.equity.value, moment)
        return True

    def hold_against_breaker(self, record: TradeRecord) -> None:
        """Book a closed trade's profit and let the breaker judge it."""
        if self.desk is not None:
            equity = self.equity.close(record.trade_id, record.net_pnl)
            self.desk.trade_closed(equity, record.pnl_ratio, record.exit_at)

    def pass_time(self, now: datetime) -> bool:
        """Take in all that happened up to now; True where anything was booked."""
        booked = self.take_new_trades()
        if self.desk is not None:
            self.desk.clock(now)
        self.now = max(self.now, now)
        self._position_samples += 1
        self._positions_seen += len(open_trades())
        return booked

    def last_entry_at(self, trades: Sequence[LocalTrade]) -> datetime | None:
        """Give the first placement of the newest initial entry, of open and closed trades."""
        if not trades:
            return self.last_closed_entry_at
        newest = utc(max(trade.open_date for trade in trades))
        closed = self.last_closed_entry_at
        return newest if closed is None or newest > closed else closed

    @property
    def average_positions(self) -> float | None:
        """Mean number of open positions over the loops so far; None before the first."""
        return self._positions_seen / self._position_samples if self._position_samples else None

    def metrics(self) -> Metrics:
        """Give the performance so far."""
        return self.performance.metrics(self.started_at, self.now)
