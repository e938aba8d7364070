"""A breaker that only observes: nobody can delete a lock that was never written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from freqtrade_riskkit.core.breaker import (
    BreakerEvent,
    BreakerPolicy,
    BreakerState,
    CircuitBreaker,
    Drawdown,
    End,
    ResetWay,
    TripEnded,
)
from freqtrade_riskkit.host.breaker_desk import BreakerDesk

START = datetime(2024, 8, 5, tzinfo=UTC)
POLICY = BreakerPolicy(None, Drawdown(0.15, End(manual=True)), None, timedelta(minutes=15), 2, 0.8)


def test_trip_when_only_observed_then_it_ends_after_a_day_and_judges_again() -> None:
    """160 of 1,000 trip the drawdown; a day later it counts from 840, of which 126 are the limit."""
    told: list[BreakerEvent] = []
    desk = BreakerDesk(CircuitBreaker(POLICY, 1000.0, START), "USDT", writes_locks=False, report=told.append)
    desk.trade_closed(840.0, -0.16, START)

    states = []
    for passed in (timedelta(hours=24, seconds=-1), timedelta(hours=24)):
        desk.clock(START + passed)
        states.append(desk.breaker.state)
    assert states == [BreakerState.OPEN, BreakerState.CLOSED]
    assert [event.way for event in told if isinstance(event, TripEnded)] == [ResetWay.OBSERVED]
    assert desk.let_go == {desk.trips[0]: START + timedelta(hours=24)}

    desk.trade_closed(714.0, -0.15, START + timedelta(hours=25))
    assert desk.breaker.state is BreakerState.OPEN
    assert len(desk.trips) == 2
    assert len(desk.let_go) == 1


def test_trip_when_enforced_then_time_alone_never_ends_it() -> None:
    desk = BreakerDesk(
        CircuitBreaker(POLICY, 1000.0, START), "USDT", writes_locks=True, report=lambda _: None
    )
    desk.trade_closed(840.0, -0.16, START)
    desk.clock(START + timedelta(days=90))
    assert desk.breaker.state is BreakerState.OPEN
