"""The breaker at work: its machine, Freqtrade's locks, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from freqtrade_riskkit.core.breaker import (
    BreakerEvent,
    BreakerState,
    CircuitBreaker,
    LimitNear,
    ResetWay,
    Trip,
)
from freqtrade_riskkit.core.decisions import ALLOWED, Decision
from freqtrade_riskkit.host import locks

OBSERVED_FOR = timedelta(hours=24)
"""How long a trip that waits for a person holds where it is only observed."""


@dataclass(frozen=True, slots=True)
class WantedLock:
    """The lock that ought to stand.

    Attributes
    ----------
    reason
        Code and numbers.
    until
        Its end; None holds until a person deletes it.
    since
        Moment before which nobody can have deleted it; None where the reason is unique.
    """

    reason: str
    until: datetime | None
    since: datetime | None


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
        self.warnings = 0
        self._currency = currency
        self._writes_locks = writes_locks
        self._report = report
        self._may_have_locks = True

    def trade_closed(self, equity: float, pnl_ratio: float, at: datetime) -> None:
        """Take in a closed trade."""
        self._take(self.breaker.trade_closed(equity, pnl_ratio, at))

    def equity_moved(self, equity: float, at: datetime) -> None:
        """Take in an equity that moved without a closed trade."""
        self._take(self.breaker.equity_moved(equity, at))

    def clock(self, now: datetime) -> None:
        """Let time pass. A trip that is only observed has no lock to delete: it ends after a day."""
        self._take(self.breaker.clock(now))
        if self._writes_locks or self.breaker.state is not BreakerState.OPEN:
            return
        overdue = [
            trip.rule
            for trip in self.breaker.active_trips
            if trip.until is None and now - trip.at >= OBSERVED_FOR
        ]
        if overdue:
            self._take(self.breaker.reset(now, ResetWay.OBSERVED, overdue))

    def decide(self) -> Decision:
        """Say whether an entry may pass."""
        return ALLOWED if self.breaker.state is BreakerState.CLOSED else self.breaker.decide()

    def wanted_lock(self) -> WantedLock | None:
        """Give the lock that ought to stand; None where none ought to."""
        breaker = self.breaker
        if not self._writes_locks or breaker.state is BreakerState.CLOSED:
            return None
        reason = breaker.decide().message(self._currency)
        if breaker.state is BreakerState.COOLDOWN:
            return WantedLock(reason, breaker.cooldown_until, since=None)
        trips = breaker.active_trips
        untils = [trip.until for trip in trips if trip.until is not None]
        return WantedLock(
            reason,
            until=max(untils) if len(untils) == len(trips) else None,
            since=max(trip.at for trip in trips),
        )

    def settle_locks(self, now: datetime, people_may_delete: bool) -> None:
        """Bring Freqtrade's locks and the breaker's state together.

        One lock stands for an episode. Where it is missing it is written, unless a person deleted it:
        then the breaker is reset. Locks of the kit that nothing asks for any more are taken back.
        """
        wanted = self.wanted_lock()
        if wanted is None and not self._may_have_locks:
            return
        standing = locks.own_locks(now)
        missing = wanted is not None and all(lock.reason != wanted.reason for lock in standing)
        if wanted is not None and missing:
            if people_may_delete and locks.was_deleted(wanted.reason, wanted.until, wanted.since, now):
                self._take(self.breaker.reset(now, ResetWay.LOCK_DELETED))
                wanted = None
            else:
                locks.lock_all(wanted.reason, wanted.until, now)
        locks.release([lock for lock in standing if wanted is None or lock.reason != wanted.reason])
        self._may_have_locks = wanted is not None

    def _take(self, events: Iterable[BreakerEvent]) -> None:
        for event in events:
            if isinstance(event, Trip):
                self.trips.append(event)
            elif isinstance(event, LimitNear):
                self.warnings += 1
            self._report(event)
