"""Marks of the same positions over the next candles, worked out in one go.

While a backtest's open positions stay as they are, each loop's sum follows from the candles alone. Working
out many candles at once costs a fraction of doing it loop by loop. What is worked out ahead is only handed
out at its own candle, and not at all once a position has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.host.pair_candles import Floats

AHEAD = 128
"""Candles that are worked out at once, at most."""


class LineAhead(NamedTuple):
    """What a position's profit follows from over some candles: its line over the rate, and the rates."""

    slope: float
    base: float
    rates: Floats
    worst: Floats


class SteadyMarks:
    """The sums of a list of positions over the candles that follow a loop.

    Parameters
    ----------
    now
        The loop; the first sum is that of one candle later.
    candle
        The candles' length.
    trades
        The positions.
    stretches
        What the profit of each follows from over these candles.
    positions_stay
        Whether positions that are filled stay as they are while they are open.

    Attributes
    ----------
    trades
        The positions.
    given
        How many of the sums have been handed out.
    is_used_up
        Whether that is all of them.
    """

    __slots__ = (
        "_adverse",
        "_candle",
        "_due",
        "_standings",
        "_totals",
        "given",
        "is_used_up",
        "trades",
    )

    def __init__(
        self,
        now: datetime,
        candle: timedelta,
        trades: Sequence[LocalTrade],
        stretches: Sequence[LineAhead],
        positions_stay: bool = False,
    ) -> None:
        self.trades = list(trades)
        may_change = not positions_stay or not all(trade.amount for trade in trades)
        self._standings = _standings(trades) if may_change else None
        self._candle = candle
        self._due = now + candle
        self._totals, self._adverse = _sums(stretches)
        self.given = 0
        self.is_used_up = not self._totals

    def take(self, now: datetime, trades: Sequence[LocalTrade]) -> tuple[float, float] | None:
        """Give the unrealised profit and the adverse figure of a loop.

        None where the loop isn't the next one, where all has been handed out, or where the positions are no
        longer what they were.
        """
        if self.is_used_up or now != self._due:
            return None
        if trades != self.trades:
            return None
        if self._standings is not None and _standings(trades) != self._standings:
            return None
        given = self.given
        self._due = now + self._candle
        self.given = given + 1
        self.is_used_up = self.given == len(self._totals)
        return self._totals[given], self._adverse[given]


def _standings(trades: Sequence[LocalTrade]) -> list[tuple[float, float | None, int]]:
    """Give what of a trade its mark depends on: a fill changes its amount or has added an order."""
    return [(trade.amount, trade.funding_fees, len(trade.orders)) for trade in trades]


def _sums(stretches: Sequence[LineAhead]) -> tuple[list[float], list[float]]:
    """Add up the positions candle by candle, up to the first sum that isn't finite.

    The order of the additions is that of a single look, so that the sums are the same to the last digit.
    """
    count = len(stretches[0].rates)
    totals: Floats = np.zeros(count)
    adverse: Floats = np.zeros(count)
    for slope, base, rates, worst in stretches:
        totals += slope * rates + base
        adverse += slope * worst + base
    finite = np.isfinite(totals) & np.isfinite(adverse)
    known = slice(None if finite.all() else int(finite.argmin()))
    return totals[known].tolist(), adverse[known].tolist()
