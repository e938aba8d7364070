"""The desk and Freqtrade's locks: what a person deletes, what time and other trips do meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from freqtrade.persistence import PairLocks, Trade
from freqtrade.persistence.models import PairLock

from freqtrade_riskkit.core.breaker import (
    BreakerEvent,
    BreakerPolicy,
    BreakerState,
    CircuitBreaker,
    Drawdown,
    End,
    LossStreak,
    ResetWay,
    RuleName,
    TripEnded,
    TripWay,
)
from freqtrade_riskkit.host import locks
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from tests.unit.host.freqtrade_database import end_lock_at, freqtrade_database

TEN = datetime(2026, 3, 2, 10, 0, 3, 250_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
POLICY = BreakerPolicy(
    daily_loss=None,
    drawdown=Drawdown(0.15, End(manual=True)),
    loss_streak=LossStreak(1, 0.0, End(after=60 * MINUTE)),
    cooldown=15 * MINUTE,
    max_trips_per_day=None,
    warn_at=0.8,
)


@pytest.fixture(autouse=True)
def _database() -> Iterator[None]:
    with freqtrade_database():
        yield


@dataclass
class Floor:
    """A desk that looks at 10:00:03.25 and whenever it is told to."""

    told: list[BreakerEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = self._open(CircuitBreaker(POLICY, 1000.0, TEN))

    def restart(self) -> None:
        """Go on from what is remembered, as after a restart."""
        self.desk = self._open(CircuitBreaker.recall(POLICY, self.desk.breaker.remember()))

    def lose(self, equity: float, at: datetime) -> None:
        """Let a trade close with a loss; the protection is not asked."""
        self.desk.trade_closed(equity, -0.01, at)

    def loop(self, now: datetime) -> None:
        """Do what a loop of the bot does with locks."""
        self.desk.notice_deletion(now)
        self.desk.clock(now)
        self.desk.settle_locks(now)

    def lock(self, now: datetime) -> PairLock:
        """Give the one lock of the kit."""
        (lock,) = locks.own_locks(now)
        return lock

    @property
    def state(self) -> BreakerState:
        return self.desk.breaker.state

    @property
    def tripped(self) -> set[RuleName]:
        return {trip.rule for trip in self.desk.breaker.active_trips}

    @property
    def ended(self) -> list[tuple[RuleName, datetime, ResetWay]]:
        return [(event.trip.rule, event.at, event.way) for event in self.told if isinstance(event, TripEnded)]

    def _open(self, breaker: CircuitBreaker) -> BreakerDesk:
        return BreakerDesk(breaker, "USDT", writes_locks=True, report=self.told.append)


@pytest.fixture
def floor() -> Floor:
    """A desk whose streak of losses tripped at 10:00:03.25, until 11:00:03.25, and its lock."""
    made = Floor()
    made.lose(999.0, TEN)
    made.loop(TEN)
    return made


@pytest.mark.parametrize(
    "before_the_end",
    [timedelta(milliseconds=800), timedelta(milliseconds=1200), -timedelta(milliseconds=300)],
)
def test_lock_when_deleted_just_before_its_trips_end_then_a_person_ended_it_and_no_cooldown_follows(
    floor: Floor, before_the_end: timedelta
) -> None:
    """Also in the moment between the trip's end and the loop that would have seen it."""
    end = TEN.replace(second=0, microsecond=0) + 60 * MINUTE
    end_lock_at(floor.lock(TEN), end - before_the_end)
    floor.loop(end + SECOND)
    assert floor.state is BreakerState.CLOSED
    assert locks.own_locks(end + SECOND) == []
    if before_the_end > timedelta(0):
        assert floor.ended == [(RuleName.LOSS_STREAK, end - before_the_end, ResetWay.LOCK_DELETED)]


