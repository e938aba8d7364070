"""How many orders may be placed, and when their windows let go of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.breaker import (
    BreakerEvent,
    BreakerPolicy,
    CircuitBreaker,
    LimitNear,
    OrderRate,
    ResetWay,
    RuleName,
    TripWay,
)
from freqtrade_riskkit.core.decisions import Unit
from tests.unit.core.breaker.cases import AFTER_AN_HOUR, INSTANT, NO_RULES, at, trips

RATE = replace(NO_RULES, order_rate=OrderRate(10, 100, AFTER_AN_HOUR))
PER_MINUTE = replace(NO_RULES, order_rate=OrderRate(10, None, AFTER_AN_HOUR))
PER_HOUR = replace(NO_RULES, order_rate=OrderRate(None, 100, AFTER_AN_HOUR))
SECOND = timedelta(seconds=1)


def place(breaker: CircuitBreaker, times: int, moment: datetime, every: timedelta = timedelta(0)) -> datetime:
    """Ask for and place so many orders, none of which may trip; give the moment of the last one."""
    for count in range(times):
        moment += every if count else timedelta(0)
        assert trips(breaker.order_asked(moment)) == []
        assert trips(breaker.order_placed(moment)) == []
    return moment


def test_orders_when_the_eleventh_is_asked_for_within_a_minute_then_it_trips() -> None:
    breaker = CircuitBreaker(RATE, 1000, at("9:00"))
    last = place(breaker, 10, at("10:00"), SECOND)

    (trip,) = trips(breaker.order_asked(last))

    assert (trip.rule, trip.at, trip.until) == (RuleName.ORDER_RATE, last, at("11:00"))
    assert (trip.limit, trip.value, trip.unit) == (10, 11, Unit.COUNT)
    assert breaker.decide().message() == "ORDER_RATE_EXCEEDED: limit=10, value=11, over 60 s"


@pytest.mark.parametrize(
    ("later", "tripped"),
    [(timedelta(seconds=60) - INSTANT, True), (timedelta(seconds=60), False), (timedelta(0), True)],
)
def test_order_when_exactly_60_seconds_old_then_it_counts_no_more(later: timedelta, tripped: bool) -> None:
    breaker = CircuitBreaker(PER_MINUTE, 1000, at("9:00"))
    place(breaker, 10, at("10:00"))

    assert bool(trips(breaker.order_asked(at("10:00") + later))) is tripped


@pytest.mark.parametrize(
    ("later", "tripped"), [(timedelta(hours=1) - INSTANT, True), (timedelta(hours=1), False)]
)
def test_order_when_exactly_an_hour_old_then_it_counts_no_more(later: timedelta, tripped: bool) -> None:
    breaker = CircuitBreaker(PER_HOUR, 1000, at("9:00"))
    place(breaker, 100, at("10:00"))

    assert bool(trips(breaker.order_asked(at("10:00") + later))) is tripped


def test_orders_when_slow_enough_for_the_minute_then_the_hour_trips_at_the_101st() -> None:
    """One every 7 seconds is 8 or 9 a minute; the 101st comes 700 seconds after the first."""
    breaker = CircuitBreaker(RATE, 1000, at("9:00"))
    last = place(breaker, 100, at("10:00"), 7 * SECOND)

    (trip,) = trips(breaker.order_asked(last + 7 * SECOND))

    assert trip.decision().message() == "ORDER_RATE_EXCEEDED: limit=100, value=101, over 3600 s"


def test_orders_when_only_asked_for_then_nothing_counts() -> None:
    breaker = CircuitBreaker(RATE, 1000, at("9:00"))

    assert [breaker.order_asked(at("10:00")) for _ in range(50)] == [[]] * 50
    assert [figure.value for figure in breaker.figures()] == [0]


def test_order_when_placed_without_asking_and_one_too_many_then_it_trips_all_the_same() -> None:
    breaker = CircuitBreaker(PER_MINUTE, 1000, at("9:00"))
    found = [bool(trips(breaker.order_placed(at("10:00")))) for _ in range(12)]

    assert found == [False] * 10 + [True, False]


def test_windows_when_the_trip_ends_then_they_begin_anew() -> None:
    breaker = CircuitBreaker(PER_HOUR, 1000, at("9:00"))
    last = place(breaker, 100, at("10:00"), timedelta(seconds=30))
    assert trips(breaker.order_asked(last))

    breaker.reset(last + SECOND, ResetWay.COMMAND)

    assert breaker.decide().allowed
    place(breaker, 100, last + SECOND)
    assert trips(breaker.order_asked(last + 2 * SECOND))


def test_orders_when_the_trip_ended_by_itself_then_a_cooldown_follows() -> None:
    breaker = CircuitBreaker(PER_MINUTE, 1000, at("9:00"))
    place(breaker, 10, at("10:00"))
    breaker.order_asked(at("10:00"))

    breaker.clock(at("11:00"))

    assert breaker.cooldown_until == at("11:15")


@pytest.mark.parametrize("policy", [NO_RULES, replace(RATE, order_rate=OrderRate(None, None, AFTER_AN_HOUR))])
def test_orders_when_the_rule_or_its_windows_are_off_then_nothing_trips_and_no_figure_is_shown(
    policy: BreakerPolicy,
) -> None:
    breaker = CircuitBreaker(policy, 1000, at("9:00"))
    place(breaker, 500, at("10:00"))

    assert breaker.figures() == ()


def test_figure_when_asked_for_then_the_window_nearer_to_its_limit_is_shown() -> None:
    """85 in the hour is 0.85 of 100; five seconds later 3 in the minute are 0.3 of 10."""
    breaker = CircuitBreaker(RATE, 1000, at("9:00"))
    last = place(breaker, 85, at("10:00"), timedelta(seconds=20))

    (figure,) = breaker.figures()
    assert (figure.limit, figure.value, figure.share, figure.detail) == (100, 85, 0.85, "over 3600 s")

    place(breaker, 6, last)
    (figure,) = breaker.figures()
    assert (figure.limit, figure.value, figure.share, figure.detail) == (100, 91, 0.91, "over 3600 s")

    breaker.clock(last + timedelta(hours=1) - SECOND)
    place(breaker, 3, last + timedelta(hours=1) - SECOND)
    assert [(f.value, f.detail) for f in breaker.figures()] == [(3, "over 60 s")]


def test_warning_when_eight_of_ten_are_placed_then_told_once_until_it_went_away() -> None:
    breaker = CircuitBreaker(PER_MINUTE, 1000, at("9:00"))

    def told(moment: datetime) -> list[str]:
        events = breaker.order_placed(moment)
        return [event.decision().message() for event in events if isinstance(event, LimitNear)]

    assert [bool(told(at("10:00"))) for _ in range(7)] == [False] * 7
    assert told(at("10:00")) == ["LIMIT_NEAR: limit=10, value=8, rule=ORDER_RATE_EXCEEDED, over 60 s"]
    assert told(at("10:00")) == []
    assert [bool(told(at("10:01"))) for _ in range(8)] == [False] * 7 + [True]


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=120),
    st.sampled_from([None, 1, 3, 10]),
    st.sampled_from([None, 2, 15]),
    st.sampled_from([0.1, 0.8, 1.0]),
)
def test_orders_when_placed_calmly_where_that_goes_then_all_is_as_if_each_had_been_asked_for_and_placed(
    seconds: list[int], per_minute: int | None, per_hour: int | None, warn_at: float
) -> None:
    rate = OrderRate(per_minute, per_hour, AFTER_AN_HOUR)
    policy = replace(NO_RULES, order_rate=rate, warn_at=warn_at)
    short, long = CircuitBreaker(policy, 1000, at("9:00")), CircuitBreaker(policy, 1000, at("9:00"))
    moment = at("10:00")
    for wait in seconds:
        moment += wait * SECOND
        short.clock(moment)
        long.clock(moment)
        events = long.order_asked(moment)
        if short.places_calmly(moment):
            assert events + _placed_the_long_way(long, moment) == []
        else:
            assert short.order_asked(moment) == events
            assert short.order_placed(moment) == _placed_the_long_way(long, moment)
        assert (short.remember(), short.figures()) == (long.remember(), long.figures())


def _placed_the_long_way(breaker: CircuitBreaker, moment: datetime) -> list[BreakerEvent]:
    """Count an order and hold the windows against their limits, whatever stands in them."""
    orders = breaker.course.compared.orders
    orders.add(moment)
    return breaker.course.weigh(orders.figure(moment))


def test_orders_when_placed_while_the_trip_holds_then_they_change_nothing() -> None:
    """Orders that a person lets through in spite of it neither trip again nor lengthen it."""
    breaker = CircuitBreaker(PER_MINUTE, 1000, at("9:00"))
    place(breaker, 10, at("10:00"))
    (trip,) = trips(breaker.order_asked(at("10:00")))

    assert breaker.order_placed(at("10:01")) == []
    assert breaker.order_asked(at("10:01")) == []
    assert breaker.active_trips == (trip,)
    assert trip.way is TripWay.RULE


def test_windows_when_the_process_restarts_then_orders_before_it_still_count() -> None:
    breaker = CircuitBreaker(RATE, 1000, at("9:00"))
    place(breaker, 10, at("10:00"))

    again = CircuitBreaker.recall(RATE, breaker.remember())

    assert again.remember().order_times == (at("10:00"),) * 10
    assert trips(again.order_asked(at("10:00")))
