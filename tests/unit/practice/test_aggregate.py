"""Candles cut from a path: every timeframe agrees with every other, and with the price."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.practice.aggregate import Candles, candles_from, candles_until, cut
from freqtrade_riskkit.practice.paths import BarPath, Bars
from freqtrade_riskkit.practice.timeframes import TIMEFRAMES

MINUTE = 60_000
M1, M5, H1 = TIMEFRAMES["1m"], TIMEFRAMES["5m"], TIMEFRAMES["1h"]
price = st.floats(min_value=1, max_value=1000)


@st.composite
def some_bars(draw: st.DrawFn) -> Bars:
    """Up to thirty one-minute bars with gaps, none of them before 1970-01-01 01:00."""
    minutes = sorted(draw(st.sets(st.integers(60, 100), min_size=1, max_size=30)))
    rows = np.array([sorted(draw(st.tuples(price, price, price, price))) for _ in minutes])
    rising = np.array([draw(st.booleans()) for _ in minutes])
    start_ms = np.array(minutes, dtype=np.int64) * MINUTE
    return Bars(
        start_ms,
        start_ms + MINUTE,
        open=np.where(rising, rows[:, 1], rows[:, 2]),
        high=rows[:, 3],
        low=rows[:, 0],
        close=np.where(rising, rows[:, 2], rows[:, 1]),
        volume=np.array([draw(st.floats(0, 1e6)) for _ in minutes]),
    )


def whole(bars: Bars, name: str, now_ms: int = 10**12) -> Candles:
    return candles_from(BarPath(bars), TIMEFRAMES[name], 0, now_ms, 1000, now_ms)


@given(some_bars())
def test_candles_when_as_long_as_the_bars_then_they_are_the_bars(bars: Bars) -> None:
    candles = whole(bars, "1m")

    assert candles.open_ms.tolist() == bars.start_ms.tolist()
    for name in ("open", "high", "low", "close"):
        assert getattr(candles, name).tolist() == getattr(bars, name).tolist()
    assert candles.volume == pytest.approx(bars.volume)


@given(some_bars(), st.sampled_from(["3m", "5m", "15m", "30m", "1h", "1d"]))
def test_candles_when_longer_then_they_sum_up_the_bars_in_them(bars: Bars, name: str) -> None:
    candles = whole(bars, name)

    window = np.array([TIMEFRAMES[name].floor(at) for at in bars.start_ms.tolist()])
    assert candles.open_ms.tolist() == sorted(set(window.tolist()))
    for n, opening in enumerate(candles.open_ms.tolist()):
        inside = window == opening
        assert candles.open[n] == bars.open[inside][0]
        assert candles.high[n] == bars.high[inside].max()
        assert candles.low[n] == bars.low[inside].min()
        assert candles.close[n] == bars.close[inside][-1]
        assert candles.volume[n] == pytest.approx(bars.volume[inside].sum())


@given(some_bars())
def test_candles_when_shorter_then_they_build_the_longer_ones_again(bars: Bars) -> None:
    seconds, hours = whole(bars, "1s", now_ms=int(bars.end_ms[0])), whole(bars, "1m", int(bars.end_ms[0]))

    assert seconds.open[0] == hours.open[0]
    assert seconds.high.max() == pytest.approx(hours.high[0])
    assert seconds.low.min() == pytest.approx(hours.low[0])
    assert seconds.close[-1] == hours.close[0]
    assert seconds.volume.sum() == pytest.approx(hours.volume[0])
    assert seconds.quote_volume.sum() == pytest.approx(hours.quote_volume[0])


@given(some_bars(), st.integers(60 * MINUTE + 1, 101 * MINUTE))
def test_candle_in_progress_when_cut_then_it_closes_at_the_present_price(bars: Bars, now_ms: int) -> None:
    path = BarPath(bars)
    candles = candles_until(path, M5, now_ms, 1, now_ms)

    if len(candles):
        assert candles.close[0] == pytest.approx(path.price_at(now_ms))
        assert candles.low[0] <= candles.close[0] <= candles.high[0]
    else:
        assert bars.start_ms[0] >= now_ms


@given(some_bars(), st.integers(1, 12), st.integers(50 * MINUTE, 110 * MINUTE))
def test_candles_when_asked_from_either_end_then_they_are_the_same(
    bars: Bars, limit: int, now_ms: int
) -> None:
    path = BarPath(bars)
    everything = candles_from(path, M5, 0, now_ms, 1000, now_ms)

    first = candles_from(path, M5, 0, now_ms, limit, now_ms)
    last = candles_until(path, M5, now_ms, limit, now_ms)

    assert first.open_ms.tolist() == everything.open_ms.tolist()[:limit]
    assert last.open_ms.tolist() == everything.open_ms.tolist()[-limit:]
    assert last.volume.tolist() == everything.volume.tolist()[-limit:]


def test_cut_when_nothing_was_traded_then_no_candle() -> None:
    times = np.array([0], dtype=np.int64)
    one = np.array([1.0])
    lines = BarPath(Bars(times, times + 300, one, one, one, one, one)).lines(600, 900)

    assert len(cut(lines, np.array([600, 900], dtype=np.int64), 900)) == 0
