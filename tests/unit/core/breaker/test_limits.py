"""When each rule trips: at its limit exactly, not before, and from the right baseline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from freqtrade_riskkit.core.breaker import CircuitBreaker, DailyLoss, Drawdown, LossStreak, RuleName
from freqtrade_riskkit.core.decisions import Unit
from tests.unit.core.breaker.cases import (
    AFTER_AN_HOUR,
    AT_BOUNDARY,
    DAILY_LOSS,
    DEFAULTS,
    DRAWDOWN,
    INSTANT,
    MIDNIGHT,
    NO_RULES,
    STREAK,
    at,
    lose,
    trips,
)


@pytest.mark.parametrize(
    ("equity", "tripped"),
    [(950.0, True), (950.01, False), (949.99, True), (0.0, True), (-10.0, True), (1000.0, False)],
)
def test_daily_loss_when_it_reaches_the_limit_then_trips(equity: float, tripped: bool) -> None:
    """0.05 of 1,000 is 50."""
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))

    found = trips(breaker.trade_closed(equity, -0.01, at("10:00")))

    assert bool(found) is tripped


def test_daily_loss_when_tripped_then_recorded_in_money_with_its_baseline() -> None:
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))

    (trip,) = trips(breaker.trade_closed(938.8, -0.01, at("10:00")))

    assert (trip.rule, trip.at, trip.unit) == (RuleName.DAILY_LOSS, at("10:00"), Unit.MONEY)
    assert (trip.limit, trip.value) == pytest.approx((50, 61.2))
    assert trip.decision().message("USDT") == (
        "DAILY_LOSS_EXCEEDED: limit=50.00 USDT, value=61.20 USDT, since 00:00 UTC"
    )


def test_daily_loss_when_rounding_keeps_it_from_the_limit_then_trips() -> None:
    """0.1 + 0.2 is not 0.3 in floats: a loss within rounding of the limit has reached it."""
    policy = replace(NO_RULES, daily_loss=DailyLoss(0.1, MIDNIGHT, AT_BOUNDARY))
    breaker = CircuitBreaker(policy, 3, at("9:00"))

    assert trips(breaker.equity_moved(3 - (0.1 + 0.1 + 0.1), at("10:00")))


@pytest.mark.parametrize(("moment", "loss"), [(at("6 0:00") - INSTANT, 40), (at("6 0:00"), 10)])
def test_daily_loss_when_a_close_falls_on_the_boundary_then_it_counts_for_the_new_day(
    moment: datetime, loss: float
) -> None:
    """30 lost in the course of the 5th, and 10 more at the boundary or one instant before it."""
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("5 9:00"))
    breaker.trade_closed(970, -0.01, at("5 12:00"))

    breaker.trade_closed(960, -0.01, moment)

    assert breaker.day_loss == loss


def test_daily_loss_when_the_boundary_is_moved_then_the_day_begins_there() -> None:
    """With the day from 18:30 on, what was lost at 18:29 is yesterday's; what came after counts."""
    policy = replace(NO_RULES, daily_loss=DailyLoss(0.05, time(18, 30), AT_BOUNDARY))
    breaker = CircuitBreaker(policy, 1000, at("4 20:00"))
    breaker.trade_closed(960, -0.01, at("5 18:29"))

    assert breaker.day_loss == 40
    assert breaker.clock(at("5 18:30")) == []
    assert breaker.day_loss == 0
    (figure,) = breaker.figures()
    assert (figure.value, figure.detail) == (40, "over 24 hours")


def test_rolling_loss_when_a_boundary_lies_between_then_both_days_count() -> None:
    """30 at 23:00 and 25 at 01:00: neither day reaches 50, the last 24 hours do."""
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))
    breaker.trade_closed(970, -0.01, at("23:00"))

    (trip,) = trips(breaker.trade_closed(945, -0.01, at("6 1:00")))

    assert (trip.limit, trip.value, trip.detail) == (50, 55, "over 24 hours")


@pytest.mark.parametrize(("moment", "tripped"), [(at("6 22:59"), True), (at("6 23:00"), False)])
def test_rolling_loss_when_a_loss_is_24_hours_old_then_it_counts_no_more(
    moment: datetime, tripped: bool
) -> None:
    """30 lost at 23:00 on the 5th, 25 more a day later."""
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))
    breaker.trade_closed(970, -0.01, at("5 23:00"))

    assert bool(trips(breaker.trade_closed(945, -0.01, moment))) is tripped


def test_rolling_loss_when_several_closes_share_a_moment_then_the_last_one_stands() -> None:
    """960, 1,010 and 1,000 at one moment: a day later the loss counts from 1,000."""
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))
    for equity in (970, 1010, 1005):
        breaker.trade_closed(equity, 0.01, at("5 12:00"))
    breaker.trade_closed(990, -0.01, at("5 15:00"))

    breaker.clock(at("6 12:00"))

    (figure,) = breaker.figures()
    assert (figure.value, figure.limit) == pytest.approx((15, 0.05 * 1005))


@pytest.mark.parametrize(
    ("equity", "tripped"), [(1020.0, True), (1020.01, False), (1200.0, False), (0.0, True)]
)
def test_drawdown_when_the_fall_from_the_peak_reaches_the_limit_then_trips(
    equity: float, tripped: bool
) -> None:
    """0.15 of the peak of 1,200 is 180."""
    breaker = CircuitBreaker(DRAWDOWN, 1000, at("9:00"))
    breaker.trade_closed(1200, 0.2, at("10:00"))

    found = trips(breaker.trade_closed(equity, -0.1, at("12 10:00")))

    assert bool(found) is tripped
    assert breaker.peak == 1200


