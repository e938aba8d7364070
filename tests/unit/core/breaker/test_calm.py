"""Where nothing can come of an equity it is taken in the short way, and nothing is different for it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.breaker import BreakerMemory, BreakerPolicy, CircuitBreaker, LimitNear, RuleName
from tests.unit.core.breaker import drawn
from tests.unit.core.breaker.cases import ALL_RULES, DEFAULTS, HOUR, MINUTE, NO_RULES, TIMED, at

START = at("0:00")
# The same time of day, but not the object that the short way is for.
NOT_UTC = timezone(timedelta(0), "elsewhere")
POLICIES = st.sampled_from([NO_RULES, DEFAULTS, ALL_RULES, TIMED]) | drawn.policies
CANDLES = st.sampled_from([MINUTE, 5 * MINUTE, 7 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR])
# Mostly small moves, so that whole days are calm; now and then one that trips.
MOVES = st.integers(-8, 8) | st.integers(-90, 60)
RATIOS = st.sampled_from([0.01, -0.01, 0.0])


@given(
    policy=POLICIES,
    resolution=st.sampled_from([timedelta(0), 5 * MINUTE]),
    candle=CANDLES,
    steps=st.lists(st.tuples(MOVES, st.none() | RATIOS), min_size=10, max_size=120),
)
def test_breaker_when_it_takes_the_short_way_then_the_same_as_by_the_long_one(
    policy: BreakerPolicy,
    resolution: timedelta,
    candle: timedelta,
    steps: list[tuple[int, float | None]],
) -> None:
    """Step by step: the same events; and the same memory at the end, with all samples of the last day."""
    short = CircuitBreaker(policy, 1000.0, START, resolution)
    long = CircuitBreaker(policy, 1000.0, START, resolution)
    equity, now = 1000.0, START
    for number, (move, ratio) in enumerate(steps):
        equity += move
        now += candle
        elsewhere = now.astimezone(NOT_UTC)
        if ratio is None:
            told, wanted = short.equity_moved(equity, now), long.equity_moved(equity, elsewhere)
        else:
            told, wanted = (
                short.trade_closed(equity, ratio, now),
                long.trade_closed(equity, ratio, elsewhere),
            )
        assert told == wanted, number
        assert short.state is long.state
        if number % 40 == 39:  # not at each step, for that sorts the waiting samples in
            assert short.figures() == long.figures()
    assert _without_first_moment(short.remember()) == _without_first_moment(long.remember())


def _without_first_moment(memory: BreakerMemory) -> BreakerMemory:
    """Leave out the moment of the oldest sample: it is the baseline whenever it was taken."""
    (_, oldest), *others = memory.samples
    return replace(memory, samples=((START, oldest), *others))


def test_day_when_the_account_is_far_from_every_limit_then_it_is_calm_candle_by_candle() -> None:
    """Else the test above would compare the long way with itself."""
    breaker = CircuitBreaker(DEFAULTS, 1000.0, START, 5 * MINUTE)
    breaker.equity_moved(1001.0, START)
    taken = [breaker.course.stays_calm(1000.0 + hour % 3, START + hour * HOUR) for hour in range(1, 24)]
    assert all(taken)
    assert breaker.course.closes_calmly(1000.0, -0.01, START + 23 * HOUR)
    assert breaker.remember().streak == 1


@pytest.mark.parametrize(
    ("equity", "moment"),
    [
        (959.9, at("10:00")),  # a loss of the day near its limit of 5 %
        (math.nan, at("10:00")),
        (math.inf, at("10:00")),
        (1000.0, at("7 0:00")),  # a whole day later
        (1000.0, START - MINUTE),
        (1000.0, at("10:00").astimezone(NOT_UTC)),
        (1000.0, at("10:00").replace(tzinfo=None)),
    ],
)
def test_equity_when_something_may_come_of_it_then_it_is_not_taken_in(
    equity: float, moment: datetime
) -> None:
    """It says so and leaves everything as it was."""
    breaker = CircuitBreaker(DEFAULTS, 1000.0, START, 5 * MINUTE)
    breaker.equity_moved(1001.0, START)
    before = breaker.remember()
    assert not breaker.course.stays_calm(equity, moment)
    assert not breaker.course.closes_calmly(equity, -0.01, moment)
    assert breaker.remember() == before


def test_day_when_it_begins_far_from_every_limit_then_it_is_as_calm_and_counts_from_its_own_opening() -> None:
    """The opening is the equity before the boundary's own mark."""
    breaker = CircuitBreaker(DEFAULTS, 1000.0, START, 5 * MINUTE)
    breaker.equity_moved(1001.0, START)
    calm = [breaker.course.stays_calm(1000.0 + hour % 3, START + hour * HOUR) for hour in range(1, 24 * 7)]
    assert all(calm)
    assert breaker.day_opening == 1000.0 + (24 * 6 - 1) % 3
    assert breaker.course.day_ends_at == START + 24 * 7 * HOUR
    assert len(breaker.course.compared.rolling.waiting) <= 48


def test_day_when_it_begins_too_near_to_a_limit_then_it_begins_all_the_same() -> None:
    """970 is well above what the old day may lose, and 4.9 % below the new day's opening of 1020."""
    breaker = CircuitBreaker(DEFAULTS, 1000.0, START, 5 * MINUTE)
    breaker.equity_moved(1001.0, START)
    assert breaker.course.stays_calm(1020.0, at("23:00"))
    assert not breaker.course.stays_calm(970.0, at("6 0:00"))
    assert (breaker.day_opening, breaker.equity) == (1020.0, 1020.0)
    (warning,) = breaker.equity_moved(970.0, at("6 0:00"))
    assert isinstance(warning, LimitNear)
    assert (warning.rule, warning.value) == (RuleName.DAILY_LOSS, 50.0)


def test_samples_when_days_of_short_candles_are_calm_then_those_too_old_are_let_go_of() -> None:
    """Just before midnight, when the look ahead ends, the day before isn't old enough yet."""
    short = CircuitBreaker(DEFAULTS, 1000.0, START, 5 * MINUTE)
    long = CircuitBreaker(DEFAULTS, 1000.0, START, 5 * MINUTE)
    for breaker in (short, long):
        breaker.equity_moved(1001.0, START)
    for number in range(1, 5 * 24 * 12):
        equity, moment = 1000.0 + number * 7 % 11, START + number * 5 * MINUTE
        assert short.course.stays_calm(equity, moment)
        long.equity_moved(equity, moment.astimezone(NOT_UTC))
        assert len(short.course.compared.rolling.waiting) <= 2 * 24 * 12 + 1
    assert _without_first_moment(short.remember()) == _without_first_moment(long.remember())


def test_streak_when_one_loss_more_comes_near_its_limit_then_that_loss_is_judged() -> None:
    """Four of five are warned of: the first three are counted in the short way."""
    breaker = CircuitBreaker(DEFAULTS, 1000.0, START)
    breaker.equity_moved(1001.0, START)
    calm = [breaker.course.closes_calmly(1001.0, -0.01, at("1:00")) for _ in range(4)]
    assert calm == [True, True, True, False]
    assert not breaker.course.closes_calmly(1001.0, math.nan, at("1:00"))
    (warning,) = breaker.trade_closed(1001.0, -0.01, at("1:00"))
    assert breaker.remember().streak == 4
    assert warning.at == at("1:00").astimezone(UTC)