def test_lock_when_deleted_while_the_bot_was_down_past_the_trips_end_then_a_person_ended_it(
    floor: Floor,
) -> None:
    end_lock_at(floor.lock(TEN), TEN + 30 * MINUTE)
    floor.restart()
    floor.loop(TEN + 62 * MINUTE)
    assert floor.ended == [(RuleName.LOSS_STREAK, TEN + 30 * MINUTE, ResetWay.LOCK_DELETED)]
    assert floor.state is BreakerState.CLOSED


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("trips_first", [False, True])
def test_lock_when_another_rule_trips_in_the_loop_of_its_deletion_then_only_its_own_trip_ends(
    floor: Floor, trips_first: bool, restarts: bool
) -> None:
    """The other trip holds longer: the lock that ought to stand isn't the one that was deleted."""
    deleted = TEN + 5 * MINUTE
    lock = floor.lock(TEN)
    if restarts:
        floor.restart()
    floor.lose(800.0, deleted + (-SECOND / 2 if trips_first else SECOND / 2))
    end_lock_at(lock, deleted)
    floor.loop(deleted + SECOND)
    assert floor.ended == [
        (RuleName.LOSS_STREAK, deleted if trips_first else deleted + SECOND / 2, ResetWay.LOCK_DELETED)
    ]
    assert floor.tripped == {RuleName.DRAWDOWN}
    assert floor.lock(deleted + SECOND).reason.startswith("DRAWDOWN_EXCEEDED")
    floor.loop(deleted + 2 * SECOND)
    assert floor.tripped == {RuleName.DRAWDOWN}


def test_lock_when_a_shorter_trip_comes_in_the_loop_of_its_deletion_then_that_one_stays() -> None:
    """The deleted lock is the one that ought to stand yet, for a trip that is older than the other."""
    floor = Floor()
    floor.lose(800.0, TEN)
    floor.desk.take_events(floor.desk.breaker.reset(TEN, ResetWay.COMMAND, [RuleName.LOSS_STREAK]))
    floor.loop(TEN)
    assert floor.tripped == {RuleName.DRAWDOWN}
    deleted = TEN + 5 * MINUTE
    end_lock_at(floor.lock(TEN), deleted)
    floor.lose(799.0, deleted + SECOND / 2)
    floor.loop(deleted + SECOND)
    assert floor.tripped == {RuleName.LOSS_STREAK}
    assert floor.lock(deleted + SECOND).reason.startswith("CONSECUTIVE_LOSSES_EXCEEDED")


def test_lock_when_deleted_and_written_anew_at_a_close_of_the_same_loop_then_it_was_deleted(
    floor: Floor,
) -> None:
    """Freqtrade asks the protection after each exit, and locks what it answers at once."""
    deleted = TEN + 5 * MINUTE
    end_lock_at(floor.lock(TEN), deleted)
    wanted = floor.desk.wanted_lock()
    assert wanted is not None
    PairLocks.lock_pair("*", locks.lock_end(wanted.until), wanted.reason, now=deleted + SECOND / 2)
    floor.loop(deleted + SECOND)
    assert floor.state is BreakerState.CLOSED
    assert locks.own_locks(deleted + SECOND) == []


def test_lock_of_the_cooldown_when_deleted_then_entries_pass_and_a_trip_of_that_loop_stays(
    floor: Floor,
) -> None:
    begun = TEN + 61 * MINUTE
    floor.loop(begun)
    assert str(floor.state) == "cooldown"
    end_lock_at(floor.lock(begun), begun + SECOND)
    floor.desk.take_events(floor.desk.breaker.trip(TripWay.COMMAND, begun + 2 * SECOND, "by command"))
    floor.loop(begun + 3 * SECOND)
    assert floor.tripped == {RuleName.MANUAL}
    end_lock_at(floor.lock(begun + 3 * SECOND), begun + 4 * SECOND)
    floor.loop(begun + 5 * SECOND)
    assert floor.state is BreakerState.CLOSED


def test_lock_when_an_earlier_version_wrote_it_unmarked_then_the_kits_own_takes_its_place(
    floor: Floor,
) -> None:
    """Nobody else would ever take it back."""
    lock = floor.lock(TEN)
    lock.reason = lock.reason.removesuffix(" (riskkit)")
    Trade.commit()
    floor.restart()
    now = TEN + MINUTE
    floor.loop(now)
    assert floor.lock(now).id != lock.id
    assert PairLocks.get_pair_locks("*", now) == [floor.lock(now)]
    assert floor.tripped == {RuleName.LOSS_STREAK}


def test_lock_when_its_row_is_lost_or_doubled_then_one_stands_again_after_a_loop(floor: Floor) -> None:
    now = TEN + MINUTE
    lock = floor.lock(TEN)
    PairLock.session.delete(lock)
    Trade.commit()
    floor.loop(now)
    again = floor.lock(now)
    PairLock.session.add(
        PairLock(
            pair="*",
            lock_time=again.lock_time,
            lock_end_time=again.lock_end_time,
            reason=again.reason,
            side="*",
            active=True,
        )
    )
    Trade.commit()
    floor.loop(now + SECOND)
    assert floor.lock(now + SECOND).id == again.id
    assert floor.tripped == {RuleName.LOSS_STREAK}
    assert floor.ended == []