def test_drawdown_when_tripped_then_recorded_as_a_ratio_with_peak_and_equity() -> None:
    breaker = CircuitBreaker(DRAWDOWN, 1000, at("9:00"))

    (trip,) = trips(breaker.trade_closed(800, -0.1, at("10:00")))

    assert trip.decision().message("USDT") == (
        "DRAWDOWN_EXCEEDED: limit=0.1500, value=0.2000, peak=1000, equity=800"
    )


def test_streak_when_the_fifth_loss_closes_then_trips() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))

    assert lose(breaker, 4, at("10:00")) == []
    (trip,) = lose(breaker, 1, at("11:00"))

    assert (trip.limit, trip.value, trip.unit) == (5, 5, Unit.COUNT)
    assert trip.decision().message() == "CONSECUTIVE_LOSSES_EXCEEDED: limit=5, value=5"


@pytest.mark.parametrize(
    ("between", "tripped"),
    [(0.0, True), (-0.0099, True), (0.0001, False), (-0.01, True)],
    ids=["draw", "smaller loss", "win", "loss of that size"],
)
def test_streak_when_something_comes_between_then_only_a_win_ends_it(between: float, tripped: bool) -> None:
    """Four losses, then the one between, then one more; losses count from 0.01 on."""
    policy = replace(NO_RULES, loss_streak=LossStreak(5, 0.01, AFTER_AN_HOUR))
    breaker = CircuitBreaker(policy, 1000, at("9:00"))
    lose(breaker, 4, at("10:00"), -0.02)

    found = trips(breaker.trade_closed(1000, between, at("10:30")))
    found += lose(breaker, 1, at("11:00"), -0.02)

    assert bool(found) is tripped


def test_streak_when_losses_are_below_min_loss_then_they_never_lengthen_it() -> None:
    policy = replace(NO_RULES, loss_streak=LossStreak(1, 0.01, AFTER_AN_HOUR))
    breaker = CircuitBreaker(policy, 1000, at("9:00"))

    assert lose(breaker, 50, at("10:00"), -0.00999) == []
    assert len(lose(breaker, 1, at("10:00"), -0.01)) == 1


def test_rules_when_reached_together_then_each_trips_once() -> None:
    """One close takes 20 %: daily loss and drawdown; the streak's fifth loss is the same close."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    lose(breaker, 4, at("10:00"))

    found = trips(breaker.trade_closed(800, -0.2, at("11:00")))
    found += trips(breaker.trade_closed(700, -0.2, at("11:30")))

    assert [trip.rule for trip in found] == [RuleName.DAILY_LOSS, RuleName.DRAWDOWN, RuleName.LOSS_STREAK]


def test_rules_when_null_then_nothing_trips() -> None:
    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))

    assert lose(breaker, 20, at("10:00")) == []
    assert trips(breaker.trade_closed(-500, -1, at("11:00"))) == []
    assert breaker.figures() == ()
    assert breaker.decide().allowed


def test_loss_when_equity_is_gone_then_it_is_never_read_as_fine() -> None:
    """With nothing left to lose the share of it can't be computed; entries stay denied."""
    breaker = CircuitBreaker(DEFAULTS, 0, at("9:00"))

    assert {trip.rule for trip in trips(breaker.clock(at("9:01")))} == {
        RuleName.DAILY_LOSS,
        RuleName.DRAWDOWN,
    }


def test_breaker_when_the_loss_comes_slowly_then_the_drawdown_trips_though_no_day_does() -> None:
    """4 % a day, on no day 5 %: 0.96 to the power of 4 is 0.849."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("1 0:00"))
    equity, found = 1000.0, []
    for day in range(1, 6):
        equity *= 0.96
        found += trips(breaker.trade_closed(equity, -0.04, at(f"{day} 12:00")))
        found += trips(breaker.clock(at(f"{day} 12:00") + timedelta(hours=6)))

    assert found[0].rule is RuleName.DRAWDOWN
    assert found[0].at == at("4 12:00")


def test_loss_when_the_same_equity_is_told_as_a_trip_ends_then_it_is_judged_there_and_then() -> None:
    """Nothing is left: what is re-baselined at the trip's end reads as lost whole once more, at once."""
    policy = replace(NO_RULES, drawdown=Drawdown(0.15, AFTER_AN_HOUR), max_trips_per_day=None)
    breaker = CircuitBreaker(policy, 1000, at("9:00"))
    breaker.trade_closed(0, -1, at("10:00"))

    found = trips(breaker.equity_moved(0, at("11:00")))

    assert [(trip.rule, trip.at) for trip in found] == [(RuleName.DRAWDOWN, at("11:00"))]


def test_loss_when_the_same_equity_is_told_as_24_hours_pass_then_the_higher_baseline_judges() -> None:
    """1,000 at 9:00, 1,040 at 10:00; 988 a day later: from 10:00 on that is 52 of 1,040, 0.05 of it."""
    policy = replace(NO_RULES, daily_loss=DailyLoss(0.05, time(9, 30), AT_BOUNDARY))
    breaker = CircuitBreaker(policy, 1000, at("9:00"))
    breaker.equity_moved(1040, at("10:00"))
    breaker.equity_moved(995, at("11:00"))
    breaker.clock(at("6 9:59"))
    breaker.equity_moved(988, at("6 9:59"))

    found = trips(breaker.equity_moved(988, at("6 10:00")))

    assert [(trip.at, trip.limit, trip.value) for trip in found] == [(at("6 10:00"), 52, 52)]
