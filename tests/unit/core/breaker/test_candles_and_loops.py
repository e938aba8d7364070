"""Told at candles, as by a backtest, or seconds later and again and again, as by a bot: the same trips."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from freqtrade_riskkit.core.breaker import (
    BreakerPolicy,
    CircuitBreaker,
    DailyLoss,
    Drawdown,
    LossStreak,
    ResetWay,
    RuleName,
)
from tests.unit.core.breaker.cases import (
    AFTER_AN_HOUR,
    AT_BOUNDARY,
    DEFAULTS,
    HOUR,
    MIDNIGHT,
    MINUTE,
    NO_RULES,
    STREAK,
    at,
    lose,
    trips,
)

SECOND = timedelta(seconds=1)
START = datetime(2024, 8, 5, 9, tzinfo=UTC)
RESOLUTION = 5 * MINUTE
POLICY = replace(
    NO_RULES,
    daily_loss=DailyLoss(0.03, MIDNIGHT, AT_BOUNDARY),
    drawdown=Drawdown(0.05, AFTER_AN_HOUR),
    loss_streak=LossStreak(3, 0.0, AFTER_AN_HOUR),
    cooldown=HOUR,
    max_trips_per_day=4,
)


class Candle(NamedTuple):
    """What a candle brings: the equity at its open, and after each close the equity and the profit ratio."""

    begins: datetime
    equity: float
    closes: tuple[tuple[float, float], ...]


class Told(NamedTuple):
    """What must be the same of a trip."""

    rule: RuleName
    candle: datetime
    value: float
    until: datetime | None
    latched: bool


def course(dice: random.Random, hours: int) -> list[Candle]:
    """Let the equity walk, up and down, with a few closes an hour."""
    candles, equity = [], 10_000.0
    for hour in range(1, hours):
        equity = round(equity * (1 + dice.gauss(0, 0.007)), 2)
        closes = tuple(
            (round(equity - dice.random(), 2), dice.uniform(-0.02, 0.02)) for _ in range(dice.randint(0, 3))
        )
        candles.append(Candle(START + hour * HOUR, equity, closes))
        equity = closes[-1][0] if closes else equity
    return candles


def told_at(candles: list[Candle], policy: BreakerPolicy, dice: random.Random | None) -> list[Told]:
    """Tell a breaker of candles at their beginning, as a backtest does; with dice as a bot does.

    A person lets go of what waits for one, six hours later.
    """
    breaker = CircuitBreaker(policy, 10_000.0, START, RESOLUTION)
    found = []
    for candle in candles:
        late = timedelta(seconds=dice.uniform(1, 50)) if dice is not None else timedelta(0)
        events = breaker.equity_moved(candle.equity, candle.begins + late)
        for number, (equity, ratio) in enumerate(candle.closes, 1):
            passed = late + number * SECOND if dice is not None else late
            events += breaker.trade_closed(equity, ratio, candle.begins + passed)
        found += trips(events)
        for trip in breaker.active_trips:
            if trip.until is None and candle.begins - _hour_of(trip.at) >= 6 * HOUR:
                breaker.reset(candle.begins + late, ResetWay.COMMAND, [trip.rule])
        if dice is not None:
            for _ in range(3):
                late += timedelta(minutes=dice.uniform(1, 18))
                breaker.equity_moved(breaker.equity, candle.begins + late)
    return [Told(t.rule, _hour_of(t.at), float(t.value), t.until, t.latched) for t in found]


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


@pytest.mark.parametrize("seed", range(20))
def test_trips_when_a_bot_looks_seconds_after_each_candle_began_then_those_of_the_backtest(seed: int) -> None:
    candles = course(random.Random(seed), hours=24 * 14)

    in_backtest = told_at(candles, POLICY, None)

    assert len(in_backtest) >= 10
    assert told_at(candles, POLICY, random.Random(seed)) == in_backtest


def test_trip_when_it_comes_within_a_minute_then_its_times_count_from_the_minutes_beginning() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))

    (trip,) = lose(breaker, 5, at("10:00") + 59 * SECOND)

    assert trip.at == at("10:00") + 59 * SECOND
    assert trip.until == at("11:00")
    breaker.clock(at("11:00"))
    assert breaker.cooldown_until == at("11:15")


def test_latch_when_rules_trip_seconds_apart_then_they_count_once() -> None:
    """What one loop of a bot finds in a crash is one event, whatever the seconds between."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    lose(breaker, 4, at("10:00"))

    (daily,) = trips(breaker.equity_moved(940, at("11:00") + 4 * SECOND))
    (streak,) = trips(breaker.trade_closed(940, -0.06, at("11:00") + 6 * SECOND))

    assert (daily.latched, streak.latched) == (False, False)


def test_latch_when_the_first_trip_ended_within_the_minute_then_the_next_is_the_second() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    breaker.reset(at("10:00") + 10 * SECOND, ResetWay.COMMAND)

    (second,) = lose(breaker, 5, at("10:00") + 20 * SECOND)

    assert second.latched
