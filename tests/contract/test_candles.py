"""The tests' candle frames are what Freqtrade reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from freqtrade.data.history import load_pair_history

from tests.support import candles

FRAMES: dict[str, Callable[[], pd.DataFrame]] = {
    "rows": lambda: candles.from_rows([(1, 2, 0.5, 1.5), (1.5, 1.5, 1, 1)], timeframe="5m"),
    "closes": lambda: candles.from_closes([100, 101, 99], timeframe="5m"),
    "opens": lambda: candles.from_opens([100, 101, 99], timeframe="5m"),
    "flat": lambda: candles.flat(100, 3, timeframe="5m"),
    "walk": lambda: candles.walk(500, seed=1, volatility=0.05, timeframe="5m"),
    "crash": lambda: candles.crash(timeframe="5m"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frame_when_written_then_freqtrade_reads_the_same(tmp_path: Path, name: str) -> None:
    """Every kind of frame, through Freqtrade's own files."""
    frame = FRAMES[name]()

    candles.write(tmp_path, {"BTC/USDT": frame}, timeframe="5m")

    assert (tmp_path / "BTC_USDT-5m.feather").is_file()
    read = load_pair_history("BTC/USDT", "5m", tmp_path, data_format="feather", fill_up_missing=False)
    pd.testing.assert_frame_equal(read, frame)


@pytest.mark.parametrize("name", FRAMES)
def test_frame_when_built_then_every_candle_is_possible(name: str) -> None:
    """Lows are lowest, highs are highest, and the dates follow each other."""
    frame = FRAMES[name]()
    body = frame[["open", "close"]]

    assert (frame["low"] <= body.min(axis=1)).all()
    assert (frame["high"] >= body.max(axis=1)).all()
    assert (frame["low"] > 0).all()
    assert set(frame["date"].diff().dropna()) == {pd.Timedelta(minutes=5)}


def test_opens_when_given_then_each_close_is_the_next_open() -> None:
    """Only the last candle stands still."""
    frame = candles.from_opens([100, 110, 90])

    assert list(frame["open"]) == [100, 110, 90]
    assert list(frame["close"]) == [110, 90, 90]


def test_walk_when_seeded_alike_then_the_same_and_otherwise_not() -> None:
    """The seed alone makes the difference."""
    assert candles.walk(50, seed=1).equals(candles.walk(50, seed=1))
    assert not candles.walk(50, seed=1).equals(candles.walk(50, seed=2))


def test_crash_when_over_then_it_fell_by_the_ratio() -> None:
    """From 200 by 0.25 in 4 candles to 150, in equal steps of 12.5."""
    frame = candles.crash(price=200, calm=2, fall=0.25, candles=4, after=1)

    assert list(frame["close"]) == [200, 200, 187.5, 175, 162.5, 150, 150]
