"""Moving a price by hand: crashes, gaps, spikes and standstills laid over a path while it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from freqtrade_riskkit.practice.paths import (
    HIGHEST_PRICE,
    Lines,
    PricePath,
    Prices,
    joined_lines,
    price_on_line,
)

LOWEST_PRICE = 1e-8


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in which a price is another than its path's.

    Attributes
    ----------
    start_ms, end_ms
        From (exclusive) and up to (inclusive) when, milliseconds since 1970 (UTC), start before end.
    start_factor, end_factor
        What the path's price is multiplied with at both ends; in between it goes straight.
    frozen_price
        Where the price stands still instead; None where it moves.
    """

    start_ms: int
    end_ms: int
    start_factor: float
    end_factor: float
    frozen_price: float | None = None


class MovedPath:
    """A path whose price can be moved from a moment on; what was before that moment stays as it was.

    Parameters
    ----------
    path
        The path that is moved.
    """

    def __init__(self, path: PricePath) -> None:
        self._path = path
        self._stretches: list[Stretch] = []

    def factor_at(self, at_ms: int) -> float:
        """Return what the path's price is multiplied with at this moment."""
        factor = 1.0
        for stretch in self._stretches:
            if at_ms <= stretch.start_ms:
                break
            share = min(1.0, (at_ms - stretch.start_ms) / (stretch.end_ms - stretch.start_ms))
            factor = stretch.start_factor + share * (stretch.end_factor - stretch.start_factor)
        return factor

    def move(self, start_ms: int, to_factor: float, within_ms: int) -> None:
        """Lead the price straight to another multiple of its path; within 1 ms it jumps.

        Parameters
        ----------
        start_ms
            From when on; moves that reach beyond it end there.
        to_factor
            The multiple, above 0.
        within_ms
            How long it takes, at least 1.
        """
        factor = self._end_at(start_ms)
        self._add(Stretch(start_ms, start_ms + max(1, within_ms), factor, to_factor))

    def move_on(self, to_factor: float, within_ms: int) -> None:
        """Lead the price on from where the last move ends."""
        last = self._stretches[-1]
        self._add(Stretch(last.end_ms, last.end_ms + max(1, within_ms), last.end_factor, to_factor))

    def freeze(self, start_ms: int, for_ms: int) -> None:
        """Let the price stand still; afterwards it jumps to where its path has got to meanwhile."""
        price = self.price_at(start_ms)
        factor = self._end_at(start_ms)
        self._add(Stretch(start_ms, start_ms + max(1, for_ms), factor, factor, price))

    def frozen_since(self, at_ms: int) -> int | None:
        """Return since when the price is frozen; None where it isn't."""
        for stretch in self._stretches:
            if stretch.frozen_price is not None and stretch.start_ms < at_ms <= stretch.end_ms:
                return stretch.start_ms
        return None

    def lines(self, start_ms: int, end_ms: int) -> Lines:
        lines = self._path.lines(start_ms, end_ms)
        if not self._stretches or len(lines) == 0:
            return lines
        return self._moved(lines).between(start_ms, end_ms)

    def price_at(self, at_ms: int) -> float:
        if not self._stretches:
            return self._path.price_at(at_ms)
        lines = self.lines(at_ms - 1, at_ms)
        if len(lines):
            return price_on_line(lines, len(lines) - 1, at_ms)
        traded = self._path.last_trading(at_ms)
        if traded is None:
            return self._path.price_at(at_ms)
        lines = self.lines(traded, traded + 1)
        return price_on_line(lines, len(lines) - 1, at_ms)

    def next_trading(self, at_ms: int) -> int | None:
        return self._path.next_trading(at_ms)

    def last_trading(self, before_ms: int) -> int | None:
        return self._path.last_trading(before_ms)

    def _add(self, stretch: Stretch) -> None:
        self._stretches.append(stretch)

    def _end_at(self, at_ms: int) -> float:
        """Cut off whatever reaches beyond a moment; returns the factor there."""
        factor = self.factor_at(at_ms)
        kept = []
        for stretch in self._stretches:
            if stretch.end_ms <= at_ms:
                kept.append(stretch)
            elif stretch.start_ms < at_ms:
                kept.append(
                    Stretch(stretch.start_ms, at_ms, stretch.start_factor, factor, stretch.frozen_price)
                )
        self._stretches = kept
        return factor

    def _moved(self, lines: Lines) -> Lines:
        """Return lines as they are moved: those before and after all stretches at once, the others cut."""
        first, last = self._stretches[0], self._stretches[-1]
        begin = int(np.searchsorted(lines.end_ms, first.start_ms, side="right"))
        end = max(begin, int(np.searchsorted(lines.start_ms, last.end_ms, side="left")))
        after = _part(lines, slice(end, None))
        after = replace(
            after,
            start_price=_within_bounds(after.start_price * last.end_factor),
            end_price=_within_bounds(after.end_price * last.end_factor),
        )
        between = self._cut(_part(lines, slice(begin, end)))
        return joined_lines(_part(lines, slice(0, begin)), between, after)

    def _cut(self, lines: Lines) -> Lines:
        """Cut lines at the borders of the stretches, and multiply each piece by its factors."""
        borders = {border for s in self._stretches for border in (s.start_ms, s.end_ms)}
        start, end, first, last, rate = [], [], [], [], []
        for n in range(len(lines)):
            line_start, line_end = int(lines.start_ms[n]), int(lines.end_ms[n])
            inside = sorted(border for border in borders if line_start < border < line_end)
            edges = [line_start, *inside, line_end]
            for piece_start, piece_end in pairwise(edges):
                prices = self._piece(lines, n, piece_start, piece_end)
                start.append(piece_start)
                end.append(piece_end)
                first.append(prices[0])
                last.append(prices[1])
                rate.append(float(lines.volume_rate[n]))
        return Lines(
            np.array(start, dtype=np.int64),
            np.array(end, dtype=np.int64),
            _within_bounds(np.array(first, dtype=np.float64)),
            _within_bounds(np.array(last, dtype=np.float64)),
            np.array(rate, dtype=np.float64),
        )

    def _piece(self, lines: Lines, line: int, start_ms: int, end_ms: int) -> tuple[float, float]:
        """Return the prices at both ends of a piece that lies in one stretch, or between two."""
        before, after = price_on_line(lines, line, start_ms), price_on_line(lines, line, end_ms)
        factor = 1.0
        for stretch in self._stretches:
            if end_ms <= stretch.start_ms:
                break
            if start_ms >= stretch.end_ms:
                factor = stretch.end_factor
                continue
            if stretch.frozen_price is not None:
                return stretch.frozen_price, stretch.frozen_price
            length = stretch.end_ms - stretch.start_ms
            grown = (stretch.end_factor - stretch.start_factor) / length
            return (
                before * (stretch.start_factor + grown * (start_ms - stretch.start_ms)),
                after * (stretch.start_factor + grown * (end_ms - stretch.start_ms)),
            )
        return before * factor, after * factor


def _part(lines: Lines, of: slice) -> Lines:
    return Lines(*(getattr(lines, name)[of] for name in Lines.__slots__))


def _within_bounds(prices: Prices) -> Prices:
    return np.clip(prices, LOWEST_PRICE, HIGHEST_PRICE)
