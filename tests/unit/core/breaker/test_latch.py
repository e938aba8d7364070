"""The second automatic trip within 24 hours stays until a person resets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from freqtrade_riskkit.core.breaker import BreakerState, CircuitBreaker, ResetWay, RuleName
from tests.unit.core.breaker.cases import DEFAULTS, INSTANT, STREAK, at, lose, trips


@pytest.mark.parametrize(
    ("later", "latched"),
    [
        (timedelta(hours=24) - INSTANT, True),
        (timedelta(hours=24), False),
        (timedelta(hours=2), True),
    ],
)
def test_second_trip_when_within_24_hours_then_latched_and_at_24_hours_not(
    later: timedelta, latched: bool
) -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    (first,) = lose(breaker, 5, at("10:00"))

    (second,) = lose(breaker, 5, at("10:00") + later)

    assert not first.latched
    assert second.latched is latched
    assert second.until == (None if latched else second.at + timedelta(hours=1))


def test_latched_trip_when_time_passes_then_only_a_person_ends_it() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    lose(breaker, 5, at("12:00"))

    assert breaker.clock(at("30 12:00")) == []
    assert not breaker.decide().allowed
    breaker.reset(at("30 12:00"), ResetWay.LOCK_DELETED)
    assert breaker.state is BreakerState.CLOSED


def test_latch_when_trips_are_of_different_rules_then_they_count_together() -> None:
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))

    (second,) = trips(breaker.trade_closed(940, -0.06, at("15:00")))

    assert (second.rule, second.latched, second.until) == (RuleName.DAILY_LOSS, True, None)


def test_latch_when_rules_trip_at_one_moment_then_they_count_once() -> None:
    """The fifth loss of the streak takes 6 % too: one moment, one trip of the day, none latched."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    lose(breaker, 4, at("10:00"))

    together = trips(breaker.trade_closed(940, -0.06, at("11:00")))

    assert [(trip.rule, trip.latched) for trip in together] == [
        (RuleName.DAILY_LOSS, False),
        (RuleName.LOSS_STREAK, False),
    ]


def test_latch_when_a_third_trade_closes_at_the_same_moment_then_still_once() -> None:
    """Two closes of one candle: the first trips the streak, the second the day."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    lose(breaker, 5, at("11:00"))

    (second,) = trips(breaker.trade_closed(940, -0.06, at("11:00")))

    assert not second.latched


def test_latch_when_rules_trip_together_the_second_time_then_both_are_latched() -> None:
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    lose(breaker, 4, at("12:00"))

    together = trips(breaker.trade_closed(940, -0.06, at("13:00")))

    assert [(trip.rule, trip.latched) for trip in together] == [
        (RuleName.DAILY_LOSS, True),
        (RuleName.LOSS_STREAK, True),
    ]


def test_latch_when_the_trip_waits_for_a_person_anyway_then_it_is_not_called_latched() -> None:
    breaker = CircuitBreaker(replace(DEFAULTS, daily_loss=None), 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))

    (second,) = trips(breaker.trade_closed(800, -0.2, at("13:00")))

    assert (second.rule, second.latched, second.until) == (RuleName.DRAWDOWN, False, None)


def test_latch_when_a_person_reset_the_first_trip_then_it_still_counts() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    breaker.reset(at("10:05"), ResetWay.LOCK_DELETED)

    assert lose(breaker, 5, at("12:00"))[0].latched


@pytest.mark.parametrize(("most", "latched"), [(1, [True]), (3, [False, False, True]), (None, [False] * 5)])
def test_latch_when_max_trips_per_day_is_set_then_that_trip_latches(
    most: int | None, latched: list[bool]
) -> None:
    breaker = CircuitBreaker(replace(STREAK, max_trips_per_day=most), 1000, at("0:00"))
    found = [lose(breaker, 5, at(f"{hour}:00"))[0] for hour in range(2, 2 + 3 * len(latched), 3)]

    assert [trip.latched for trip in found] == latched
