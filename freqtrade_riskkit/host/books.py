"""The books of one account for one run: what was taken in so far, and what follows from it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Protocol

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.equity_curve import EquityCurve
from freqtrade_riskkit.core.order_tracker import OrderTracker
from freqtrade_riskkit.core.performance import Metrics, Performance
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.closed_figures import ClosedFigures
from freqtrade_riskkit.host.realised_equity import RealisedEquity
from freqtrade_riskkit.host.trades import ClosedTrades, open_trades


class Marks(Protocol):
    """Marks of open positions.

    Attributes
    ----------
    adverse
        Unrealised profit of the last look with each position at its worst since the look before.
    missing
        Pairs of positions in the last look that have no mark and counted at their cost.
    oldest_age_seconds
        Age of the oldest mark in the last look.
    """

    adverse: float
    missing: tuple[str, ...]
    oldest_age_seconds: float

    def unrealised(self, now: datetime, trades: Sequence[LocalTrade]) -> float:
        """Add up the unrealised profit of the positions at their marks."""
        ...

    def rate(self, trade: LocalTrade) -> float | None:
        """Give the mark of a position; None where it has none."""
        ...


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
        Called with the id of each trade taken in; None where nobody wants to know.
    has_partial_exits
        False spares the look for them, where a backtest can't make any.

    Attributes
    ----------
    closed
        What is kept of the closed trades.
    now, given
        The last moment that was taken in, and the same as Freqtrade gave it: to compare moments of its own
        with that one is many times as fast as with one of another timezone object.
    """

    def __init__(
        self,
        account_id: str,
        feed: ClosedTrades,
        performance: Performance,
        started_at: datetime,
        on_closed: Callable[[int], None] | None,
        has_partial_exits: bool = True,
    ) -> None:
        self.account_id = account_id
        self.feed = feed
        self.closed = ClosedFigures(account_id, performance)
        self.desk: BreakerDesk | None = None
        self.equity = RealisedEquity(0.0, {})
        self.curve: EquityCurve | None = None
        self.marks: Marks | None = None
        self.started_at = started_at
        self.began_at = started_at
        self.now = self.given = started_at
        self.last_closed_entry_at: datetime | None = None
        self._on_closed = on_closed
        self._has_partial_exits = has_partial_exits
        self._waiting: deque[LocalTrade] = deque()
        self._position_samples = 0
        self._positions_seen = 0

    def attach(
        self, desk: BreakerDesk | None, equity: RealisedEquity, marks: Marks | None, *, aside: float = 0.0
    ) -> None:
        """From now on count from this equity and these marks, and hold it against a breaker if there is one.

        What of the account the bot may not use, `aside`, counts in the course of the equity only.
        """
        self.desk = desk
        self.equity = equity
        self.marks = marks
        begins = desk.breaker.peak if desk is not None else equity.value
        self.curve = EquityCurve(begins, aside=aside)

    @property
    def records(self) -> list[TradeRecord]:
        """The records of the closed trades, in the order in which they were taken in."""
        return self.closed.records

    @property
    def performance(self) -> Performance:
        """The account's figures over its closed trades."""
        return self.closed.performance

    @property
    def orders(self) -> OrderTracker:
        """The orders of the closed trades, counted."""
        return self.closed.orders

    @property
    def waiting(self) -> frozenset[int]:
        """The ids of the trades that the feed gave and that can't be taken in yet."""
        return frozenset(trade.id for trade in self._waiting)

    def take_new_trades(self) -> bool:
        """Take in the closes and partial exits since the last call; True where there were any.

        Raises
        ------
        ValueError
            Where a trade can't be read. It stays the next one to be taken in: nothing is left out.
        """
        waiting = self._waiting
        if new := self.feed.take_new():
            waiting.extend(new)
        elif not waiting and not self._has_partial_exits:
            return False
        booked = bool(waiting)
        while waiting:
            # Those behind it are closed but not booked yet: until then their last marks count.
            self._book(waiting[0], unbooked=tuple(islice(waiting, 1, None)) if len(waiting) > 1 else ())
            waiting.popleft()
        if self._has_partial_exits:
            return self._book_partial_exits() or booked
        return booked

    def _book(self, trade: LocalTrade, unbooked: Sequence[LocalTrade]) -> None:
        """Take in one closed trade; all that may refuse it comes before the first thing that changes."""
        unrealised = self._unrealised_beside(unbooked)
        closed = self.closed.take(trade)
        if self.curve is not None:
            self._hold(closed, unrealised)
        if self.last_closed_entry_at is None or closed.entry_at > self.last_closed_entry_at:
            self.last_closed_entry_at = closed.entry_at
        if closed.entry_at < self.began_at:
            self.began_at = closed.entry_at
        if self._on_closed is not None:
            self._on_closed(closed.trade_id)

    def _book_partial_exits(self) -> bool:
        if self.curve is None:
            return False
        moment = self.equity.see_open(open_trades())
        if moment is None:
            return False
        if self.desk is not None:
            self.desk.equity_moved(self.equity.value + self._unrealised(open_trades()), moment)
        return True

    def take_mended(self, trade: LocalTrade, *, is_judged: bool) -> None:
        """Take in a closed trade that couldn't be read before.

        One that the breaker has judged is only put on record: its profit is in the equity already.
        """
        if not is_judged:
            self._book(trade, unbooked=())
            return
        closed = self.closed.take(trade)
        if self.last_closed_entry_at is None or closed.entry_at > self.last_closed_entry_at:
            self.last_closed_entry_at = closed.entry_at
        self.began_at = min(self.began_at, closed.entry_at)
        if self._on_closed is not None:
            self._on_closed(closed.trade_id)

    def hold_against_breaker(self, record: TradeRecord) -> None:
        """Book a closed trade's profit and let the breaker judge it; the open positions at their marks."""
        if self.curve is not None:
            self._hold(record, self._unrealised_beside(()))

    def _hold(self, record: TradeRecord, unrealised: float) -> None:
        equity = self.equity.close(record.trade_id, record.net_pnl)
        if self.desk is not None:
            self.desk.trade_closed(equity + unrealised, record.pnl_ratio, record.exit_at)

    def _unrealised_beside(self, unbooked: Sequence[LocalTrade]) -> float:
        """Add up the marks of the open positions, and of those that closed but aren't booked yet."""
        if self.desk is None or self.marks is None:
            return 0.0
        others = [*open_trades(), *unbooked]
        return self.marks.unrealised(self.now, others) if others else 0.0

    def pass_time(self, now: datetime) -> bool:
        """Take in all that happened up to now and mark what is open; True where anything was booked.

        Open positions are judged all the same where a closed trade can't be read.
        """
        try:
            return self.take_new_trades()
        finally:
            trades = open_trades()
            # What is due at this moment is judged by the equity of this moment.
            if not self._mark(now, trades) and self.desk is not None:
                self.desk.clock(now)
            if now > self.now:
                self.now = self.given = now
            self._position_samples += 1
            self._positions_seen += len(trades)

    def loop(self, now: datetime) -> bool:
        """Do as `pass_time` does; True where the breaker is closed, no lock stands and nothing came of it."""
        self.pass_time(now)
        return False

    def mark(self, now: datetime) -> None:
        """Hold the equity at the newest marks against the breaker."""
        self._mark(now, open_trades())

    def close(self) -> None:
        """Take in what closed after the last loop, and let go of the marks: they hold the candles."""
        self.take_new_trades()
        self._mark(self.now, open_trades())
        self.marks = None

    def rate_of(self, trade: LocalTrade) -> float | None:
        """Give the mark of a position; None where it has none."""
        return self.marks.rate(trade) if self.marks is not None else None

    def _mark(self, now: datetime, trades: Sequence[LocalTrade]) -> bool:
        """Note the equity, and hold it against the breaker; False where it isn't known.

        Where a position has no mark yet it counts at its cost, which may hide a loss of it, but the losses
        of the others count; a higher equity is taken only once every mark is known.
        """
        marks = self.marks
        if marks is None or self.curve is None:
            return False
        return self._hold_marks(now, marks.unrealised(now, trades))

    def _hold_marks(self, now: datetime, unrealised: float) -> bool:
        marks, desk, curve = self.marks, self.desk, self.curve
        if marks is None or curve is None:
            return False
        realised = self.equity.value
        equity = realised + unrealised
        if marks.missing and equity > (desk.breaker.equity if desk is not None else curve.usable):
            return False
        if desk is not None:
            desk.marked(equity, now)
        curve.add(equity, realised + marks.adverse, desk.breaker.day_opening if desk is not None else None)
        return True

    def _unrealised(self, trades: Sequence[LocalTrade]) -> float:
        return self.marks.unrealised(self.now, trades) if self.marks is not None else 0.0

    @property
    def average_positions(self) -> float | None:
        """Mean number of open positions over the loops so far; None before the first."""
        return self._positions_seen / self._position_samples if self._position_samples else None

    def metrics(self) -> Metrics:
        """Give the performance so far, from the account's beginning or first entry on."""
        return self.performance.metrics(self.began_at, self.now)

    def restate(self, starting_balance: float, began_at: datetime, flows: Iterable[CashFlow]) -> None:
        """Say what the account began with and what came and went since; the performance is made anew."""
        self.closed.restate(starting_balance, flows)
        self.began_at = min(self.began_at, began_at)
