"""`riskkit.circuit_breaker`: which losses stop entries, and for how long."""

from __future__ import annotations

from typing import Literal

from freqtrade_riskkit.config.domains import (
    Count,
    Minutes,
    PositiveMinutes,
    Ratio,
    RatioOrZero,
    TimeOfDay,
)
from freqtrade_riskkit.config.section import Section

Action = Literal["block"]
Reset = Literal["auto", "manual"]


class DailyLossRule(Section):
    """Loss since the day's boundary against the equity at that boundary."""

    limit: Ratio = 0.05
    """Loss of the day that trips, as a ratio of the day's opening equity."""
    action: Action = "block"
    """What a trip does: `block` denies entries; exits are never touched."""
    unlock_at: TimeOfDay = "00:00"
    """The day's boundary in UTC: the loss is counted from it, and a trip ends at it."""
    min_stop_duration: Minutes = 240
    """Shortest trip in minutes: a trip close to the boundary runs on past it."""
    stop_duration: PositiveMinutes | None = None
    """Minutes after which a trip ends, instead of at the boundary."""
    reset: Reset = "auto"
    """Whether a trip ends by itself (`auto`) or holds until a person resets it (`manual`)."""


class DrawdownRule(Section):
    """Fall of the equity from its peak."""

    limit: Ratio = 0.15
    """Drawdown that trips, as a ratio of the peak equity."""
    action: Action = "block"
    """What a trip does: `block` denies entries; exits are never touched."""
    reset: Reset = "manual"
    """Whether a trip ends by itself (`auto`) or holds until a person resets it (`manual`)."""
    stop_duration: PositiveMinutes | None = None
    """Minutes after which a trip ends; needs `reset` auto."""
    unlock_at: TimeOfDay | None = None
    """Time of day in UTC at which a trip ends; needs `reset` auto."""


class LossStreakRule(Section):
    """Losing trades in a row."""

    limit: Count = 5
    """Number of losses in a row that trips."""
    min_loss: RatioOrZero = 0.0
    """Profit ratio of a loss that counts: smaller losses neither lengthen nor end the streak."""
    action: Action = "block"
    """What a trip does: `block` denies entries; exits are never touched."""
    stop_duration: PositiveMinutes | None = 60
    """Minutes after which a trip ends."""
    unlock_at: TimeOfDay | None = None
    """Time of day in UTC at which a trip ends, instead of after a duration."""
    reset: Reset = "auto"
    """Whether a trip ends by itself (`auto`) or holds until a person resets it (`manual`)."""


class BreakerConfig(Section):
    """The circuit breaker. The empty section `{}` has every rule at its defaults."""

    preset: Literal["timed"] | None = None
    """`timed`: every rule resets by itself after 60 minutes plus 15 of cooldown, and none latches."""
    daily_loss: DailyLossRule | None = DailyLossRule()
    """Loss of the day; null switches the rule off."""
    drawdown: DrawdownRule | None = DrawdownRule()
    """Drawdown from the peak; null switches the rule off."""
    loss_streak: LossStreakRule | None = LossStreakRule()
    """Losses in a row; null switches the rule off."""
    cooldown_minutes: Minutes = 15
    """Minutes after an automatic reset in which entries stay denied."""
    max_trips_per_day: Count | None = 2
    """Automatic trips within 24 hours of which the last holds until a person resets it; null: never."""
    added_entries: Literal["block", "allow"] = "block"
    """Whether a trip also denies entries that are added to an open position."""
    warn_at: Ratio = 0.8
    """Share of a limit at which a warning is given."""
