"""How a trip ends: by time, at the boundary, by a person; and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from freqtrade_riskkit.core.breaker import (
    BreakerPolicy,
    BreakerState,
    CircuitBreaker,
    CooldownStarted,
    DailyLoss,
    Drawdown,
    End,
    LossStreak,
    Recovered,
    ResetWay,
    RuleName,
    Trip,
    TripEnded,
)
from freqtrade_riskkit.core.decisions import Code
from tests.unit.core.breaker.cases import (
    AT_BOUNDARY,
    DAILY_LOSS,
    DEFAULTS,
    DRAWDOWN,
    INSTANT,
    MIDNIGHT,
    MINUTE,
    NO_RULES,
    STREAK,
    TIMED,
    at,
    lose,
    trips,
)


@pytest.mark.parametrize(
    ("tripped_at", "until"),
    [
        ("5 10:00", "6 0:00"),
        ("5 20:00", "6 0:00"),
        ("5 20:01", "6 0:01"),
        ("5 23:30", "6 3:30"),
        ("5 0:00", "6 0:00"),
    ],
)
def test_daily_loss_when_tripped_then_it_holds_to_the_boundary_and_240_minutes_at_least(
    tripped_at: str, until: str
) -> None:
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("4 9:00"))

    (trip,) = trips(breaker.trade_closed(950, -0.05, at(tripped_at)))

    assert trip.until == at(until)


@pytest.mark.parametrize("hour", range(24))
def test_daily_loss_when_the_boundary_is_any_hour_then_it_ends_there(hour: int) -> None:
    """A trip at 10:00 ends at the next boundary, or after 240 minutes where that is later."""
    end = End(at=time(hour), at_least=timedelta(minutes=240))
    policy = replace(NO_RULES, daily_loss=DailyLoss(0.05, time(hour), end))
    breaker = CircuitBreaker(policy, 1000, at("4 9:00"))
    breaker.clock(at("5 9:59"))

    (trip,) = trips(breaker.trade_closed(950, -0.05, at("5 10:00")))

    next_boundary = at(f"5 {hour}:00") if hour > 10 else at(f"6 {hour}:00")
    assert trip.until == max(next_boundary, at("5 14:00"))


def test_trip_when_its_end_comes_then_it_ends_at_that_instant_and_the_cooldown_begins() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    (trip,) = lose(breaker, 5, at("10:00"))

    assert trip.until == at("11:00")
    assert breaker.clock(at("11:00") - INSTANT) == []
    assert (breaker.state, breaker.decide().code) == (BreakerState.OPEN, Code.CONSECUTIVE_LOSSES_EXCEEDED)

    assert breaker.clock(at("11:00")) == [
        TripEnded(trip, at("11:00"), ResetWay.TIME),
        CooldownStarted(at("11:00"), at("11:15")),
    ]
    assert (breaker.state, breaker.decide().code) == (BreakerState.COOLDOWN, Code.COOLDOWN)
    assert breaker.decide().message() == "COOLDOWN: until 2024-08-05 11:15 UTC"

    assert breaker.clock(at("11:15") - INSTANT) == []
    assert breaker.clock(at("11:15")) == [Recovered(at("11:15"))]
    assert (breaker.state, breaker.decide().allowed) == (BreakerState.CLOSED, True)


def test_time_when_it_jumps_over_trip_and_cooldown_then_each_is_told_at_its_own_moment() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    (trip,) = lose(breaker, 5, at("10:00"))

    assert breaker.clock(at("20 12:00")) == [
        TripEnded(trip, at("11:00"), ResetWay.TIME),
        CooldownStarted(at("11:00"), at("11:15")),
        Recovered(at("11:15")),
    ]


def test_cooldown_when_zero_minutes_then_the_end_of_the_trip_recovers() -> None:
    breaker = CircuitBreaker(replace(STREAK, cooldown=timedelta(0)), 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))

    assert breaker.clock(at("11:00"))[-1] == Recovered(at("11:00"))
    assert breaker.decide().allowed


def test_cooldown_when_another_rule_trips_in_it_then_that_trip_holds_and_brings_its_own() -> None:
    policy = replace(DEFAULTS, max_trips_per_day=None)
    breaker = CircuitBreaker(policy, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))

    (trip,) = trips(breaker.trade_closed(949, -0.05, at("11:05")))

    assert (trip.rule, breaker.state) == (RuleName.DAILY_LOSS, BreakerState.OPEN)
    assert breaker.cooldown_until is None
    assert breaker.clock(at("6 0:00"))[-1] == CooldownStarted(at("6 0:00"), at("6 0:15"))


def test_trips_when_two_hold_then_the_cooldown_begins_with_the_end_of_the_last() -> None:
    policy = replace(DEFAULTS, max_trips_per_day=None)
    breaker = CircuitBreaker(policy, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    breaker.trade_closed(949, -0.05, at("10:30"))

    ended = breaker.clock(at("11:00"))

    assert [type(event) for event in ended] == [TripEnded]
    assert breaker.state is BreakerState.OPEN
    assert breaker.decide().code is Code.DAILY_LOSS_EXCEEDED


def test_drawdown_when_tripped_then_no_time_ends_it() -> None:
    breaker = CircuitBreaker(DRAWDOWN, 1000, at("9:00"))
    (trip,) = trips(breaker.trade_closed(850, -0.15, at("10:00")))

    assert trip.until is None
    assert breaker.clock(trip.at.replace(year=2034)) == []
    assert breaker.decide().code is Code.DRAWDOWN_EXCEEDED


@pytest.mark.parametrize(
    ("policy", "equity"), [(DAILY_LOSS, 940), (DRAWDOWN, 800), (STREAK, 990)], ids=["day", "fall", "streak"]
)
def test_reset_when_a_person_asks_then_entries_pass_at_once_and_the_same_loss_never_trips_again(
    policy: BreakerPolicy, equity: float
) -> None:
    breaker = CircuitBreaker(policy, 1000, at("9:00"))
    breaker.trade_closed(equity, -0.05, at("10:00"))
    lose(breaker, 4, at("10:00"))
    assert breaker.state is BreakerState.OPEN

    events = breaker.reset(at("10:30"), ResetWay.LOCK_DELETED)

    assert [type(event) for event in events] == [TripEnded, Recovered]
    assert breaker.decide().allowed
    for hours in range(60):
        assert breaker.clock(at("10:30") + timedelta(hours=hours)) == []


def test_reset_when_the_day_goes_on_then_its_shown_loss_is_kept_and_the_next_5_percent_trip() -> None:
    """60 lost and reset at 940; the next limit is 47 from there; shown is what the day lost, all of it."""
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))
    breaker.trade_closed(940, -0.06, at("10:00"))
    breaker.reset(at("10:30"), ResetWay.LOCK_DELETED)

    assert trips(breaker.trade_closed(893.01, -0.04, at("11:00"))) == []
    assert breaker.day_loss == pytest.approx(106.99)
    (trip,) = trips(breaker.trade_closed(893, -0.01, at("11:30")))

    assert (trip.limit, trip.value) == pytest.approx((47, 47))
    assert breaker.day_loss == 107


def test_reset_when_one_rule_is_named_then_the_other_trip_holds() -> None:
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.trade_closed(800, -0.2, at("10:00"))

    breaker.reset(at("10:30"), ResetWay.LOCK_DELETED, {RuleName.DRAWDOWN})

    assert [trip.rule for trip in breaker.active_trips] == [RuleName.DAILY_LOSS]
    assert breaker.peak == 800


def test_reset_when_only_a_cooldown_is_left_then_it_is_skipped() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    breaker.clock(at("11:05"))

    assert breaker.reset(at("11:06"), ResetWay.LOCK_DELETED) == [Recovered(at("11:06"))]


def test_reset_when_nothing_holds_then_nothing_is_told() -> None:
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.trade_closed(990, -0.01, at("10:00"))

    assert breaker.reset(at("10:30"), ResetWay.LOCK_DELETED) == []
    assert (breaker.peak, breaker.day_loss) == (1000, 10)


def test_daily_loss_when_its_trip_outlasts_the_boundary_then_the_new_day_counts_from_it() -> None:
    """Tripped at 23:30, held to 03:30; what the new day loses meanwhile trips anew, as a loss of its own."""
    breaker = CircuitBreaker(replace(DAILY_LOSS, max_trips_per_day=None), 1000, at("9:00"))
    breaker.trade_closed(940, -0.06, at("23:30"))
    breaker.trade_closed(900, -0.04, at("6 1:00"))

    assert trips(breaker.clock(at("6 3:30"))) == []
    (trip,) = trips(breaker.trade_closed(893, -0.01, at("6 4:00")))

    assert (trip.limit, trip.value) == pytest.approx((47, 47))
    assert trip.detail == "since 00:00 UTC"


@pytest.mark.parametrize(
    ("end", "until"),
    [
        (End(after=timedelta(minutes=90)), at("11:30")),
        (End(at=time(18, 0)), at("18:00")),
        (End(at=time(10, 0)), at("6 10:00")),
        (End(at=time(9, 59)), at("6 9:59")),
        (End(manual=True, after=timedelta(minutes=90)), None),
        (End(), None),
    ],
    ids=["duration", "time of day", "that time now", "that time past", "manual", "nothing set"],
)
@pytest.mark.parametrize("rule", ["drawdown", "loss_streak"])
def test_end_when_set_for_a_rule_then_its_trip_ends_so(rule: str, end: End, until: datetime | None) -> None:
    policies = {
        "drawdown": replace(NO_RULES, drawdown=Drawdown(0.1, end)),
        "loss_streak": replace(NO_RULES, loss_streak=LossStreak(1, 0.0, end)),
    }
    breaker = CircuitBreaker(policies[rule], 1000, at("9:00"))

    (trip,) = trips(breaker.trade_closed(900, -0.1, at("10:00")))

    assert trip.until == until


def test_timed_when_every_rule_trips_then_each_ends_after_60_minutes_with_15_of_cooldown() -> None:
    breaker = CircuitBreaker(TIMED, 1000, at("9:00"))
    lose(breaker, 4, at("9:30"))
    found = trips(breaker.trade_closed(800, -0.2, at("23:30")))

    assert [trip.rule for trip in found] == [RuleName.DAILY_LOSS, RuleName.DRAWDOWN, RuleName.LOSS_STREAK]
    assert {trip.until for trip in found} == {at("6 0:30")}
    assert breaker.clock(at("6 0:30"))[-1] == CooldownStarted(at("6 0:30"), at("6 0:45"))
    assert breaker.clock(at("6 0:45")) == [Recovered(at("6 0:45"))]


def test_timed_when_a_daily_loss_ends_within_its_day_then_it_counts_anew_from_there() -> None:
    """Lost 60, ended after an hour: that loss never trips again, though the day still shows it."""
    breaker = CircuitBreaker(TIMED, 1000, at("9:00"))
    breaker.trade_closed(940, -0.06, at("10:00"))
    breaker.clock(at("11:00"))

    later = [breaker.clock(at("11:00") + count * MINUTE) for count in range(14 * 60)]

    assert not any(isinstance(event, Trip) for events in later for event in events)
    assert breaker.day_loss == 0  # the next day began
    assert breaker.peak == 1000


def test_timed_when_it_trips_many_times_a_day_then_none_latches() -> None:
    breaker = CircuitBreaker(TIMED, 1000, at("0:00"))
    moments = [at("0:30") + timedelta(hours=2 * count) for count in range(10)]

    found = [trip for moment in moments for trip in lose(breaker, 5, moment)]

    assert len(found) == 10
    assert not any(trip.latched for trip in found)


def test_daily_loss_when_manual_then_the_boundary_changes_only_what_is_shown() -> None:
    policy = replace(NO_RULES, daily_loss=DailyLoss(0.05, MIDNIGHT, replace(AT_BOUNDARY, manual=True)))
    breaker = CircuitBreaker(policy, 1000, at("9:00"))
    breaker.trade_closed(940, -0.06, at("10:00"))

    assert breaker.clock(at("6 0:00")) == []
    assert (breaker.state, breaker.day_loss) == (BreakerState.OPEN, 0)
