"""Reading candle files: what is taken, and what each bad file is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from freqtrade_riskkit.practice import PracticeError, shipped_candles
from freqtrade_riskkit.practice.candle_file import read_candle_file

Write = Callable[..., Path]
GOOD = (10.0, 12.0, 9.0, 11.0, 5.0)


@pytest.mark.parametrize(
    ("name", "pair", "rows", "length_ms"),
    [
        ("BTC_USDT-1h.feather", "BTC/USDT", 8784, 3_600_000),
        ("ETH_USDT-5m.feather", "ETH/USDT", 2576, 300_000),
    ],
)
def test_shipped_file_when_read_then_all_of_its_candles_are_there(
    name: str, pair: str, rows: int, length_ms: int
) -> None:
    path = shipped_candles() / name
    file, frame = read_candle_file(path), pd.read_feather(path)

    assert file is not None
    assert (file.pair, file.length_ms, len(file.bars)) == (pair, length_ms, rows)
    assert file.bars.close.tolist() == frame["close"].tolist()
    assert pd.to_datetime(file.bars.start_ms[0], unit="ms", utc=True) == frame["date"][0]


@pytest.mark.parametrize(
    "name",
    ["BTC_USDT_USDT-1h-futures.feather", "BTC_USDT-1M.feather", "BTC_USDT-trades.feather", "x.feather"],
)
def test_file_when_it_is_something_else_then_passed_over(tmp_path: Path, name: str) -> None:
    assert read_candle_file(tmp_path / name) is None


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates_when_in_another_unit_then_the_same(candle_file: Write, unit: str) -> None:
    path = candle_file([GOOD])
    frame = pd.read_feather(path)
    frame["date"] = frame["date"].dt.as_unit(unit)
    frame.to_feather(path)

    file = read_candle_file(path)
    assert file is not None
    assert file.bars.start_ms.tolist() == [1_704_067_200_000]


def test_dates_when_without_a_time_zone_then_taken_as_utc(candle_file: Write) -> None:
    path = candle_file([GOOD])
    frame = pd.read_feather(path)
    frame["date"] = frame["date"].dt.tz_localize(None)
    frame.to_feather(path)

    file = read_candle_file(path)
    assert file is not None
    assert file.bars.start_ms.tolist() == [1_704_067_200_000]


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ((math.nan, 12, 9, 11, 5), "a price that is not in (0, 1e+09]"),
        ((10, math.inf, 9, 11, 5), "a price that is not in (0, 1e+09]"),
        ((10, 12, 0, 11, 5), "a price that is not in (0, 1e+09]"),
        ((10, 12, -9, 11, 5), "a price that is not in (0, 1e+09]"),
        ((10, 12, 9, 11, -1), "a volume that is not in [0, 1e+15]"),
        ((10, 12, 9, 11, math.nan), "a volume that is not in [0, 1e+15]"),
        ((10, 10.5, 9, 11, 5), "an open or close outside of low to high"),
        ((10, 12, 10.5, 11, 5), "an open or close outside of low to high"),
    ],
)
def test_candle_when_it_can_not_be_then_the_first_one_is_named(
    candle_file: Write, bad: tuple[float, ...], what: str
) -> None:
    path = candle_file([GOOD, bad, bad])

    with pytest.raises(PracticeError) as error:
        read_candle_file(path)
    assert str(error.value) == f"{path}: the candle of 2024-01-01 01:00 UTC has {what} (and 1 more)"


@pytest.mark.parametrize("second", ["2024-01-01 00:00", "2024-01-01 00:30", "2023-12-31 23:00"])
def test_dates_when_candles_overlap_then_refused(candle_file: Write, second: str) -> None:
    path = candle_file([GOOD, GOOD], dates=["2024-01-01 00:00", second])

    with pytest.raises(PracticeError, match="has a date that is not a full candle after the one before it"):
        read_candle_file(path)


def test_file_when_a_column_is_missing_then_named(candle_file: Write) -> None:
    path = candle_file([GOOD])
    pd.read_feather(path).drop(columns="volume").to_feather(path)

    with pytest.raises(PracticeError, match="is not a readable candle file: .*volume"):
        read_candle_file(path)


def test_file_when_a_column_holds_text_then_refused(candle_file: Write) -> None:
    path = candle_file([GOOD])
    pd.read_feather(path).assign(close="cheap").to_feather(path)

    with pytest.raises(PracticeError, match="is not a readable candle file"):
        read_candle_file(path)


def test_file_when_a_date_is_missing_then_refused(candle_file: Write) -> None:
    path = candle_file([GOOD, GOOD])
    frame = pd.read_feather(path)
    frame.loc[1, "date"] = pd.NaT
    frame.to_feather(path)

    with pytest.raises(PracticeError, match="a candle has no date"):
        read_candle_file(path)


def test_file_when_dates_are_numbers_then_refused(candle_file: Write) -> None:
    path = candle_file([GOOD])
    pd.read_feather(path).assign(date=1.5).to_feather(path)

    with pytest.raises(PracticeError, match="its dates are no times"):
        read_candle_file(path)


@pytest.mark.parametrize("content", [b"", b"date,open\n1,2\n", b"ARROW1" + bytes(100)])
def test_file_when_it_is_no_feather_then_one_line_says_so(candle_file: Write, content: bytes) -> None:
    path = candle_file([GOOD])
    path.write_bytes(content)

    with pytest.raises(PracticeError, match="is not a readable candle file") as error:
        read_candle_file(path)
    assert "\n" not in str(error.value)


def test_file_when_empty_then_refused(candle_file: Write) -> None:
    path = candle_file([])

    with pytest.raises(PracticeError, match="holds no candles"):
        read_candle_file(path)
