"""Marks of the same positions over the next candles, worked out in one go.

While a backtest's open positions stay as they are, each loop's sum follows from the candles alone. Working
out many candles at once costs a fraction of doing it loop by loop. What is worked out ahead is only handed
out at its own candle, and not at all once a position has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from freqtrade.optimize.backtesting import HIGH_IDX, LOW_IDX, OPEN_IDX
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.host.pair_candles import Row
from freqtrade_riskkit.host.position_cost import profit_line_of

AHEAD = 128
"""Candles that are worked out at once."""

_READ = 1024
_OPEN, _HIGH, _LOW = itemgetter(OPEN_IDX), itemgetter(HIGH_IDX), itemgetter(LOW_IDX)

Floats = npt.NDArray[np.float64]


class MarksAhead(NamedTuple):
    """A pair's marks over some candles: each candle's open, and its extremes since the open before."""

    rates: Floats
    lowest: Floats
    highest: Floats


class PairAhead:
    """Reads a pair's marks out of its rows, a few hundred candles at a time."""

    __slots__ = ("_begin", "_read", "_rows")

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._begin = 0
        self._read = _read(rows[:1])

    def after(self, index: int) -> MarksAhead:
        """Give the candles that follow one, as many as are worked out at once.

        Fewer where the rows end, or where one of them has no rate.
        """
        begin = index - self._begin
        if begin < 0 or begin + AHEAD > len(self._read.rates):
            self._begin, begin = index, 0
            self._read = _read(self._rows[index : index + _READ])
        rates, lowest, highest = self._read
        wanted = slice(begin, begin + AHEAD)
        return MarksAhead(rates[wanted], lowest[wanted], highest[wanted])


def _read(rows: Sequence[Row]) -> MarksAhead:
    """Read the marks of all rows but the first, up to one without a rate."""
    count = len(rows) - 1
    if count < 1:
        none = np.zeros(0)
        return MarksAhead(none, none, none)
    rates, lows, highs = (
        np.fromiter(map(column, candles), np.float64, count)
        for column, candles in ((_OPEN, rows[1:]), (_LOW, rows), (_HIGH, rows))
    )
    lowest = np.where((lows > 0.0) & (lows < rates), lows, rates)
    highest = np.where((highs > rates) & (highs < np.inf), highs, rates)
    readable = (rates > 0.0) & (rates < np.inf)
    known = slice(None if readable.all() else int(readable.argmin()))
    return MarksAhead(rates[known], lowest[known], highest[known])


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
        The marks of each pair over these candles.
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
        stretches: Mapping[str, MarksAhead],
        positions_stay: bool = False,
    ) -> None:
        self.trades = list(trades)
        may_change = not positions_stay or not all(trade.amount for trade in trades)
        self._standings = _standings(trades) if may_change else None
        self._candle = candle
        self._due = now + candle
        self._totals, self._adverse = _sums(trades, stretches)
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


def _sums(
    trades: Sequence[LocalTrade], stretches: Mapping[str, MarksAhead]
) -> tuple[list[float], list[float]]:
    """Add up the positions candle by candle, up to the first sum that isn't finite.

    The order of the additions is that of a single look, so that the sums are the same to the last digit.
    """
    count = min(len(stretch.rates) for stretch in stretches.values())
    totals: Floats = np.zeros(count)
    adverse: Floats = np.zeros(count)
    for trade in trades:
        if not trade.amount:
            continue
        stretch = stretches[trade.pair]
        slope, base = profit_line_of(trade)
        totals += slope * stretch.rates[:count] + base
        adverse += slope * (stretch.highest if trade.is_short else stretch.lowest)[:count] + base
    finite = np.isfinite(totals) & np.isfinite(adverse)
    known = slice(None if finite.all() else int(finite.argmin()))
    return totals[known].tolist(), adverse[known].tolist()
