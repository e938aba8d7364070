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
    """

    __slots__ = ("_gaps", "_until", "of_long", "of_short")

    def __init__(self, candles: Columns, first: int) -> None:
        rates = _from_step_0(candles.opens, first)
        lows, highs = (
            _from_step_0(column, first + 1)[: len(rates)] for column in (candles.lows, candles.highs)
        )
        lowest = np.where((lows > 0.0) & (lows < rates), lows, rates)
        highest = np.where((highs > rates) & (highs < math.inf), highs, rates)
        self._until = len(rates)
        self._gaps = np.flatnonzero(~((rates > 0.0) & (rates < math.inf)))
        self.of_long = rates.data, lowest.data
        self.of_short = rates.data, highest.data

    def known_until(self, step: int) -> int:
        """Give the first step, from one on, that has no rate."""
        gaps = self._gaps
        if not len(gaps):
            return self._until
        place = int(gaps.searchsorted(step))
        return int(gaps[place]) if place < len(gaps) else self._until


def _from_step_0(column: Floats, first: int) -> Floats:
    """Let a column begin with step 0: with NaN where its first candle comes later."""
    return column[-first:] if first <= 0 else np.concatenate([np.full(first, math.nan), column])
