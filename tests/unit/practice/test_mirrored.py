"""A path without an end: it turns where its bars end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.practice.aggregate import candles_from
from freqtrade_riskkit.practice.mirrored import LONGEST_BREAK_MS, MirroredPath
from freqtrade_riskkit.practice.paths import Bars
from freqtrade_riskkit.practice.timeframes import TIMEFRAMES

HOUR = 3_600_000
DAY = 24 * HOUR
H1 = TIMEFRAMES["1h"]
ROWS = np.array([(10.0, 14.0, 9.0, 12.0), (12.0, 13.0, 11.0, 11.5), (11.5, 30.0, 11.0, 20.0)])


def path(*start_hours: int) -> MirroredPath:
    start_ms = np.array(start_hours, dtype=np.int64) * HOUR
    opening, high, low, close = ROWS.T
    volume = np.array([1.0, 2.0, 3.0])
    return MirroredPath(Bars(start_ms, start_ms + HOUR, opening, high, low, close, volume))


def rows(of: MirroredPath, start_hour: int, count: int) -> list[tuple[float, ...]]:
    candles = candles_from(of, H1, start_hour * HOUR, 10**15, count, 10**15)
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume.round(9))
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_path_when_its_bars_end_then_it_runs_back_and_forth() -> None:
    forth = [(10, 14, 9, 12, 1), (12, 13, 11, 11.5, 2), (11.5, 30, 11, 20, 3)]
    back = [(20, 30, 11, 11.5, 3), (11.5, 13, 11, 12, 2), (12, 14, 9, 10, 1)]

    assert rows(path(100, 101, 102), 100, 15) == [*forth, *back, *forth, *back, *forth]


@given(st.integers(0, 12 * HOUR))
def test_price_when_it_runs_back_then_it_is_the_price_of_then(after_ms: int) -> None:
    mirrored = path(100, 101, 102)
    end, lap = 103 * HOUR, 3 * HOUR
    turn, within = divmod(after_ms, lap)
    then = within if turn % 2 else lap - within

    assert mirrored.price_at(end + after_ms) == pytest.approx(mirrored.price_at(end - lap + then))


def test_price_when_a_turn_comes_then_it_does_not_jump() -> None:
    mirrored = path(100, 101, 102)
    for turn in range(1, 8):
        at = (100 + 3 * turn) * HOUR
        assert mirrored.price_at(at - 1) == pytest.approx(mirrored.price_at(at + 1), rel=1e-4)


def test_gap_when_shorter_than_a_day_then_it_comes_again_mirrored() -> None:
    mirrored = path(100, 101, 110)  # nine hours without trading from hour 102, and 8 after the turn at 111

    assert mirrored.next_trading(112 * HOUR) == 120 * HOUR
    assert mirrored.last_trading(120 * HOUR) == 112 * HOUR - 1
    assert mirrored.price_at(115 * HOUR) == 11.5


def test_gap_when_longer_than_a_day_then_only_what_follows_it_is_repeated() -> None:
    hours = 100 + LONGEST_BREAK_MS // HOUR + 2
    mirrored = path(99, hours, hours + 1)

    assert [row[0] for row in rows(mirrored, hours, 6)] == [12, 11.5, 20, 11.5, 12, 11.5]
