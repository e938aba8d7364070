"""Policies and moments that the breaker's tests share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from freqtrade_riskkit.core.breaker import (
    BreakerEvent,
    BreakerPolicy,
    CircuitBreaker,
    DailyLoss,
    Drawdown,
    End,
    Errors,
    LossStreak,
    OrderRate,
    Trip,
)

MIDNIGHT = time(0, 0)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)

AT_BOUNDARY = End(at=MIDNIGHT, at_least=timedelta(minutes=240))
BY_A_PERSON = End(manual=True)
AFTER_AN_HOUR = End(after=HOUR)

NO_RULES = BreakerPolicy(
    daily_loss=None,
    drawdown=None,
    loss_streak=None,
    cooldown=timedelta(minutes=15),
    max_trips_per_day=2,
    warn_at=0.8,
)
DAILY_LOSS = replace(NO_RULES, daily_loss=DailyLoss(0.05, MIDNIGHT, AT_BOUNDARY))
DRAWDOWN = replace(NO_RULES, drawdown=Drawdown(0.15, BY_A_PERSON))
STREAK = replace(NO_RULES, loss_streak=LossStreak(5, 0.0, AFTER_AN_HOUR))
DEFAULTS = replace(
    NO_RULES,
    daily_loss=DAILY_LOSS.daily_loss,
    drawdown=DRAWDOWN.drawdown,
    loss_streak=STREAK.loss_streak,
)
ALL_RULES = replace(DEFAULTS, order_rate=OrderRate(10, 100, AFTER_AN_HOUR), errors=Errors(3, AFTER_AN_HOUR))
TIMED = BreakerPolicy(
    daily_loss=DailyLoss(0.05, MIDNIGHT, AFTER_AN_HOUR),
    drawdown=Drawdown(0.15, AFTER_AN_HOUR),
    loss_streak=LossStreak(5, 0.0, AFTER_AN_HOUR),
    cooldown=timedelta(minutes=15),
    max_trips_per_day=None,
    warn_at=0.8,
)


def at(text: str) -> datetime:
    """Read ``"5 12:30"`` as that day and time of August 2024, UTC; a time alone is on the 5th."""
    day, _, clock = text.rpartition(" ")
    hour, minute = clock.split(":")
    return datetime(2024, 8, int(day or 5), int(hour), int(minute), tzinfo=UTC)


def trips(events: list[BreakerEvent]) -> list[Trip]:
    """Pick the trips out of what a breaker reports."""
    return [event for event in events if isinstance(event, Trip)]


def lose(breaker: CircuitBreaker, times: int, moment: datetime, pnl_ratio: float = -0.01) -> list[Trip]:
    """Close losing trades at one moment that leave the equity as it is; only the streak sees them."""
    return [
        trip for _ in range(times) for trip in trips(breaker.trade_closed(breaker.equity, pnl_ratio, moment))
    ]
