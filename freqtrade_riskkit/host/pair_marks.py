"""The marks of one pair over the steps of a backtest, found by counting instead of looking for a candle."""

from __future__ import annotations

import math

import numpy as np

from freqtrade_riskkit.host.pair_candles import Columns, Floats


class PairMarks:
    """A pair's marks, step by step.

    They are read from all candles at once. What lies ahead of a step is only looked at in its own.

    Parameters
    ----------
    candles
        The pair's candles, none missing; none at all where steps can't be told by counting them.
    first
        The step with which the first of them begins; below 0 where candles come before the first step.

    Attributes
    ----------
    of_long, of_short
        The rates, which are the opens of the candles that begin with the steps, and those that are the worst
        for a position since the step before: the extreme of the candle that just ended, or the rate.
    end
        The first step after the last candle's.
    has_gaps
        Whether a step before has no rate.
    """

    __slots__ = ("_gaps", "_highs", "_lows", "end", "has_gaps", "of_long", "of_short")

    def __init__(self, candles: Columns, first: int) -> None:
        rates = _from_step_0(candles.opens, first)
        self._lows, self._highs = (
            _from_step_0(column, first + 1) for column in (candles.lows, candles.highs)
        )
        lows, highs = self._lows[: len(rates)], self._highs[: len(rates)]
        lowest = np.where((lows > 0.0) & (lows < rates), lows, rates)
        highest = np.where((highs > rates) & (highs < math.inf), highs, rates)
        self.end = len(rates)
        self._gaps = np.flatnonzero(~((rates > 0.0) & (rates < math.inf)))
        self.has_gaps = len(self._gaps) > 0
        self.of_long = rates.data, lowest.data
        self.of_short = rates.data, highest.data

    def known_until(self, step: int) -> int:
        """Give the first step, from one on, that has no rate."""
        gaps = self._gaps
        place = int(gaps.searchsorted(step))
        return int(gaps[place]) if place < len(gaps) else self.end

    def reached_at(self, step: int, end: int, stop: float | None, target: float, is_short: bool) -> int:
        """Give the first step, from one up to an end, whose candle may reach a stop or a target.

        The candle is that which begins with the step: only what is known to reach neither may follow from it.
        """
        candles = slice(step + 1, end + 1)
        lows, highs = self._lows[candles], self._highs[candles]
        misses = (lows > 0.0) & (highs > 0.0) & (lows > target if is_short else highs < target)
        if stop is not None:
            misses &= highs < stop if is_short else lows > stop
        return step + len(misses) if misses.all() else step + int(misses.argmin())


def _from_step_0(column: Floats, first: int) -> Floats:
    """Let a column begin with step 0: with NaN where its first candle comes later."""
    return column[-first:] if first <= 0 else np.concatenate([np.full(first, math.nan), column])
