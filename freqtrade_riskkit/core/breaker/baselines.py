"""What the breaker's rules compare: the equity and its baselines, losses, orders and errors."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from freqtrade_riskkit.core.breaker.errors import ErrorStreak
from freqtrade_riskkit.core.breaker.figures import ROUNDING, RuleFigure, fall, loss_figure, share_of
from freqtrade_riskkit.core.breaker.order_rate import OrderWindows
from freqtrade_riskkit.core.breaker.policy import BreakerPolicy, RuleName
from freqtrade_riskkit.core.breaker.rolling import RollingBaseline
from freqtrade_riskkit.core.decisions import Unit


class Baselines:
    """Equity, its peak, the day's and the rolling baseline, losses, orders and errors.

    Parameters
    ----------
    policy
        The rules that are compared.
    equity
        Equity at the start, in stake currency.
    now
        The start.
    resolution
        Of the rolling baseline.

    Attributes
    ----------
    day_opening, day_baseline
        The day's opening equity (shown), and what the day's loss is counted from (compared): a reset
        within the day sets them apart.
    drawdown_left
        Share of the peak down to which no drawdown comes near its limit; −inf where none is watched.
    least_loss, losses_near
        The smallest loss that counts in a streak, as a fraction of the stake; the length from which on a
        streak is near its limit.
    """

    __slots__ = (
        "_daily_left",
        "_policy",
        "day_baseline",
        "day_opening",
        "drawdown_left",
        "equity",
        "errors",
        "least_loss",
        "losses_near",
        "orders",
        "peak",
        "rolling",
        "streak",
    )

    def __init__(
        self, policy: BreakerPolicy, equity: float, now: datetime, resolution: timedelta = timedelta(0)
    ) -> None:
        self._policy = policy
        self.least_loss = policy.loss_streak.min_loss if policy.loss_streak is not None else 0.0
        self.equity = self.peak = self.day_opening = self.day_baseline = equity
        self.rolling = RollingBaseline([(now, equity)], resolution)
        self.streak = 0
        self.orders = self.windows()
        self.errors = ErrorStreak()
        self.watch(except_for=())

    def watch(self, except_for: Collection[RuleName]) -> None:
        """Leave rules out of `nothing_near` because they hold already."""
        policy, near = self._policy, self._policy.warn_at * (1 - ROUNDING)
        daily, drawdown, streak = policy.daily_loss, policy.drawdown, policy.loss_streak
        self._daily_left = self.drawdown_left = -math.inf
        self.losses_near = math.inf
        if daily is not None and RuleName.DAILY_LOSS not in except_for:
            self._daily_left = 1 - near * daily.limit
        if drawdown is not None and RuleName.DRAWDOWN not in except_for:
            self.drawdown_left = 1 - near * drawdown.limit
        if streak is not None and RuleName.LOSS_STREAK not in except_for:
            self.losses_near = near * streak.limit

    def move(self, equity: float, now: datetime) -> None:
        """Note the equity from a moment on."""
        self.equity = equity
        if equity > self.peak:
            self.peak = equity
        self.rolling.add(now, equity)

    def flow(self, amount: float) -> None:
        """Let money come in (above 0) or go out: everything shifts, losses stay the money that they were."""
        self.equity += amount
        self.peak += amount
        self.day_opening += amount
        self.day_baseline += amount
        self.rolling.shift(amount)

    def count(self, pnl_ratio: float) -> None:
        """Let a closed trade lengthen or end the streak; small losses and draws do neither."""
        if pnl_ratio > 0:
            self.streak = 0
        elif pnl_ratio < 0 and -pnl_ratio >= self.least_loss:
            self.streak += 1

    def begin_day(self) -> None:
        """Count the day's loss from the present equity on."""
        self.day_opening = self.day_baseline = self.equity

    def rebaseline(self, rule: RuleName, now: datetime, within_day: bool) -> None:
        """Let what a rule compares begin anew, so that it doesn't trip for the same thing again.

        Parameters
        ----------
        within_day
            Whether the calendar day's loss begins anew too, before its boundary.
        """
        if rule is RuleName.LOSS_STREAK:
            self.streak = 0
        elif rule is RuleName.DRAWDOWN:
            self.peak = self.equity
        elif rule is RuleName.ORDER_RATE:
            self.orders.restart()
        elif rule is RuleName.ERRORS:
            self.errors.restart()
        elif rule is RuleName.DAILY_LOSS:
            self.rolling.restart(now, self.equity)
            if within_day:
                self.day_baseline = self.equity

    def nothing_near(self, now: datetime) -> bool:
        """Say whether losses and the streak are all below their warning level, without making figures.

        It is asked at every candle, so it compares the equity with what each baseline may leave of
        it. It never says so wrongly; where a baseline isn't above zero it leaves the answer to the
        figures.
        """
        equity, today, peak = self.equity, self.day_baseline, self.peak
        past = self.rolling
        rolling = past.baseline(now) if past.waiting or now >= past.moves_at else past.level
        return (
            equity > today * self._daily_left
            and equity > rolling * self._daily_left
            and equity > peak * self.drawdown_left
            and self.streak < self.losses_near
            and today > 0
            and rolling > 0
            and peak > 0
        )

    def calm_above(self, now: datetime) -> float:
        """Give the equity above which no loss comes near its limit, as long as `RollingBaseline.bounds` hold.

        Infinite where a baseline isn't above zero. A day that begins and a new peak change it.
        """
        lowest, highest = self.rolling.bounds(now)
        if not min(lowest, self.day_baseline, self.peak) > 0:
            return math.inf
        return max(max(highest, self.day_baseline) * self._daily_left, self.peak * self.drawdown_left)

    def figures(self, now: datetime) -> Iterator[RuleFigure]:
        """Hold losses and the streak against their limits; of the two daily losses the nearer counts."""
        policy, equity = self._policy, self.equity
        if policy.daily_loss is not None:
            limit = policy.daily_loss.limit
            since = f"since {policy.daily_loss.day_starts:%H:%M} UTC"
            today = loss_figure(self.day_baseline, equity, limit, since)
            rolling = loss_figure(self.rolling.baseline(now), equity, limit, "over 24 hours")
            yield rolling if rolling.share > today.share else today
        if policy.drawdown is not None:
            limit, drawdown = policy.drawdown.limit, fall(self.peak, equity)
            detail = f"peak={self.peak:.8g}, equity={equity:.8g}"
            share = share_of(drawdown, limit)
            yield RuleFigure(RuleName.DRAWDOWN, limit, drawdown, Unit.RATIO, share, detail)
        if policy.loss_streak is not None:
            most = policy.loss_streak.limit
            share = self.streak / most
            yield RuleFigure(RuleName.LOSS_STREAK, most, self.streak, Unit.COUNT, share, "")

    def windows(self, times: Iterable[datetime] = ()) -> OrderWindows:
        """Make the windows of orders, with these earlier orders in them."""
        return OrderWindows(self._policy.order_rate, self._policy.warn_at * (1 - ROUNDING), times)

    def error_figure(self) -> RuleFigure | None:
        """Hold the errors in a row against their limit; None where that rule is off."""
        rule = self._policy.errors
        return self.errors.figure(rule.limit) if rule is not None else None
