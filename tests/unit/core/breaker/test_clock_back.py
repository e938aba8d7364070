"""A clock that was ahead for a while doesn't hold the breaker's time."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from freqtrade_riskkit.core.breaker import (
    BreakerPolicy,
    BreakerState,
    CircuitBreaker,
    End,
    LossStreak,
    Manual,
    OrderRate,
    ResetWay,
    RuleName,
    TripWay,
)
from freqtrade_riskkit.core.breaker.clock_back import turned_back

REAL = datetime(2024, 8, 5, 10, 0, tzinfo=UTC)
AHEAD = timedelta(hours=8)
MINUTE = timedelta(minutes=1)
POLICY = BreakerPolicy(
    daily_loss=None,
    drawdown=None,
    loss_streak=LossStreak(1, 0.0, End(after=timedelta(minutes=60))),
    cooldown=timedelta(minutes=15),
    max_trips_per_day=None,
    warn_at=0.8,
    order_rate=OrderRate(10, 100, End(at=time(0, 0))),
    errors=None,
    manual=Manual(),
)


@pytest.fixture
def ahead() -> CircuitBreaker:
    """A breaker that looked at the clock once while that was eight hours ahead."""
    breaker = CircuitBreaker(POLICY, 1000.0, REAL)
    breaker.clock(REAL + AHEAD)
    return breaker


def test_trip_when_it_came_while_the_clock_was_ahead_then_it_began_when_it_did_and_ends_no_earlier(
    ahead: CircuitBreaker,
) -> None:
    """The clock may be wrong now: until a person looks, the end stays where it was."""
    ahead.trade_closed(990.0, -0.01, REAL + AHEAD + MINUTE)
    ahead.turn_back(REAL + 2 * MINUTE)

    (trip,) = ahead.active_trips
    assert (trip.at, trip.until) == (REAL + 2 * MINUTE, REAL + AHEAD + 61 * MINUTE)
    ahead.reset(REAL + 3 * MINUTE, ResetWay.COMMAND)
    assert str(ahead.state) == "closed"


def test_cooldown_when_the_clock_goes_back_in_its_midst_then_it_ends_no_earlier(
    ahead: CircuitBreaker,
) -> None:
    ahead.trade_closed(990.0, -0.01, REAL + AHEAD)
    ahead.clock(REAL + AHEAD + 60 * MINUTE)
    ahead.turn_back(REAL + 60 * MINUTE)
    assert ahead.state is BreakerState.COOLDOWN
    assert ahead.cooldown_until == REAL + AHEAD + 75 * MINUTE


def test_reset_when_asked_after_the_clock_went_back_then_it_is_later_than_the_trip(
    ahead: CircuitBreaker,
) -> None:
    ahead.trip(TripWay.COMMAND, REAL + AHEAD + MINUTE, "by command")
    ahead.turn_back(REAL + 2 * MINUTE)
    assert [trip.at for trip in ahead.active_trips] == [REAL + 2 * MINUTE]
    ahead.reset(REAL + 3 * MINUTE, ResetWay.COMMAND, (RuleName.MANUAL,))
    assert ahead.active_trips == ()


def test_orders_when_placed_minutes_apart_after_the_clock_went_back_then_they_fill_no_window(
    ahead: CircuitBreaker,
) -> None:
    ahead.turn_back(REAL + MINUTE)
    for number in range(11):
        ahead.order_placed(REAL + (2 + number) * MINUTE)
    assert ahead.active_trips == ()


def test_memory_when_all_of_it_is_earlier_than_now_then_only_the_last_moment_changes() -> None:
    breaker = CircuitBreaker(POLICY, 1000.0, REAL)
    breaker.order_placed(REAL + MINUTE)
    memory = breaker.remember()
    later = replace(memory, now=REAL + AHEAD)
    assert turned_back(later, REAL + MINUTE) == replace(memory, now=REAL + MINUTE)


def test_breaker_when_told_of_a_later_moment_then_nothing_turns_back() -> None:
    breaker = CircuitBreaker(POLICY, 1000.0, REAL)
    before = breaker.remember()
    breaker.turn_back(REAL + MINUTE)
    assert breaker.remember() == before


def test_orders_when_the_state_was_kept_while_the_clock_was_ahead_then_they_still_count() -> None:
    """A bot keeps the breaker's state in each loop; that must not change what the breaker knows."""
    breaker = CircuitBreaker(POLICY, 1000.0, REAL)
    for number in range(10):
        breaker.order_placed(REAL + number * timedelta(seconds=1))

    breaker.clock(REAL + AHEAD)
    breaker.remember()
    breaker.turn_back(REAL + timedelta(seconds=30))

    breaker.order_asked(REAL + timedelta(seconds=31))
    assert [trip.rule for trip in breaker.active_trips] == [RuleName.ORDER_RATE]


def test_orders_when_one_was_placed_while_the_clock_was_ahead_then_those_before_it_still_count() -> None:
    """Five within the hour; the sixth, hours ahead, must not let them out of their window."""
    per_hour = replace(POLICY, order_rate=OrderRate(None, 10, End(at=time(0, 0))))
    breaker = CircuitBreaker(per_hour, 1000.0, REAL)
    for number in range(5):
        breaker.order_placed(REAL + number * MINUTE)
    breaker.order_placed(REAL + AHEAD)

    breaker.turn_back(REAL + 6 * MINUTE)

    (rate,) = [figure for figure in breaker.figures() if figure.rule is RuleName.ORDER_RATE]
    assert (rate.value, rate.limit) == (6, 10)
