"""What the breaker is set to: each rule's limit, and how its trips end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from freqtrade_riskkit.core.breaker.readable import whole_minute
from freqtrade_riskkit.core.decisions import Code

_MINUTE = timedelta(minutes=1)


class RuleName(StrEnum):
    """The breaker's rules, by the name of their section."""

    DAILY_LOSS = "daily_loss"
    DRAWDOWN = "drawdown"
    LOSS_STREAK = "loss_streak"
    ORDER_RATE = "order_rate"
    ERRORS = "errors"
    MANUAL = "manual"


class Action(StrEnum):
    """What is done while a trip holds; each includes those before it.

    `BLOCK` denies entries, `CANCEL` also takes back entry orders that are open, `FLATTEN` also closes
    what is held.
    """

    BLOCK = "block"
    CANCEL = "cancel"
    FLATTEN = "flatten"

    def includes(self, other: Action) -> bool:
        """Say whether doing this does the other one too.

        Examples
        --------
        >>> Action.FLATTEN.includes(Action.CANCEL), Action.BLOCK.includes(Action.CANCEL)
        (True, False)
        """
        mildest_first = list(Action)
        return mildest_first.index(self) >= mildest_first.index(other)

    @staticmethod
    def strongest(actions: Iterable[Action]) -> Action | None:
        """Give the action that includes all the others; None of none.

        Examples
        --------
        >>> Action.strongest([Action.BLOCK, Action.FLATTEN, Action.CANCEL])
        <Action.FLATTEN: 'flatten'>
        """
        return max(actions, key=list(Action).index, default=None)


CODE_OF_RULE = {
    RuleName.DAILY_LOSS: Code.DAILY_LOSS_EXCEEDED,
    RuleName.DRAWDOWN: Code.DRAWDOWN_EXCEEDED,
    RuleName.LOSS_STREAK: Code.CONSECUTIVE_LOSSES_EXCEEDED,
    RuleName.ORDER_RATE: Code.ORDER_RATE_EXCEEDED,
    RuleName.ERRORS: Code.ERRORS_EXCEEDED,
    RuleName.MANUAL: Code.MANUAL_TRIP,
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
        """Give the moment at which a trip ends, or None where only a person ends it.

        Times of a minute and more count from the beginning of the minute in which it tripped. So a bot,
        whose loop comes some seconds after a candle began, ends a trip where a backtest does: with a candle.
        """
        begun = whole_minute(tripped_at)
        if self.manual:
            return None
        if self.after is not None:
            held = max(self.after, self.at_least)
            return (tripped_at if held < _MINUTE else begun) + held
        if self.at is not None:
            return max(next_time_of_day(tripped_at, self.at), begun + self.at_least)
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
    action
        What is done while it holds.
    """

    limit: float
    day_starts: time
    end: End
    action: Action = Action.BLOCK


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Fall from the equity peak as a fraction of the peak, in (0, 1]."""

    limit: float
    end: End
    action: Action = Action.BLOCK


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
    action
        Not `Action.FLATTEN`.
    """

    limit: int
    min_loss: float
    end: End
    action: Action = Action.BLOCK


@dataclass(frozen=True, slots=True)
class OrderRate:
    """Orders that add risk, within 60 and within 3600 seconds.

    Attributes
    ----------
    per_minute, per_hour
        Number of orders that a window may hold, at least 1; the order that would be one more trips.
        None switches that window off.
    end
        How a trip ends.
    action
        Not `Action.FLATTEN`.
    """

    per_minute: int | None
    per_hour: int | None
    end: End
    action: Action = Action.BLOCK


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors in a row, without a success between that answers for them.

    Attributes
    ----------
    limit
        Number of errors at which the rule trips, at least 1.
    end
        How a trip ends.
    action
        Not `Action.FLATTEN`.
    """

    limit: int
    end: End
    action: Action = Action.BLOCK


@dataclass(frozen=True, slots=True)
class Manual:
    """Trips by hand, which a person ends.

    Attributes
    ----------
    action
        What is done while one holds, where the trip itself doesn't say.
    """

    action: Action = Action.BLOCK


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """Everything the breaker is set to; a rule that is None is off.

    Attributes
    ----------
    cooldown
        How long entries stay denied after a rule's trip has ended by itself.
    max_trips_per_day
        The automatic trip that brings the count of the last 24 hours to this number stays until a
        person resets it; None never does that. Trips by hand don't count.
    warn_at
        Share of a limit, in (0, 1], at which a warning is given.

    Raises
    ------
    ValueError
        Where a rule that says nothing of the account's loss is to flatten.
    """

    daily_loss: DailyLoss | None
    drawdown: Drawdown | None
    loss_streak: LossStreak | None
    cooldown: timedelta
    max_trips_per_day: int | None
    warn_at: float
    order_rate: OrderRate | None = None
    errors: Errors | None = None
    manual: Manual = Manual()

    def __post_init__(self) -> None:
        for name in (RuleName.LOSS_STREAK, RuleName.ORDER_RATE, RuleName.ERRORS):
            if self.action_of(name) is Action.FLATTEN:
                raise ValueError(f"{name} can't flatten: only daily_loss, drawdown and manual can")

    def end_of(self, rule: RuleName) -> End:
        """Give how a trip of a rule ends; a rule that is off holds until a person lets go."""
        settings = self._of(rule)
        return End(manual=True) if settings is None or isinstance(settings, Manual) else settings.end

    def action_of(self, rule: RuleName) -> Action:
        """Give what is done while a trip of a rule holds."""
        settings = self._of(rule)
        return settings.action if settings is not None else Action.BLOCK

    def _of(self, rule: RuleName) -> DailyLoss | Drawdown | LossStreak | OrderRate | Errors | Manual | None:
        return {
            RuleName.DAILY_LOSS: self.daily_loss,
            RuleName.DRAWDOWN: self.drawdown,
            RuleName.LOSS_STREAK: self.loss_streak,
            RuleName.ORDER_RATE: self.order_rate,
            RuleName.ERRORS: self.errors,
            RuleName.MANUAL: self.manual,
        }[rule]
