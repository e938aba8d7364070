"""Errors in a row, and which success answers for which of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from freqtrade_riskkit.core.breaker import (
    CircuitBreaker,
    ErrorKind,
    Errors,
    LimitNear,
    ResetWay,
    RuleName,
)
from freqtrade_riskkit.core.decisions import Unit
from tests.unit.core.breaker.cases import AFTER_AN_HOUR, NO_RULES, at, trips

ERRORS = replace(NO_RULES, errors=Errors(3, AFTER_AN_HOUR))
ACCEPTED_ORDER = [ErrorKind.REJECTION, ErrorKind.FUNDS, ErrorKind.NETWORK, ErrorKind.EXCHANGE_DOWN]
LOOP_THROUGH = [ErrorKind.NETWORK, ErrorKind.EXCHANGE_DOWN]


def fail(breaker: CircuitBreaker, *kinds: ErrorKind, moment: str = "10:00") -> list[bool]:
    """Tell errors; say of each whether it tripped."""
    return [bool(trips(breaker.error(kind, at(moment)))) for kind in kinds]


def test_errors_when_the_third_comes_without_a_success_then_it_trips() -> None:
    breaker = CircuitBreaker(ERRORS, 1000, at("9:00"))
    fail(breaker, ErrorKind.REJECTION, ErrorKind.REJECTION)

    (trip,) = trips(breaker.error(ErrorKind.NETWORK, at("10:05")))

    assert (trip.rule, trip.at, trip.until) == (RuleName.ERRORS, at("10:05"), at("11:05"))
    assert (trip.limit, trip.value, trip.unit) == (3, 3, Unit.COUNT)
    assert breaker.decide().message() == "ERRORS_EXCEEDED: limit=3, value=3, network=1, rejection=2"


@pytest.mark.parametrize("kind", list(ErrorKind))
def test_errors_when_of_one_kind_then_the_third_trips_whichever_it_is(kind: ErrorKind) -> None:
    breaker = CircuitBreaker(ERRORS, 1000, at("9:00"))

    assert fail(breaker, kind, kind, kind, kind) == [False, False, True, False]


@pytest.mark.parametrize(
    ("success", "left"),
    [
        (ACCEPTED_ORDER, {ErrorKind.STRATEGY: 1}),
        (LOOP_THROUGH, {ErrorKind.REJECTION: 1, ErrorKind.FUNDS: 1, ErrorKind.STRATEGY: 1}),
        ([ErrorKind.STRATEGY], dict.fromkeys(ACCEPTED_ORDER, 1)),
        ([], dict.fromkeys(ErrorKind, 1)),
    ],
)
def test_success_when_it_answers_for_some_kinds_then_errors_of_the_others_stay(
    success: list[ErrorKind], left: dict[ErrorKind, int]
) -> None:
    breaker = CircuitBreaker(replace(NO_RULES, errors=Errors(10, AFTER_AN_HOUR)), 1000, at("9:00"))
    fail(breaker, *ErrorKind)

    assert breaker.succeeded(success, at("10:01")) == []

    assert dict(breaker.remember().errors) == left
    assert [figure.value for figure in breaker.figures()] == [sum(left.values())]


def test_rejections_when_prices_are_fetched_between_then_they_are_in_a_row_all_the_same() -> None:
    breaker = CircuitBreaker(ERRORS, 1000, at("9:00"))
    found = []
    for _ in range(3):
        found += fail(breaker, ErrorKind.REJECTION)
        breaker.succeeded(LOOP_THROUGH, at("10:00"))

    assert found == [False, False, True]


def test_rejections_when_an_order_is_accepted_between_then_they_begin_anew() -> None:
    breaker = CircuitBreaker(ERRORS, 1000, at("9:00"))
    fail(breaker, ErrorKind.REJECTION, ErrorKind.REJECTION)
    breaker.succeeded(ACCEPTED_ORDER, at("10:00"))

    assert fail(breaker, ErrorKind.REJECTION, ErrorKind.REJECTION) == [False, False]
    assert fail(breaker, ErrorKind.REJECTION) == [True]


@pytest.mark.parametrize("by_a_person", [True, False])
def test_errors_when_the_trip_ends_then_they_begin_anew(by_a_person: bool) -> None:
    breaker = CircuitBreaker(ERRORS, 1000, at("9:00"))
    fail(breaker, *[ErrorKind.NETWORK] * 7)
    if by_a_person:
        breaker.reset(at("10:30"), ResetWay.COMMAND)
        assert breaker.decide().allowed
    else:
        breaker.clock(at("11:00"))
        assert breaker.cooldown_until == at("11:15")

    assert fail(breaker, *[ErrorKind.NETWORK] * 3, moment="11:00") == [False, False, True]


def test_errors_when_the_outage_lasts_then_the_second_trip_waits_for_a_person() -> None:
    breaker = CircuitBreaker(ERRORS, 1000, at("9:00"))
    fail(breaker, *[ErrorKind.EXCHANGE_DOWN] * 3)
    breaker.clock(at("11:00"))

    fail(breaker, *[ErrorKind.EXCHANGE_DOWN] * 3, moment="11:01")

    assert [(trip.latched, trip.until) for trip in breaker.active_trips] == [(True, None)]


def test_warning_when_two_of_three_are_there_and_the_level_lies_there_then_told_with_the_kinds() -> None:
    breaker = CircuitBreaker(replace(ERRORS, warn_at=0.5), 1000, at("9:00"))
    fail(breaker, ErrorKind.FUNDS)

    (warning,) = breaker.error(ErrorKind.FUNDS, at("10:01"))

    assert isinstance(warning, LimitNear)
    assert warning.decision().message() == "LIMIT_NEAR: limit=3, value=2, rule=ERRORS_EXCEEDED, funds=2"
    breaker.succeeded([ErrorKind.FUNDS], at("10:02"))
    fail(breaker, ErrorKind.FUNDS)
    assert breaker.error(ErrorKind.FUNDS, at("10:03"))


def test_errors_when_the_limit_was_tightened_over_a_restart_then_the_next_loop_judges_by_it() -> None:
    breaker = CircuitBreaker(ERRORS, 1000, at("9:00"))
    fail(breaker, ErrorKind.REJECTION, ErrorKind.REJECTION)
    tighter = replace(ERRORS, errors=Errors(2, AFTER_AN_HOUR))

    again = CircuitBreaker.recall(tighter, breaker.remember())

    assert trips(again.succeeded(LOOP_THROUGH, at("10:01")))


def test_errors_when_the_rule_is_off_then_nothing_trips_and_no_figure_is_shown() -> None:
    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))

    assert fail(breaker, *[ErrorKind.STRATEGY] * 50) == [False] * 50
    assert breaker.figures() == ()


def test_error_when_its_kind_is_unknown_then_refused_and_nothing_changed() -> None:
    breaker = CircuitBreaker(ERRORS, 1000, at("9:00"))
    before = breaker.remember()

    with pytest.raises(ValueError, match="sunspots"):
        breaker.error("sunspots", at("10:00") + timedelta(days=1))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sunspots"):
        breaker.succeeded(["sunspots"], at("10:00"))  # type: ignore[list-item]

    assert breaker.remember() == before
