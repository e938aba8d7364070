"""What the breaker's rules compare: the equity, and the baselines it is held against."""

from __future__ import annotations

from datetime import datetime

from freqtrade_riskkit.core.breaker.figures import RollingBaseline, RuleFigure, fall, loss_figure, share_of
from freqtrade_riskkit.core.breaker.policy import BreakerPolicy, RuleName
from freqtrade_riskkit.core.decisions import Unit


class Baselines:
    """Equity, its peak, the day's and the rolling baseline, and the streak of losses.

    Parameters
    ----------
    policy
        The rules that are compared.
    equity
        Equity at the start, in stake currency.
    now
        The start.

    Attributes
    ----------
    day_opening, day_baseline
        The day's opening equity (shown), and what the day's loss is counted from (compared): a reset
        within the day sets them apart.
    """

    __slots__ = ("_policy", "day_baseline", "day_opening", "equity", "peak", "rolling", "streak")

    def __init__(self, policy: BreakerPolicy, equity: float, now: datetime) -> None:
        self._policy = policy
        self.equity = self.peak = self.day_opening = self.day_baseline = equity
        self.rolling = RollingBaseline()
        self.rolling.restart(now, equity)
        self.streak = 0

    def move(self, equity: float, now: datetime) -> None:
        """Note the equity from a moment on."""
        self.equity = equity
        self.peak = max(self.peak, equity)
        self.rolling.add(now, equity)

    def count(self, pnl_ratio: float) -> None:
        """Let a closed trade lengthen or end the streak; small losses and draws do neither."""
        rule = self._policy.loss_streak
        if pnl_ratio > 0:
            self.streak = 0
        elif pnl_ratio < 0 and (rule is None or -pnl_ratio >= rule.min_loss):
            self.streak += 1

    def begin_day(self) -> None:
        """Count the day's loss from the present equity on."""
        self.day_opening = self.day_baseline = self.equity

    def rebaseline(self, rule: RuleName, now: datetime, within_day: bool) -> None:
        """Let what a rule compares begin anew, so that it doesn't trip for the same loss again.

        Parameters
        ----------
        within_day
            Whether the calendar day's loss begins anew too, before its boundary.
        """
        if rule is RuleName.LOSS_STREAK:
            self.streak = 0
        elif rule is RuleName.DRAWDOWN:
            self.peak = self.equity
        else:
            self.rolling.restart(now, self.equity)
            if within_day:
                self.day_baseline = self.equity

    def greatest_share(self, now: datetime) -> float:
        """Give the largest share of a limit that any figure uses up, without making the figures."""
        policy, equity, greatest = self._policy, self.equity, 0.0
        if policy.daily_loss is not None:
            today = fall(self.day_baseline, equity)
            rolling = fall(self.rolling.baseline(now), equity)
            greatest = max(today, rolling) / policy.daily_loss.limit
        if policy.drawdown is not None:
            greatest = max(greatest, fall(self.peak, equity) / policy.drawdown.limit)
        if policy.loss_streak is not None:
            greatest = max(greatest, self.streak / policy.loss_streak.limit)
        return greatest

    def figures(self, now: datetime) -> tuple[RuleFigure, ...]:
        """Hold every figure against its limit; of the two daily losses the nearer to it counts."""
        policy, equity, figures = self._policy, self.equity, []
        if policy.daily_loss is not None:
            limit = policy.daily_loss.limit
            since = f"since {policy.daily_loss.day_starts:%H:%M} UTC"
            today = loss_figure(self.day_baseline, equity, limit, since)
            rolling = loss_figure(self.rolling.baseline(now), equity, limit, "over 24 hours")
            figures.append(rolling if rolling.share > today.share else today)
        if policy.drawdown is not None:
            limit, drawdown = policy.drawdown.limit, fall(self.peak, equity)
            detail = f"peak={self.peak:.8g}, equity={equity:.8g}"
            share = share_of(drawdown, limit)
            figures.append(RuleFigure(RuleName.DRAWDOWN, limit, drawdown, Unit.RATIO, share, detail))
        if policy.loss_streak is not None:
            most = policy.loss_streak.limit
            share = self.streak / most
            figures.append(RuleFigure(RuleName.LOSS_STREAK, most, self.streak, Unit.COUNT, share, ""))
        return tuple(figures)
