"""The candles of one pair in a backtest, and the mark that they give at a moment."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from freqtrade.optimize.backtesting import CLOSE_IDX, DATE_IDX, HIGH_IDX, LOW_IDX, OPEN_IDX
from pandas import DataFrame

from freqtrade_riskkit.core.marks import is_rate

Row = Sequence[Any]
"""One candle of Freqtrade's: its date as a `pandas.Timestamp`, open, high, low, close, signals."""

Floats = npt.NDArray[np.float64]


class Columns(NamedTuple):
    """Figures of all candles of a pair."""

    opens: Floats
    highs: Floats
    lows: Floats


NO_CANDLES = Columns(np.zeros(0), np.zeros(0), np.zeros(0))


class BacktestCandles(NamedTuple):
    """The candles of a backtest by pair, and the dataframes that Freqtrade made them of."""

    rows: Mapping[str, Sequence[Row]]
    frames: Mapping[str, DataFrame]


class Mark(NamedTuple):
    """The mark of a pair at a moment.

    Attributes
    ----------
    rate, rate_at
        The last known rate, NaN where there is none yet, and the moment it is of.
    lowest, highest
        The extremes since the candle before: those of the candle that just ended, and the mark.
    """

    rate: float
    rate_at: int
    lowest: float
    highest: float


class PairCandles:
    """The candles of one pair.

    Moments are nanoseconds since 1970: comparing a `Timestamp` with a `datetime` would take longer than
    all the rest.

    Parameters
    ----------
    name
        The pair.
    rows
        Freqtrade's candles.
    candle_ns
        Length of one.
    frame
        The dataframe that Freqtrade made them of, where it is at hand: its first row is none of them.

    Attributes
    ----------
    name, rows
        The same.
    begins_at
        Beginning of the first one, where there is one and none is missing after it; else None.
    """

    __slots__ = ("_candle_ns", "_frame", "begins_at", "name", "rows")

    def __init__(
        self, name: str, rows: Sequence[Row], candle_ns: int, frame: DataFrame | None = None
    ) -> None:
        self.name = name
        self.rows = rows
        self._candle_ns = candle_ns
        self._frame = frame
        is_even = bool(rows) and _moment(rows[-1]) - _moment(rows[0]) == (len(rows) - 1) * candle_ns
        self.begins_at = _moment(rows[0]) if is_even else None

    def columns(self) -> Columns:
        """Give the figures of all candles; to take them from the dataframe costs a fraction."""
        frame, rows = self._frame, self.rows
        if frame is None or len(frame) != len(rows) + 1:
            places = map(itemgetter, (OPEN_IDX, HIGH_IDX, LOW_IDX))
            return Columns(*(np.fromiter(map(place, rows), np.float64, len(rows)) for place in places))
        return Columns(*(frame[name].to_numpy(np.float64)[1:] for name in ("open", "high", "low")))

    def mark(self, now: int) -> Mark:
        """Give the mark at a moment, from candles that have begun by then.

        It is the open of the candle that began last, or its close where that candle has ended. Where that
        can't be a rate, the one that was known before it is kept.
        """
        rows = self.rows
        index = bisect_right(rows, now, key=_moment) - 1
        if index < 0:
            return Mark(math.nan, -1, math.nan, math.nan)
        rate, rate_at = self._known_rate(index, now)
        lowest = highest = rate
        for ended in rows[max(0, index - 1) : index + 1]:
            if _moment(ended) + self._candle_ns == now:
                low, high = ended[LOW_IDX], ended[HIGH_IDX]
                lowest = low if 0.0 < low < rate else rate
                highest = high if rate < high < math.inf else rate
        return Mark(rate, rate_at, lowest, highest)

    def _known_rate(self, index: int, now: int) -> tuple[float, int]:
        """Go back from a candle to the last rate, and give its moment too."""
        known_by = now
        while index >= 0:
            row = self.rows[index]
            begun = _moment(row)
            ended = begun + self._candle_ns
            if ended <= known_by and is_rate(row[CLOSE_IDX]):
                return row[CLOSE_IDX], ended
            if is_rate(row[OPEN_IDX]):
                return row[OPEN_IDX], begun
            known_by = begun - 1  # where the next candle began at this one's end, its open was asked instead
            index -= 1
        return math.nan, -1


def _moment(row: Row) -> int:
    moment: int = row[DATE_IDX].value
    return moment
