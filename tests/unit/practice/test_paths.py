"""Price paths: lines through bars, prices between them, gaps."""

from __future__ import annotations

import numpy as np
import pytest

from freqtrade_riskkit.practice.paths import BarPath, Bars, lines_of

RISING = (100.0, 130.0, 90.0, 120.0)
FALLING = (120.0, 130.0, 90.0, 100.0)


def bars(*rows: tuple[float, ...], starts: tuple[int, ...], length: int = 300, volume: float = 30.0) -> Bars:
    start_ms = np.array(starts, dtype=np.int64)
    opening, high, low, close = np.array(rows).T
    return Bars(start_ms, start_ms + length, opening, high, low, close, np.full(len(rows), volume))


def test_lines_when_a_bar_rises_then_low_comes_before_high() -> None:
    lines = lines_of(bars(RISING, starts=(600,)))

    assert lines.start_ms.tolist() == [600, 700, 800]
    assert lines.end_ms.tolist() == [700, 800, 900]
    assert lines.start_price.tolist() == [100, 90, 130]
    assert lines.end_price.tolist() == [90, 130, 120]
    assert lines.volume_rate.tolist() == [0.1, 0.1, 0.1]


def test_lines_when_a_bar_falls_then_high_comes_before_low() -> None:
    lines = lines_of(bars(FALLING, starts=(600,)))

    assert lines.start_price.tolist() == [120, 130, 90]
    assert lines.end_price.tolist() == [130, 90, 100]


@pytest.mark.parametrize(
    ("at_ms", "price"),
    [(0, 100), (600, 100), (650, 95), (700, 90), (750, 110), (800, 130), (850, 125), (900, 120), (9999, 120)],
)
def test_price_when_asked_then_it_lies_on_the_line_and_is_held_at_both_ends(at_ms: int, price: float) -> None:
    assert BarPath(bars(RISING, starts=(600,))).price_at(at_ms) == pytest.approx(price)


def test_price_when_a_gap_is_open_then_the_close_before_it_is_held() -> None:
    path = BarPath(bars(RISING, (50.0, 60.0, 40.0, 55.0), starts=(0, 900)))

    assert [path.price_at(at) for at in (300, 600, 900)] == [120, 120, 120]
    assert path.price_at(950) == pytest.approx(45)


def test_trading_when_a_gap_is_open_then_it_begins_and_ends_at_the_bars() -> None:
    path = BarPath(bars(RISING, FALLING, starts=(0, 900)))

    assert [path.next_trading(at) for at in (-5, 0, 299, 300, 900, 1200)] == [0, 0, 299, 900, 900, None]
    assert [path.last_trading(at) for at in (0, 1, 300, 900, 901, 5000)] == [None, 0, 299, 299, 900, 1199]


def test_path_when_it_has_no_bars_then_refused() -> None:
    empty = np.empty(0)
    times = np.empty(0, dtype=np.int64)
    with pytest.raises(ValueError, match="at least one bar"):
        BarPath(Bars(times, times, empty, empty, empty, empty, empty))
