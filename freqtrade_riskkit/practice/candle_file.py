"""Reading one of Freqtrade's candle files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow
from pyarrow import compute, feather

from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.paths import (
    HIGHEST_PRICE,
    LARGEST_VOLUME,
    Bars,
    Times,
    are_prices,
    are_volumes,
)
from freqtrade_riskkit.practice.timeframes import fixed_length_ms

_NAME = re.compile(r"(?P<base>[A-Z0-9]+)_(?P<quote>[A-Z0-9]+)-(?P<timeframe>[0-9]+[smhdw])\.feather")
_COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, eq=False)
class CandleFile:
    """The candles of one pair in one timeframe of `length_ms` milliseconds."""

    pair: str
    length_ms: int
    bars: Bars


def read_candle_file(path: Path) -> CandleFile | None:
    """Read a candle file; None where its name is not that of a spot candle file of fixed length.

    Raises
    ------
    PracticeError
        Where the file can't be read, a column is missing, or a candle in it can't be.
    """
    name = _NAME.fullmatch(path.name)
    length_ms = fixed_length_ms(name["timeframe"]) if name else None
    if name is None or length_ms is None:
        return None
    try:
        table = feather.read_table(path, columns=["date", *_COLUMNS])
    except (OSError, pyarrow.ArrowException, KeyError) as error:
        raise PracticeError(f"{path} is not a readable candle file: {_one_line(error)}") from error
    if table.num_rows == 0:
        raise PracticeError(f"{path} holds no candles")
    try:
        start_ms = _milliseconds(table.column("date"))
        columns = {name: table.column(name).cast(pyarrow.float64()).to_numpy() for name in _COLUMNS}
    except (pyarrow.ArrowException, ValueError) as error:
        raise PracticeError(f"{path} is not a readable candle file: {_one_line(error)}") from error
    bars = Bars(start_ms, start_ms + length_ms, **columns)
    _check(bars, path)
    return CandleFile(f"{name['base']}/{name['quote']}", length_ms, bars)


def _milliseconds(dates: pyarrow.ChunkedArray) -> Times:
    if dates.null_count:
        raise ValueError("a candle has no date")
    if not pyarrow.types.is_timestamp(dates.type):
        raise ValueError(f"its dates are no times but {dates.type}")
    moments = compute.cast(dates, pyarrow.timestamp("ms", dates.type.tz), safe=False)
    milliseconds: Times = compute.cast(moments, pyarrow.int64()).to_numpy()
    return milliseconds


def _check(bars: Bars, path: Path) -> None:
    prices = np.column_stack([bars.open, bars.high, bars.low, bars.close])
    _refuse(~np.all(are_prices(prices), axis=1), bars, path, f"a price that is not in (0, {HIGHEST_PRICE:g}]")
    _refuse(~are_volumes(bars.volume), bars, path, f"a volume that is not in [0, {LARGEST_VOLUME:g}]")
    outside = (prices.max(axis=1) > bars.high) | (prices.min(axis=1) < bars.low)
    _refuse(outside, bars, path, "an open or close outside of low to high")
    early = np.append(False, bars.start_ms[1:] < bars.end_ms[:-1])
    _refuse(early, bars, path, "a date that is not a full candle after the one before it")


def _refuse(bad: np.ndarray, bars: Bars, path: Path, what: str) -> None:
    rows = np.flatnonzero(bad)
    if len(rows):
        at = datetime.fromtimestamp(int(bars.start_ms[rows[0]]) / 1000, UTC)
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        raise PracticeError(f"{path}: the candle of {at:%Y-%m-%d %H:%M} UTC has {what}{more}")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
