"""Price paths: what a pair costs at every millisecond.

A path is made of bars (candles of any length). Inside a bar the price runs in three straight lines of equal
time: open, low, high, close where the bar rises, open, high, low, close where it falls. Every answer of the
exchange (candles of any timeframe, tickers, depth, trades) is read from the same lines, so they always agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.int64]
Prices = npt.NDArray[np.float64]

Number = TypeVar("Number", bound=np.generic)

LINES_PER_BAR = 3
HIGHEST_PRICE = 1e9
LARGEST_VOLUME = 1e15
"""No market has such prices and volumes; up to them every figure is exact to eight decimals."""


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Candles of one pair, in order of time, not overlapping.

    Attributes
    ----------
    start_ms, end_ms
        When each bar begins (inclusive) and ends (exclusive), milliseconds since 1970 (UTC). A bar is at
        least 3 ms long. Between two bars there may be a gap: the exchange was closed.
    open, high, low, close
        Prices in quote currency, above 0, low <= open, close <= high.
    volume
        Traded amount in base currency, at least 0.
    """

    start_ms: Times
    end_ms: Times
    open: Prices
    high: Prices
    low: Prices
    close: Prices
    volume: Prices

    def __len__(self) -> int:
        return len(self.start_ms)


def joined_bars(*parts: Bars) -> Bars:
    """Return the bars of several pieces, which follow one another in time, as one."""
    return Bars(*(np.concatenate([getattr(part, name) for part in parts]) for name in Bars.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Straight price lines in order of time: (start_ms, start_price) to (end_ms, end_price).

    `volume_rate` is the traded amount in base currency per millisecond.
    """

    start_ms: Times
    end_ms: Times
    start_price: Prices
    end_price: Prices
    volume_rate: Prices

    def __len__(self) -> int:
        return len(self.start_ms)

    def between(self, start_ms: int, end_ms: int) -> Lines:
        """Return the whole lines that share time with [start_ms, end_ms)."""
        first = int(np.searchsorted(self.end_ms, start_ms, side="right"))
        last = int(np.searchsorted(self.start_ms, end_ms, side="left"))
        cut = slice(first, max(first, last))
        return Lines(
            self.start_ms[cut],
            self.end_ms[cut],
            self.start_price[cut],
            self.end_price[cut],
            self.volume_rate[cut],
        )


def joined_lines(*parts: Lines) -> Lines:
    """Return the lines of several pieces, which follow one another in time, as one."""
    return Lines(*(np.concatenate([getattr(part, name) for part in parts]) for name in Lines.__slots__))


def lines_of(bars: Bars) -> Lines:
    """Return the price lines that bars stand for, three a bar."""
    length = bars.end_ms - bars.start_ms
    rising = bars.close >= bars.open
    first_turn = np.where(rising, bars.low, bars.high)
    second_turn = np.where(rising, bars.high, bars.low)
    third = bars.start_ms + length // 3
    two_thirds = bars.start_ms + 2 * length // 3
    return Lines(
        start_ms=_interleave(bars.start_ms, third, two_thirds),
        end_ms=_interleave(third, two_thirds, bars.end_ms),
        start_price=_interleave(bars.open, first_turn, second_turn),
        end_price=_interleave(first_turn, second_turn, bars.close),
        volume_rate=np.repeat(bars.volume / length, LINES_PER_BAR),
    )


def _interleave(*columns: npt.NDArray[Number]) -> npt.NDArray[Number]:
    return np.column_stack(columns).reshape(-1)


def are_prices(values: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return for each value whether it can be a price: above 0, at most 1,000,000,000."""
    numbers = np.asarray(values, dtype=np.float64)
    return np.asarray((numbers > 0) & (numbers <= HIGHEST_PRICE))


def are_volumes(values: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return for each value whether it can be a volume: at least 0, at most 10 to the 15th."""
    numbers = np.asarray(values, dtype=np.float64)
    return np.asarray((numbers >= 0) & (numbers <= LARGEST_VOLUME))


class PricePath(Protocol):
    """What a pair costs, over time."""

    def lines(self, start_ms: int, end_ms: int) -> Lines:
        """Return the price lines that share time with [start_ms, end_ms), whole."""

    def price_at(self, at_ms: int) -> float:
        """Return the last price paid up to `at_ms`; before the first bar, that bar's open."""

    def next_trading(self, at_ms: int) -> int | None:
        """Return the first millisecond at or after `at_ms` that lies in a bar; None if there is none."""

    def last_trading(self, before_ms: int) -> int | None:
        """Return the last millisecond before `before_ms` that lies in a bar; None if there is none."""


class BarPath:
    """A path that is just its bars: nothing before them, the last close held after them."""

    def __init__(self, bars: Bars) -> None:
        if len(bars) == 0:
            raise ValueError("a price path needs at least one bar")
        self._lines = lines_of(bars)
        self.bars = bars

    @property
    def start_ms(self) -> int:
        """When the first bar begins, milliseconds since 1970 (UTC)."""
        return int(self.bars.start_ms[0])

    @property
    def end_ms(self) -> int:
        """When the last bar ends, milliseconds since 1970 (UTC)."""
        return int(self.bars.end_ms[-1])

    def lines(self, start_ms: int, end_ms: int) -> Lines:
        return self._lines.between(start_ms, end_ms)

    def price_at(self, at_ms: int) -> float:
        lines = self._lines
        index = int(np.searchsorted(lines.start_ms, at_ms, side="left")) - 1
        if index < 0:
            return float(lines.start_price[0])
        return price_on_line(lines, index, at_ms)

    def next_trading(self, at_ms: int) -> int | None:
        index = int(np.searchsorted(self.bars.end_ms, at_ms, side="right"))
        if index == len(self.bars):
            return None
        return max(at_ms, int(self.bars.start_ms[index]))

    def last_trading(self, before_ms: int) -> int | None:
        index = int(np.searchsorted(self.bars.start_ms, before_ms, side="left")) - 1
        if index < 0:
            return None
        return min(before_ms, int(self.bars.end_ms[index])) - 1


def price_on_line(lines: Lines, index: int, at_ms: int) -> float:
    """Return the price on one line at `at_ms`; past its end, its end price, exactly."""
    start, end = int(lines.start_ms[index]), int(lines.end_ms[index])
    if at_ms >= end:
        return float(lines.end_price[index])
    share = (at_ms - start) / (end - start)
    first, last = float(lines.start_price[index]), float(lines.end_price[index])
    return first + (last - first) * share
