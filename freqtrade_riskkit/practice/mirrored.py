"""A path that never ends: after its last bar it runs back to its beginning, then forward again, and so on."""

from __future__ import annotations

import numpy as np

from freqtrade_riskkit.practice.paths import BarPath, Bars, Lines, joined_lines, price_on_line

LONGEST_BREAK_MS = 24 * 60 * 60 * 1000


class MirroredPath:
    """Bars that go on for ever without a jump.

    Up to the end of the last bar the path is the bars themselves. From there the last unbroken stretch of
    bars (gaps of up to a day count as unbroken) is run through backwards to its beginning, then forwards
    to its end, and so on. Prices so never leave the range of the bars, and never jump at a turn. Backwards,
    a bar's open and close change places; its high, low and volume stay.
    """

    def __init__(self, bars: Bars) -> None:
        self._path = BarPath(bars)
        self._end = self._path.end_ms
        self._start = _stretch_start(bars)
        self._lap = self._end - self._start
        self._reach = min(self._lap, LONGEST_BREAK_MS) + 1  # every stretch of this length has trading
        self._forward = self._path.lines(self._start, self._end)
        self._backward = _reversed(self._forward, self._end)

    def lines(self, start_ms: int, end_ms: int) -> Lines:
        parts = [self._path.lines(start_ms, min(end_ms, self._end))]
        first_lap = max(0, (start_ms - self._end) // self._lap)
        last_lap = (end_ms - 1 - self._end) // self._lap
        for lap in range(first_lap, last_lap + 1):
            parts.append(self._lap_lines(lap, start_ms, end_ms))
        return joined_lines(*parts)

    def price_at(self, at_ms: int) -> float:
        if at_ms <= self._end:
            return self._path.price_at(at_ms)
        lines = self.lines(at_ms - self._reach, at_ms)
        return price_on_line(lines, len(lines) - 1, at_ms)

    def next_trading(self, at_ms: int) -> int | None:
        if at_ms < self._end:
            return self._path.next_trading(at_ms)
        lines = self.lines(at_ms, at_ms + self._reach)
        return max(at_ms, int(lines.start_ms[0]))

    def last_trading(self, before_ms: int) -> int | None:
        if before_ms <= self._end:
            return self._path.last_trading(before_ms)
        lines = self.lines(before_ms - self._reach, before_ms)
        return min(before_ms, int(lines.end_ms[-1])) - 1

    def _lap_lines(self, lap: int, start_ms: int, end_ms: int) -> Lines:
        """Return the lines of the lap-th run after the bars, counted from 0; even laps run backwards."""
        backwards = lap % 2 == 0
        lines = self._backward if backwards else self._forward
        moved = (lap if backwards else lap + 1) * self._lap
        return _moved(lines.between(start_ms - moved, end_ms - moved), moved)


def _stretch_start(bars: Bars) -> int:
    breaks = np.flatnonzero(bars.start_ms[1:] - bars.end_ms[:-1] > LONGEST_BREAK_MS)
    return int(bars.start_ms[breaks[-1] + 1]) if len(breaks) else int(bars.start_ms[0])


def _reversed(lines: Lines, around_ms: int) -> Lines:
    return Lines(
        start_ms=(2 * around_ms - lines.end_ms)[::-1],
        end_ms=(2 * around_ms - lines.start_ms)[::-1],
        start_price=lines.end_price[::-1],
        end_price=lines.start_price[::-1],
        volume_rate=lines.volume_rate[::-1],
    )


def _moved(lines: Lines, by_ms: int) -> Lines:
    return Lines(
        lines.start_ms + by_ms, lines.end_ms + by_ms, lines.start_price, lines.end_price, lines.volume_rate
    )
