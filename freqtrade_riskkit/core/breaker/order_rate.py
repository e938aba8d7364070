"""How many orders were placed lately: two windows that move with time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from freqtrade_riskkit.core.breaker.figures import RuleFigure
from freqtrade_riskkit.core.breaker.policy import OrderRate, RuleName
from freqtrade_riskkit.core.decisions import Unit

MINUTE = timedelta(seconds=60)
HOUR = timedelta(seconds=3600)


class OrderWindows:
    """Orders within the last 60 and the last 3600 seconds.

    A window at a moment holds the orders placed later than its length before, up to the moment
    itself: an order that is exactly 60 seconds old counts no more in the first, one that is a
    microsecond younger does. Each order enters and leaves a window once, so that a look costs
    O(1) amortised.

    Parameters
    ----------
    rule
        The limits; None where there are none.
    near
        The share of a limit, at most 1, from which on a figure is looked at.
    times
        Moments of earlier orders, oldest first.
    """

    __slots__ = ("_hour", "_hour_near", "_minute", "_minute_near", "_rule")

    def __init__(self, rule: OrderRate | None, near: float, times: Iterable[datetime] = ()) -> None:
        self._rule = rule
        self._minute_near = self._hour_near = math.inf
        if rule is not None and rule.per_minute is not None:
            self._minute_near = near * rule.per_minute
        if rule is not None and rule.per_hour is not None:
            self._hour_near = near * rule.per_hour
        self._hour: deque[datetime] = deque(times)
        self._minute: deque[datetime] = deque(self._hour)

    def add(self, at: datetime) -> None:
        """Count an order, placed no earlier than the one before; without limits there is nothing to count."""
        if self._rule is not None:
            self._minute.append(at)
            self._hour.append(at)

    def add_far(self, at: datetime) -> bool:
        """Count an order as `add` does where no limit is near after it; False, and nothing counted, else."""
        if self._rule is None:
            return True
        minute, hour = self._minute, self._hour
        if not (len(minute) + 1 < self._minute_near and len(hour) + 1 < self._hour_near):
            self._forget(at)
            if not (len(minute) + 1 < self._minute_near and len(hour) + 1 < self._hour_near):
                return False
        minute.append(at)
        hour.append(at)
        return True

    def restart(self) -> None:
        """Begin anew, as if no order had been placed."""
        self._hour.clear()
        self._minute.clear()

    def times(self) -> tuple[datetime, ...]:
        """Give the orders of the longer window as of the last look at it, oldest first."""
        return tuple(self._hour)

    def is_far(self, now: datetime) -> bool:
        """Say whether one order more is certain neither to trip nor to come near a limit."""
        if len(self._minute) < self._minute_near and len(self._hour) < self._hour_near:
            return True  # even with those that are too old to count
        self._forget(now)
        return len(self._minute) < self._minute_near and len(self._hour) < self._hour_near

    def figure(self, now: datetime, more: int = 0) -> RuleFigure | None:
        """Hold the window that is nearer to its limit against it.

        Parameters
        ----------
        more
            Orders to add to those that were placed: 1 asks what the next one would make of it.

        Returns
        -------
        RuleFigure or None
            Its share may be 1 without a trip: the limit is what a window may hold. None where there are
            no limits.
        """
        rule = self._rule
        if rule is None:
            return None
        self._forget(now)
        figures = [
            RuleFigure(
                RuleName.ORDER_RATE,
                limit,
                len(times) + more,
                Unit.COUNT,
                (len(times) + more) / limit,
                f"over {length.total_seconds():.0f} s",
            )
            for limit, times, length in (
                (rule.per_minute, self._minute, MINUTE),
                (rule.per_hour, self._hour, HOUR),
            )
            if limit is not None
        ]
        return max(figures, key=lambda figure: figure.share, default=None)

    def _forget(self, now: datetime) -> None:
        minute, hour = self._minute, self._hour
        while minute and minute[0] <= now - MINUTE:
            minute.popleft()
        while hour and hour[0] <= now - HOUR:
            hour.popleft()
