"""A warning at 80 % of a limit, once for each approach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from freqtrade_riskkit.core.breaker import BreakerEvent, CircuitBreaker, LimitNear, ResetWay, RuleName
from tests.unit.core.breaker.cases import DAILY_LOSS, DEFAULTS, DRAWDOWN, STREAK, at, lose, trips


def warnings(events: list[BreakerEvent]) -> list[RuleName]:
    """Pick the rules that were warned of."""
    return [event.rule for event in events if isinstance(event, LimitNear)]


@pytest.mark.parametrize(("equity", "warned"), [(960.0, True), (960.01, False)])
def test_daily_loss_when_it_reaches_80_percent_of_its_limit_then_warned(equity: float, warned: bool) -> None:
    """0.8 × 50 = 40."""
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))

    found = warnings(breaker.trade_closed(equity, -0.01, at("10:00")))

    assert found == ([RuleName.DAILY_LOSS] if warned else [])


@pytest.mark.parametrize(("equity", "warned"), [(880.0, True), (880.01, False)])
def test_drawdown_when_it_reaches_80_percent_of_its_limit_then_warned(equity: float, warned: bool) -> None:
    """0.8 × 0.15 = 0.12."""
    breaker = CircuitBreaker(DRAWDOWN, 1000, at("9:00"))

    found = warnings(breaker.trade_closed(equity, -0.01, at("10:00")))

    assert found == ([RuleName.DRAWDOWN] if warned else [])


def test_streak_when_four_of_five_losses_are_there_then_warned_with_the_numbers() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 3, at("10:00"))

    (warning,) = breaker.trade_closed(1000, -0.01, at("10:30"))

    assert isinstance(warning, LimitNear)
    assert (warning.limit, warning.value, warning.at) == (5, 4, at("10:30"))
    assert warning.decision().message() == "LIMIT_NEAR: limit=5, value=4, rule=CONSECUTIVE_LOSSES_EXCEEDED"
    assert warning.decision().allowed


def test_warning_when_the_figure_stays_near_then_told_once_and_again_after_it_went_away() -> None:
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))
    path = [955, 953, 957, 965, 958]

    told = [
        bool(warnings(breaker.trade_closed(equity, -0.01, at(f"10:{minute:02}"))))
        for minute, equity in enumerate(path)
    ]

    assert told == [True, False, False, False, True]
    assert warnings(breaker.clock(at("12:00"))) == []


def test_warning_when_the_figure_jumps_over_it_then_the_trip_alone_is_told() -> None:
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))

    events = breaker.trade_closed(900, -0.1, at("10:00"))

    assert warnings(events) == []
    assert len(trips(events)) == 1


def test_warning_when_a_trip_was_reset_then_the_next_approach_is_told_again() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    breaker.reset(at("10:30"), ResetWay.LOCK_DELETED)
    lose(breaker, 3, at("11:00"))

    assert warnings(breaker.trade_closed(1000, -0.01, at("11:00"))) == [RuleName.LOSS_STREAK]


def test_warning_when_a_day_begins_then_yesterdays_approach_is_over() -> None:
    """42 lost on the 5th are near the limit over 24 hours until noon of the 6th; then told anew."""
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))
    breaker.trade_closed(958, -0.04, at("5 12:00"))

    assert warnings(breaker.clock(at("6 0:00"))) == []
    breaker.clock(at("6 12:00"))
    assert warnings(breaker.trade_closed(919, -0.04, at("6 13:00"))) == [RuleName.DAILY_LOSS]


@pytest.mark.parametrize(("warn_at", "losses"), [(1.0, 0), (0.2, 1), (0.5, 3)])
def test_warning_when_its_share_is_set_then_it_comes_there(warn_at: float, losses: int) -> None:
    """At 1 the trip itself is the first word; 0.5 of five losses is passed with the third."""
    breaker = CircuitBreaker(replace(STREAK, warn_at=warn_at), 1000, at("9:00"))

    told = [bool(warnings(breaker.trade_closed(1000, -0.01, at("10:00")))) for _ in range(5)]

    assert told == [count == losses for count in range(1, 6)]


def test_figures_when_asked_for_then_every_one_stands_beside_its_limit() -> None:
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.trade_closed(1100, 0.1, at("10:00"))
    breaker.trade_closed(1067, -0.03, at("6 11:00"))

    shown = {figure.rule: (figure.limit, figure.value) for figure in breaker.figures()}

    assert shown[RuleName.DAILY_LOSS] == pytest.approx((55, 33))
    assert shown[RuleName.DRAWDOWN] == pytest.approx((0.15, 0.03))
    assert shown[RuleName.LOSS_STREAK] == (5, 1)
