"""The marks of a pair, step by step, and the candles in which a plan may be reached."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.host.pair_candles import Columns
from freqtrade_riskkit.host.pair_marks import PairMarks

NAN = math.nan
FIGURE = st.sampled_from([NAN, 0.0, -1.0, math.inf, 90.0, 95.0, 99.0, 100.0, 101.0, 105.0, 110.0])
CANDLE = st.tuples(FIGURE, FIGURE, FIGURE)


def marks(candles: list[tuple[float, float, float]], first: int = 0) -> PairMarks:
    """Take candles of (open, high, low), the first of which begins with a step."""
    opens, highs, lows = np.array(candles, dtype=float).reshape(-1, 3).T
    return PairMarks(Columns(opens.copy(), highs.copy(), lows.copy()), first)


def test_marks_when_a_candle_ends_then_its_extremes_are_known_at_the_next_step() -> None:
    """Of the candle that begins with a step only the open is."""
    pair = marks([(100.0, 103.0, 98.0), (101.0, 999.0, 1.0), (99.0, 102.0, 97.0)])

    assert [list(rates) for rates in pair.of_long] == [[100.0, 101.0, 99.0], [100.0, 98.0, 1.0]]
    assert [list(rates) for rates in pair.of_short] == [[100.0, 101.0, 99.0], [100.0, 103.0, 999.0]]


@pytest.mark.parametrize(
    ("first", "rates", "lowest"),
    [(2, [NAN, NAN, 100.0, 101.0], [NAN, NAN, 100.0, 98.0]), (-1, [101.0], [98.0]), (-5, [], [])],
    ids=["the pair comes later", "it came before", "it is over"],
)
def test_marks_when_the_pair_begins_at_another_step_then_are_in_line_with_the_steps(
    first: int, rates: list[float], lowest: list[float]
) -> None:
    pair = marks([(100.0, 103.0, 98.0), (101.0, 999.0, 1.0)], first)

    assert [list(map(str, found)) for found in pair.of_long] == [
        list(map(str, rates)),
        list(map(str, lowest)),
    ]
    assert pair.known_until(0) == (0 if first > 0 else len(rates))


def test_rates_when_some_are_missing_then_are_known_up_to_the_next_that_is() -> None:
    pair = marks([(rate, 101.0, 99.0) for rate in (100.0, NAN, 100.0, 100.0, 0.0, 100.0)])

    assert [pair.known_until(step) for step in range(8)] == [1, 1, 4, 4, 4, 6, 6, 6]


@pytest.mark.parametrize(
    ("stop", "target", "is_short", "reached"),
    [
        (97.3, 105.0, False, 3),
        (97.4, 105.0, False, 2),
        (98.0, 105.0, False, 1),
        (None, 104.0, False, 3),
        (None, 103.0, False, 0),
        (None, 200.0, False, 4),
        (105.0, 90.0, True, 3),
        (103.0, 90.0, True, 0),
        (None, 98.0, True, 1),
    ],
)
def test_plan_when_candles_come_then_the_first_that_touches_stop_or_target_may_reach_it(
    stop: float | None, target: float, is_short: bool, reached: int
) -> None:
    """Highs 103, 102, 102, 105 and lows 99, 98, 97.4, 98: the candle that begins with the step counts."""
    pair = marks([(100.0, 103.0, 99.0), (100.0, 102.0, 98.0), (100.0, 102.0, 97.4), (100.0, 105.0, 98.0)])

    assert pair.reached_at(0, 4, stop, target, is_short) == reached


@given(
    candles=st.lists(CANDLE, max_size=12),
    first=st.integers(-3, 3),
    step=st.integers(0, 10),
    ahead=st.integers(0, 10),
    stop=st.one_of(st.none(), st.sampled_from([94.0, 95.0, 106.0])),
    is_short=st.booleans(),
)
def test_plan_when_any_candles_come_then_none_before_the_given_step_can_reach_it(
    candles: list[tuple[float, float, float]],
    first: int,
    step: int,
    ahead: int,
    stop: float | None,
    is_short: bool,
) -> None:
    """Beside a look at each candle; one that is missing or can't be read may reach all."""
    target = 97.0 if is_short else 103.0

    def misses(at: int) -> bool:
        number = at - first
        if not 0 <= number < len(candles):
            return False
        _, high, low = candles[number]
        if not (high > 0 and low > 0):
            return False
        best, worst = (-low, -high) if is_short else (high, low)
        near, line = (-target, None if stop is None else -stop) if is_short else (target, stop)
        return best < near and (line is None or worst > line)

    expected = step
    while expected < step + ahead and misses(expected):
        expected += 1

    assert marks(candles, first).reached_at(step, step + ahead, stop, target, is_short) == expected
