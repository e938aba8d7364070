"""What the breaker is set to: each rule's limit, and how its trips end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from freqtrade_riskkit.core.decisions import Code


class RuleName(StrEnum):
    """The breaker's rules, by the name of their section."""

    DAILY_LOSS = "daily_loss"
    DRAWDOWN = "drawdown"
    LOSS_STREAK = "loss_streak"


CODE_OF_RULE = {
    RuleName.DAILY_LOSS: Code.DAILY_LOSS_EXCEEDED,
    RuleName.DRAWDOWN: Code.DRAWDOWN_EXCEEDED,
    RuleName.LOSS_STREAK: Code.CONSECUTIVE_LOSSES_EXCEEDED,
}


def next_time_of_day(after: datetime, at: time) -> datetime:
    """Find the first moment later than `after` with the clock time `at`.

    Examples
    --------
    >>> from datetime import UTC
    >>> next_time_of_day(datetime(2024, 8, 5, 0, 0, tzinfo=UTC), time(0, 0)).isoformat()
    '2024-08-06T00:00:00+00:00'
    """
    candidate = after.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return candidate if candidate > after else candidate + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class End:
    """How a trip of one rule ends.

    Attributes
    ----------
    manual
        Only a person ends it; the other fields then say nothing.
    after
        Time after which it ends by itself; None where `at` decides.
    at
        Time of day, UTC, at which it ends by itself.
    at_least
        It never ends earlier than this after the trip.
    """

    manual: bool = False
    after: timedelta | None = None
    at: time | None = None
    at_least: timedelta = timedelta(0)

    def of_trip(self, tripped_at: datetime) -> datetime | None:
        """Give the moment at which a trip ends, or None where only a person ends it."""
        if self.manual:
            return None
        if self.after is not None:
            return tripped_at + max(self.after, self.at_least)
        if self.at is not None:
            return max(next_time_of_day(tripped_at, self.at), tripped_at + self.at_least)
        return None


@dataclass(frozen=True, slots=True)
class DailyLoss:
    """Loss since the day's opening, and over the last 24 hours, as a fraction of its baseline.

    Attributes
    ----------
    limit
        Fraction in (0, 1]; trips at ``loss / baseline ≥ limit``.
    day_starts
        Time of day, UTC, at which the day's loss begins to count anew.
    end
        How a trip ends.
    """

    limit: float
    day_starts: time
    end: End


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Fall from the equity peak as a fraction of the peak, in (0, 1]."""

    limit: float
    end: End


@dataclass(frozen=True, slots=True)
class LossStreak:
    """Losing trades in a row.

    Attributes
    ----------
    limit
        Number of losses at which the rule trips, at least 1.
    min_loss
        Losses smaller than this fraction of the stake neither lengthen nor end the streak; neither
        do draws. A win ends it.
    end
        How a trip ends.
    """

    limit: int
    min_loss: float
    end: End


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """Everything the breaker is set to; a rule that is None is off.

    Attributes
    ----------
    cooldown
        How long entries stay denied after a trip has ended by itself.
    max_trips_per_day
        The automatic trip that brings the count of the last 24 hours to this number stays until a
        person resets it; None never does that.
    warn_at
        Share of a limit, in (0, 1], at which a warning is given.
    """

    daily_loss: DailyLoss | None
    drawdown: Drawdown | None
    loss_streak: LossStreak | None
    cooldown: timedelta
    max_trips_per_day: int | None
    warn_at: float

    def end_of(self, rule: RuleName) -> End:
        """Give how a trip of a rule ends; a rule that is off holds until a person lets go."""
        settings = {
            RuleName.DAILY_LOSS: self.daily_loss,
            RuleName.DRAWDOWN: self.drawdown,
            RuleName.LOSS_STREAK: self.loss_streak,
        }[rule]
        return settings.end if settings is not None else End(manual=True)
