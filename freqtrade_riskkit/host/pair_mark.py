"""The mark of one pair in a backtest, led along its candles."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from freqtrade.optimize.backtesting import CLOSE_IDX, DATE_IDX, HIGH_IDX, LOW_IDX, OPEN_IDX

from freqtrade_riskkit.core.marks import is_rate

Row = Sequence[Any]
"""One candle of Freqtrade's: its date as a `pandas.Timestamp`, open, high, low, close, signals."""


class PairMark:
    """The mark of one pair, led along its candles.

    Moments are nanoseconds since 1970: comparing a `Timestamp` with a `datetime` would take longer than
    all the rest.

    Attributes
    ----------
    at
        Moment that it was led to.
    rate, rate_at
        The mark, NaN before the first, and the moment it is of.
    lowest, highest
        The extremes since the loop before: those of the candle that just ended, and the mark.
    """

    __slots__ = (
        "_candle_ns",
        "_even",
        "_index",
        "_row",
        "_rows",
        "at",
        "highest",
        "lowest",
        "rate",
        "rate_at",
    )

    def __init__(self, rows: Sequence[Row], candle_ns: int) -> None:
        self._rows = rows
        self._candle_ns = candle_ns
        self._index = -1
        self._row: Row | None = None
        self._even = bool(rows) and _moment(rows[-1]) - _moment(rows[0]) == (len(rows) - 1) * candle_ns
        self.at = self.rate_at = -1
        self.rate = self.lowest = self.highest = math.nan

    def lead_to(self, now: int) -> None:
        """Take the mark of this moment, from candles that have begun by then.

        Where the pair has no gap, the candle after the last one is the one that begins now: its date needn't
        be read.
        """
        rows, index, ended = self._rows, self._index + 1, self._row
        if self.at + self._candle_ns != now:
            index, ended = self._candle_at(now)
        if ended is None or index >= len(rows):
            return self._search(now)
        row = rows[index]
        rate = row[OPEN_IDX]
        if not 0.0 < rate < math.inf or not (self._even or _moment(row) == now):
            return self._search(now)
        self._index = index
        self._row = row
        self.at = self.rate_at = now
        self.rate = rate
        low, high = ended[LOW_IDX], ended[HIGH_IDX]
        self.lowest = low if 0.0 < low < rate else rate
        self.highest = high if rate < high < math.inf else rate
        return None

    @property
    def begins_even(self) -> int | None:
        """Index of the candle that begins now and gave its rate, where the pair has no gaps; else None."""
        return self._index if self._even and self._row is not None and self.rate_at == self.at else None

    def lead_on(self, candles: int) -> None:
        """Lead it over so many candles more, which are even and have rates."""
        if candles:
            self._index += candles - 1
            self._row = self._rows[self._index]
            self.at += (candles - 1) * self._candle_ns
            self.lead_to(self.at + self._candle_ns)

    def _candle_at(self, now: int) -> tuple[int, Row | None]:
        """Find the candle that begins later on where the pair has no gap, and give the one before it too."""
        candles, rest = divmod(now - self.at, self._candle_ns)
        index = self._index + candles
        if self._row is None or not self._even or rest or candles < 1 or index > len(self._rows):
            return index, None
        return index, self._rows[index - 1]

    def _search(self, now: int) -> None:
        """Do the same where the next candle isn't the one that begins now, at the start and in gaps."""
        rows = self._rows
        index = self._index = self._begun_by(now)
        self.at = now
        self._row = None
        if index < 0:
            return
        row, begun = rows[index], _moment(rows[index])
        if begun + self._candle_ns <= now:
            ended, rate, rate_at = row, row[CLOSE_IDX], begun + self._candle_ns
        else:
            ended, rate, rate_at = rows[max(0, index - 1)], row[OPEN_IDX], begun
            self._row = row if begun == now else None
        if is_rate(rate):
            self.rate, self.rate_at = rate, rate_at
        self.lowest = self.highest = rate = self.rate
        if _moment(ended) + self._candle_ns == now:
            low, high = ended[LOW_IDX], ended[HIGH_IDX]
            self.lowest = low if 0.0 < low < rate else rate
            self.highest = high if rate < high < math.inf else rate

    def _begun_by(self, now: int) -> int:
        """Find the last candle that has begun by a moment; −1 where none has."""
        rows = self._rows
        if not self._even:
            return bisect_right(rows, now, key=_moment) - 1
        return max(-1, min((now - _moment(rows[0])) // self._candle_ns, len(rows) - 1))


def _moment(row: Row) -> int:
    moment: int = row[DATE_IDX].value
    return moment
