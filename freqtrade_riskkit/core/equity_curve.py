"""Peak and falls of an account's equity, open positions included."""

from __future__ import annotations

import math


class EquityCurve:
    """Keeps the extremes of the equity at the marks, and of what it would have been at its worst between.

    Parameters
    ----------
    equity
        That the bot may use, at the start, in stake currency; each later one is of the same part.
    aside
        Part of the account's balance that the bot may not use. Peaks and falls from them are those of the
        whole account, losses of a day those of the part that the bot may use, as its breaker sees them.

    Attributes
    ----------
    usable
        The last equity, of the part that the bot may use.
    peak
        Highest equity at the marks.
    usable_peak
        The same of the part that the bot may use.
    day_opening
        The day's opening equity at the last mark; None where nothing is known of it.
    lowest, adverse_lowest
        Lowest equity of the part that the bot may use, at the marks and at its worst between, since the peak
        or the opening changed. While neither does, a mark changes nothing but these two and `usable`.
    """

    __slots__ = (
        "_adverse_day_loss",
        "_adverse_drawdown",
        "_aside",
        "_day_loss",
        "_drawdown",
        "_drawdown_abs",
        "adverse_lowest",
        "day_opening",
        "lowest",
        "peak",
        "usable",
        "usable_peak",
    )

    def __init__(self, equity: float, *, aside: float = 0.0) -> None:
        self._aside = aside
        self.usable = self.usable_peak = equity
        self.peak = equity + aside
        self._drawdown = self._drawdown_abs = self._adverse_drawdown = 0.0
        self._day_loss = self._adverse_day_loss = 0.0
        self.lowest = self.adverse_lowest = math.inf
        self.day_opening: float | None = None

    @property
    def equity(self) -> float:
        """The last equity, of the whole account."""
        return self.usable + self._aside

    @property
    def current_drawdown(self) -> float:
        """The fall from the peak at the last mark, as a fraction of it."""
        return _fall(self.peak, self.equity)

    @property
    def max_drawdown(self) -> float:
        """Largest fall from the peak at the marks, as a fraction of it."""
        return max(self._drawdown, _fall(self.peak, self.lowest + self._aside))

    @property
    def max_drawdown_abs(self) -> float:
        """Largest fall from the peak at the marks, in money."""
        return max(self._drawdown_abs, self.peak - (self.lowest + self._aside))

    @property
    def worst_day_loss(self) -> float:
        """Largest loss since a day's opening at the marks, as a fraction of that opening."""
        return max(self._day_loss, _fall(self.day_opening, self.lowest))

    @property
    def adverse_max_drawdown(self) -> float:
        """The largest fall with every open position at its worst rate since the mark before, all at once.

        The equity between two marks can't have fallen further.
        """
        return max(self._adverse_drawdown, _fall(self.peak, self.adverse_lowest + self._aside))

    @property
    def adverse_worst_day_loss(self) -> float:
        """The largest loss of a day with every open position at its worst rate in the same way."""
        return max(self._adverse_day_loss, _fall(self.day_opening, self.adverse_lowest))

    def add(self, equity: float, adverse: float, day_opening: float | None) -> None:
        """Take in the equity at a mark, its worst since the one before, and the day's opening equity.

        Without an opening nothing is known of the day. The worst is held against the peak before this mark:
        it came earlier. Where there is nothing above zero to fall from, the fall is whole.
        """
        if day_opening != self.day_opening:
            self._settle()
            self.day_opening = day_opening
        self.usable = equity
        self.lowest = min(self.lowest, equity)
        self.adverse_lowest = min(self.adverse_lowest, adverse, equity)
        if equity + self._aside >= self.peak:
            self._settle()
            self.peak, self.usable_peak = equity + self._aside, equity

    def _settle(self) -> None:
        """Hold the lowest equities against the peak and the opening that they were below, and begin anew."""
        self._drawdown, self._drawdown_abs = self.max_drawdown, self.max_drawdown_abs
        self._adverse_drawdown = self.adverse_max_drawdown
        self._day_loss, self._adverse_day_loss = self.worst_day_loss, self.adverse_worst_day_loss
        self.lowest = self.adverse_lowest = math.inf


def _fall(high: float | None, low: float) -> float:
    """Give the fall from an equity to a lower one as a fraction of it; 0 where it isn't lower."""
    if high is None or low >= high:
        return 0.0
    return (high - low) / high if high > 0 else 1.0
