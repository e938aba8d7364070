"""Peak and falls of an account's equity, open positions included."""

from __future__ import annotations


class EquityCurve:
    """Keeps the extremes of the equity at the marks, and of what it would have been at its worst between.

    Parameters
    ----------
    equity
        At the start, in stake currency.

    Attributes
    ----------
    peak
        Highest equity at the marks.
    max_drawdown, max_drawdown_abs
        Largest fall from the peak, as a fraction of it and in money; at the marks.
    worst_day_loss
        Largest loss since a day's opening as a fraction of that opening; at the marks.
    adverse_max_drawdown, adverse_worst_day_loss
        The same with every open position at its worst rate since the mark before, all at once: a bound
        that the equity between two marks can't have gone below.
    """

    __slots__ = (
        "adverse_max_drawdown",
        "adverse_worst_day_loss",
        "max_drawdown",
        "max_drawdown_abs",
        "peak",
        "worst_day_loss",
    )

    def __init__(self, equity: float) -> None:
        self.peak = equity
        self.max_drawdown = self.max_drawdown_abs = self.worst_day_loss = 0.0
        self.adverse_max_drawdown = self.adverse_worst_day_loss = 0.0

    def add(self, equity: float, adverse: float, day_opening: float) -> None:
        """Take in the equity at a mark, its worst since the one before, and the day's opening equity.

        The worst is held against the peak before this mark: it came earlier. Where there is nothing above
        zero to fall from, the fall is whole.
        """
        worst = adverse if adverse < equity else equity
        if worst < self.peak:
            ratio = (self.peak - worst) / self.peak if self.peak > 0 else 1.0
            if ratio > self.adverse_max_drawdown:
                self.adverse_max_drawdown = ratio
        if worst < day_opening:
            self._see_day(_fall(day_opening, worst), _fall(day_opening, equity))
        if equity >= self.peak:
            self.peak = equity
            return
        fall = self.peak - equity
        ratio = fall / self.peak if self.peak > 0 else 1.0
        if ratio > self.max_drawdown:
            self.max_drawdown = ratio
        if fall > self.max_drawdown_abs:
            self.max_drawdown_abs = fall

    def _see_day(self, adverse: float, loss: float) -> None:
        self.adverse_worst_day_loss = max(self.adverse_worst_day_loss, adverse)
        self.worst_day_loss = max(self.worst_day_loss, loss)


def _fall(peak: float, equity: float) -> float:
    return (peak - equity) / peak if peak > 0 else 1.0
