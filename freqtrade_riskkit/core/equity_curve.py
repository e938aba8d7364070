"""Peak and falls of an account's equity, open positions included."""

from __future__ import annotations

import math

_ROUNDING = 1e-12


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
    max_drawdown, max_drawdown_abs
        Largest fall from the peak, as a fraction of it and in money; at the marks.
    worst_day_loss
        Largest loss since a day's opening as a fraction of that opening; at the marks.
    adverse_max_drawdown, adverse_worst_day_loss
        The same with every open position at its worst rate since the mark before, all at once: a bound
        that the equity between two marks can't have gone below.
    day_opening
        The day's opening equity at the last mark; None where nothing is known of it.
    calm_above, calm_from, calm_to
        While that opening stays, a mark whose worst is above the first, with an equity above the second
        and not above the third, changes nothing but `usable`.
    """

    __slots__ = (
        "_aside",
        "adverse_max_drawdown",
        "adverse_worst_day_loss",
        "calm_above",
        "calm_from",
        "calm_to",
        "day_opening",
        "max_drawdown",
        "max_drawdown_abs",
        "peak",
        "usable",
        "worst_day_loss",
    )

    def __init__(self, equity: float, *, aside: float = 0.0) -> None:
        self._aside = aside
        self.usable = equity
        self.peak = equity + aside
        self.max_drawdown = self.max_drawdown_abs = self.worst_day_loss = 0.0
        self.adverse_max_drawdown = self.adverse_worst_day_loss = 0.0
        self.calm_above = self.calm_from = math.inf
        self.calm_to = -math.inf
        self.day_opening: float | None = None

    @property
    def equity(self) -> float:
        """The last equity, of the whole account."""
        return self.usable + self._aside

    @property
    def current_drawdown(self) -> float:
        """The fall from the peak at the last mark, as a fraction of it."""
        return _fall(self.peak, self.equity) if self.equity < self.peak else 0.0

    def add(self, equity: float, adverse: float, day_opening: float | None) -> None:
        """Take in the equity at a mark, its worst since the one before, and the day's opening equity.

        Without an opening nothing is known of the day. The worst is held against the peak before this mark:
        it came earlier. Where there is nothing above zero to fall from, the fall is whole.
        """
        self.usable = equity
        worst = adverse if adverse < equity else equity
        if day_opening is not None and worst < day_opening:
            ratio = (day_opening - worst) / day_opening if day_opening > 0 else 1.0
            if ratio > self.adverse_worst_day_loss:
                self.adverse_worst_day_loss = ratio
            ratio = (day_opening - equity) / day_opening if day_opening > 0 else 1.0
            if ratio > self.worst_day_loss:
                self.worst_day_loss = ratio
        equity, worst = equity + self._aside, worst + self._aside
        if worst < self.peak:
            ratio = (self.peak - worst) / self.peak if self.peak > 0 else 1.0
            if ratio > self.adverse_max_drawdown:
                self.adverse_max_drawdown = ratio
        if equity >= self.peak:
            self.peak = equity
        else:
            fall = self.peak - equity
            ratio = fall / self.peak if self.peak > 0 else 1.0
            if ratio > self.max_drawdown:
                self.max_drawdown = ratio
            if fall > self.max_drawdown_abs:
                self.max_drawdown_abs = fall
        self.day_opening = day_opening
        self._note_calm()

    def _note_calm(self) -> None:
        peak, aside, today = self.peak, self._aside, self.day_opening
        if today is None:
            today = peak
        if not (peak > 0 and today > 0):
            self.calm_above = math.inf
            return
        self.calm_to = peak - aside
        margin = _ROUNDING * (peak if peak > today else today)
        # Comparisons, for a new low of the equity comes by at many a candle.
        today_left, peak_left = today * (1 - self.adverse_worst_day_loss), peak * (1 - self.adverse_max_drawdown)
        self.calm_above = margin + (today_left if today_left > peak_left - aside else peak_left - aside)
        today_left, peak_left = today * (1 - self.worst_day_loss), peak * (1 - self.max_drawdown)
        if peak_left < peak - self.max_drawdown_abs:
            peak_left = peak - self.max_drawdown_abs
        self.calm_from = margin + (today_left if today_left > peak_left - aside else peak_left - aside)


def _fall(peak: float, equity: float) -> float:
    return (peak - equity) / peak if peak > 0 else 1.0
