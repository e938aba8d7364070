"""What can't be read is refused, and leaves a breaker as it was."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

import pytest

from freqtrade_riskkit.core.breaker import CircuitBreaker, ErrorKind, ResetWay, TripWay
from tests.unit.core.breaker.cases import ALL_RULES, at, lose, trips

NAIVE = datetime(2024, 8, 7, 12, 0)  # noqa: DTZ001 - that it has no timezone is the point
UNREADABLE = [math.nan, math.inf, -math.inf]


@pytest.fixture
def breaker() -> CircuitBreaker:
    """One that is in the middle of a trip, so that time passing would change it."""
    breaker = CircuitBreaker(ALL_RULES, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    return breaker


@pytest.mark.parametrize("value", UNREADABLE)
def test_trade_when_its_equity_is_no_number_then_refused_and_nothing_changed(
    breaker: CircuitBreaker, value: float
) -> None:
    before = breaker.remember()
    with pytest.raises(ValueError, match="equity must be a finite number"):
        breaker.trade_closed(value, -0.01, at("6 12:00"))
    assert breaker.remember() == before


@pytest.mark.parametrize("value", UNREADABLE)
def test_trade_when_its_profit_is_no_number_then_refused_and_nothing_changed(
    breaker: CircuitBreaker, value: float
) -> None:
    before = breaker.remember()
    with pytest.raises(ValueError, match="pnl_ratio must be a finite number"):
        breaker.trade_closed(900, value, at("6 12:00"))
    assert breaker.remember() == before


@pytest.mark.parametrize("value", UNREADABLE)
def test_equity_when_no_number_then_refused_and_nothing_changed(
    breaker: CircuitBreaker, value: float
) -> None:
    before = breaker.remember()
    with pytest.raises(ValueError, match="equity must be a finite number"):
        breaker.equity_moved(value, at("6 12:00"))
    assert breaker.remember() == before


@pytest.mark.parametrize(
    "event",
    [
        "trade_closed",
        "equity_moved",
        "clock",
        "reset",
        "order_asked",
        "order_placed",
        "error",
        "succeeded",
        "cash_flow",
        "trip",
        "end_manual",
    ],
)
def test_moment_when_it_has_no_timezone_then_refused_and_nothing_changed(
    breaker: CircuitBreaker, event: str
) -> None:
    before = breaker.remember()
    tell = {
        "trade_closed": lambda: breaker.trade_closed(900, -0.1, NAIVE),
        "equity_moved": lambda: breaker.equity_moved(900, NAIVE),
        "clock": lambda: breaker.clock(NAIVE),
        "reset": lambda: breaker.reset(NAIVE, ResetWay.LOCK_DELETED),
        "order_asked": lambda: breaker.order_asked(NAIVE),
        "order_placed": lambda: breaker.order_placed(NAIVE),
        "error": lambda: breaker.error(ErrorKind.NETWORK, NAIVE),
        "succeeded": lambda: breaker.succeeded([ErrorKind.NETWORK], NAIVE),
        "cash_flow": lambda: breaker.cash_flow(100, NAIVE),
        "trip": lambda: breaker.trip(TripWay.COMMAND, NAIVE, "by hand"),
        "end_manual": lambda: breaker.end_manual(TripWay.COMMAND, NAIVE, ResetWay.COMMAND),
    }
    with pytest.raises(ValueError, match="must have a timezone"):
        tell[event]()
    assert breaker.remember() == before


@pytest.mark.parametrize("value", UNREADABLE)
def test_start_when_its_equity_is_no_number_then_refused(value: float) -> None:
    with pytest.raises(ValueError, match="equity"):
        CircuitBreaker(ALL_RULES, value, at("9:00"))


def test_start_when_it_has_no_timezone_then_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        CircuitBreaker(ALL_RULES, 1000, NAIVE)


def test_day_when_moments_come_in_another_timezone_then_its_boundary_is_still_utc() -> None:
    """01:30 in Moscow on the 6th is 22:30 UTC on the 5th: the loss is the 5th's, and so is the trip's end."""
    moscow = timezone(timedelta(hours=3))
    breaker = CircuitBreaker(ALL_RULES, 1000, at("5 9:00").astimezone(moscow))
    breaker.trade_closed(970, -0.03, at("5 20:30").astimezone(moscow))

    (trip,) = trips(breaker.trade_closed(945, -0.02, at("5 22:30").astimezone(moscow)))

    assert breaker.day_loss == 55
    assert trip.until == at("6 2:30")
    breaker.clock(at("6 0:00").astimezone(moscow))
    assert breaker.day_loss == 0


def test_report_when_it_comes_late_then_it_counts_at_the_last_moment_seen() -> None:
    """A close of 23:59 that is told at 00:05 is the new day's: the old one is over."""
    breaker = CircuitBreaker(ALL_RULES, 1000, at("5 9:00"))
    breaker.clock(at("6 0:05"))
    breaker.trade_closed(980, -0.02, at("5 23:59"))

    assert breaker.day_loss == 20
    assert breaker.remember().now == at("6 0:05")
