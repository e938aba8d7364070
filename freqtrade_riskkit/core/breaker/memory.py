"""All that the breaker must remember over a restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskkit.core.breaker.errors import ErrorKind
from freqtrade_riskkit.core.breaker.events import Trip
from freqtrade_riskkit.core.breaker.policy import RuleName


@dataclass(frozen=True, slots=True)
class BreakerMemory:
    """The breaker's state as plain values.

    The last fields came later than the others: a state that was stored without them reads as one
    in which there were no orders and no errors.

    Attributes
    ----------
    now
        The last moment that was accounted for.
    equity, peak
        Last equity and the peak that the drawdown is counted from.
    day_started_at, day_opening, day_baseline
        The day in course, its opening equity (shown), and what the day's loss is counted from
        (compared): they differ after a reset within the day.
    samples
        Moments and equities of the last 24 hours, oldest first; the first one is the baseline of
        the rolling loss.
    streak
        Losses in a row since the last win or reset.
    active
        Trips that hold at the moment.
    cooldown_until
        End of the cooldown; None where there is none.
    trip_times
        Moments of the automatic trips of the last 24 hours.
    warned
        Rules whose figure is above the warning level and was warned of.
    order_times
        Moments of the orders of the last hour, oldest first, since the order rate last began anew.
    errors
        How many errors of each kind no success has answered for yet.
    """

    now: datetime
    equity: float
    peak: float
    day_started_at: datetime
    day_opening: float
    day_baseline: float
    samples: tuple[tuple[datetime, float], ...]
    streak: int
    active: tuple[Trip, ...]
    cooldown_until: datetime | None
    trip_times: tuple[datetime, ...]
    warned: tuple[RuleName, ...]
    order_times: tuple[datetime, ...] = ()
    errors: tuple[tuple[ErrorKind, int], ...] = ()
