"""The breaker at work: its machine, Freqtrade's locks, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from freqtrade_riskkit.core.breaker import (
    BreakerEvent,
    BreakerState,
    CircuitBreaker,
    CooldownStarted,
    ErrorKind,
    LimitNear,
    ResetWay,
    Trip,
    TripWay,
    longest,
)
from freqtrade_riskkit.core.decisions import Decision
from freqtrade_riskkit.host import locks
from freqtrade_riskkit.host.hand_deeds import end_trips

SAMPLES_APART = timedelta(minutes=5)
"""Resolution of the equity of the last 24 hours: a bot looks every few seconds, for days.

A backtest has the same. Else a loss that began exactly 24 hours ago would be out of its sight, while a bot,
which looks some seconds earlier or later each day, may still see it.
"""
OBSERVED_FOR = timedelta(hours=24)
"""How long a trip that waits for a person holds where it is only observed."""


@dataclass(frozen=True, slots=True)
class WantedLock:
    """The lock that ought to stand.

    Attributes
    ----------
    reason
        Code and numbers, marked as the kit's.
    until
        Its end; None holds until a person deletes it.
    since
        Moment before which nobody can have deleted it; None where the reason is unique.
    trips
        The trips that it stands for: they end where a person deletes it.
    """

    reason: str
    until: datetime | None
    since: datetime | None
    trips: tuple[Trip, ...]


class BreakerDesk:
    """Drives one breaker, writes a lock for each episode and notices when a person deletes it.

    Parameters
    ----------
    breaker
        The state machine.
    currency
        Stake currency, for the reasons of locks.
    writes_locks
        False where the kit only observes.
    report
        Called with each event of the breaker.

    Attributes
    ----------
    trips, warnings
        The trips, and how often a figure came near its limit.
    let_go
        The trips that would have waited for a person and were only observed, with the moment of their end.
    may_have_locks
        Whether locks of the kit may stand, as of the last time that they were settled.
    """

    def __init__(
        self,
        breaker: CircuitBreaker,
        currency: str,
        writes_locks: bool,
        report: Callable[[BreakerEvent], None],
    ) -> None:
        self.breaker = breaker
        self.trips: list[Trip] = []
        self.let_go: dict[Trip, datetime] = {}
        self.warnings = 0
        self._cooldown_since: datetime | None = None
        self._currency = currency
        self._writes_locks = writes_locks
        self._report = report
        self.may_have_locks = True
        self._settled = self.wanted_lock()

    def trade_closed(self, equity: float, pnl_ratio: float, at: datetime) -> None:
        """Take in a closed trade."""
        if events := self.breaker.trade_closed(equity, pnl_ratio, at):
            self._take(events)

    def equity_moved(self, equity: float, at: datetime) -> None:
        """Take in an equity that moved without a closed trade."""
        self._take(self.breaker.equity_moved(equity, at))

    def order_placed(self, at: datetime) -> None:
        """Count an order that adds risk."""
        if events := self.breaker.order_placed(at):
            self._take(events)

    def error(self, kind: ErrorKind, at: datetime) -> None:
        """Count an error."""
        self._take(self.breaker.error(kind, at))

    def succeeded(self, kinds: Collection[ErrorKind], at: datetime) -> None:
        """Take in a success that answers for errors of these kinds."""
        self._take(self.breaker.succeeded(kinds, at))

    def cash_flow(self, amount: float, at: datetime) -> None:
        """Take in a deposit or a withdrawal."""
        self._take(self.breaker.cash_flow(amount, at))

    def take_events(self, events: Iterable[BreakerEvent]) -> None:
        """Tell what the breaker made of something that it was told directly."""
        self._take(events)

    def marked(self, equity: float, now: datetime) -> None:
        """Let time pass, and take in the equity at the marks of a loop."""
        if events := self.breaker.equity_moved(equity, now):
            self._take(events)
        if not self._writes_locks:
            self._end_observed(now)

    def clock(self, now: datetime) -> None:
        """Let time pass."""
        self._take(self.breaker.clock(now))
        if not self._writes_locks:
            self._end_observed(now)

    def _end_observed(self, now: datetime) -> None:
        """End after a day a trip that is only observed: it has no lock that a person could delete."""
        if self.breaker.state is not BreakerState.OPEN:
            return
        overdue = [
            trip
            for trip in self.breaker.active_trips
            if trip.until is None and not trip.is_manual and now - trip.at >= OBSERVED_FOR
        ]
        if overdue:
            self._take(self.breaker.reset(now, ResetWay.OBSERVED, [trip.rule for trip in overdue]))
            self.let_go |= dict.fromkeys(overdue, now)

    def decide(self) -> Decision:
        """Say whether an entry may pass."""
        return self.breaker.decide()

    def wanted_lock(self) -> WantedLock | None:
        """Give the lock that ought to stand; None where none ought to.

        What a person has locked already needs no second lock.
        """
        breaker = self.breaker
        if not self._writes_locks or breaker.state is BreakerState.CLOSED:
            return None
        if breaker.state is BreakerState.COOLDOWN:
            reason = locks.marked(breaker.decide().message(self._currency))
            return WantedLock(reason, breaker.cooldown_until, since=self._cooldown_since, trips=())
        trips = tuple(trip for trip in breaker.active_trips if trip.way is not TripWay.FOREIGN_LOCK)
        if not trips:
            return None
        shown = longest(trips)
        reason = locks.marked(shown.decision().message(self._currency))
        return WantedLock(reason, shown.until, shown.at, trips)

    def notice_deletion(self, now: datetime) -> tuple[Trip, ...]:
        """Reset the breaker where a person deleted its lock; give the trips that this ended.

        Asked before time passes, and done at the moment of the deletion: a lock that was deleted just before
        its end was deleted all the same. What tripped since the lock was written, and has its own by now,
        stays; the lock that was deleted is the one that the last loop, or the one before a restart, left.
        """
        before = self.breaker.active_trips
        for wanted in (self._settled, self.wanted_lock()):
            at = locks.deleted_at(wanted.reason, wanted.since, now) if wanted is not None else None
            if wanted is None or at is None:
                continue
            held = self.breaker.active_trips
            meant = [trip for trip in wanted.trips if trip in held and trip.at <= at]
            if meant or not wanted.trips:
                self._take(end_trips(self.breaker, meant, at, ResetWay.LOCK_DELETED))
        return tuple(trip for trip in before if trip not in self.breaker.active_trips)

    def settle_locks(self, now: datetime) -> None:
        """Bring Freqtrade's locks and the breaker's state together.

        One lock stands for an episode: where it is missing it is written, and locks of the kit that nothing
        asks for any more are taken back.
        """
        if self.breaker.state is BreakerState.CLOSED and not self.may_have_locks:
            return
        wanted = self.wanted_lock()
        if wanted is None and not self.may_have_locks:
            return
        standing = locks.own_locks(now, wanted.reason if wanted is not None else "")
        right = [lock for lock in standing if wanted is not None and lock.reason == wanted.reason][:1]
        if wanted is not None and not right:
            locks.lock_all(wanted.reason, wanted.until, now)
        locks.release([lock for lock in standing if lock not in right])
        self.may_have_locks = wanted is not None
        self._settled = wanted

    def _take(self, events: Iterable[BreakerEvent]) -> None:
        for event in events:
            if isinstance(event, Trip):
                self.trips.append(event)
            elif isinstance(event, LimitNear):
                self.warnings += 1
            elif isinstance(event, CooldownStarted):
                self._cooldown_since = event.at
            self._report(event)
