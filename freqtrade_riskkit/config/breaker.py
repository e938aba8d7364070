"""`riskkit.circuit_breaker`: what stops entries, for how long, and what else a trip does."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, StrictBool

from freqtrade_riskkit.config.domains import (
    Count,
    FlagFile,
    Minutes,
    OpenRatio,
    PositiveMinutes,
    PositiveSeconds,
    Ratio,
    RatioOrZero,
    TimeOfDay,
    refusal,
)
from freqtrade_riskkit.config.section import Section


def _flattens_elsewhere(value: object) -> object:
    """Say where `flatten` is possible, instead of only refusing it."""
    if isinstance(value, str) and value.lower() == "flatten":
        raise refusal('"block" or "cancel"', "flatten is possible for daily_loss, drawdown and manual")
    return value


Action = Literal["block", "cancel", "flatten"]
#: Of the rules that say nothing about the value of open positions.
ActionOnEntries = Annotated[Literal["block", "cancel"], BeforeValidator(_flattens_elsewhere)]
Reset = Literal["auto", "manual"]


class DailyLossRule(Section):
    """Loss since the day's boundary against the equity at that boundary."""

    limit: Ratio = 0.05
    """Loss of the day that trips, as a ratio of the day's opening equity."""
    action: Action = "block"
    """What a trip does: `block` denies entries; `cancel` also cancels open entry orders; `flatten` also
    closes every position."""
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
    """What a trip does: `block` denies entries; `cancel` also cancels open entry orders; `flatten` also
    closes every position."""
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
    action: ActionOnEntries = "block"
    """What a trip does: `block` denies entries; `cancel` also cancels open entry orders."""
    stop_duration: PositiveMinutes | None = 60
    """Minutes after which a trip ends."""
    unlock_at: TimeOfDay | None = None
    """Time of day in UTC at which a trip ends, instead of after a duration."""
    reset: Reset = "auto"
    """Whether a trip ends by itself (`auto`) or holds until a person resets it (`manual`)."""


class OrderRateRule(Section):
    """Orders that add risk, by first placement. Stops, exits and replacements never count against a limit."""

    per_minute: Count | None = 10
    """Most entries and added entries within a minute; one order more would trip. null: no limit."""
    per_hour: Count | None = 100
    """Most entries and added entries within an hour; one order more would trip. null: no limit."""
    stop_flood_per_minute: Count | None = 60
    """Stops and exits placed within a minute from which an alert (STOP_FLOOD) is sent; it trips nothing.
    null: no alert."""
    action: ActionOnEntries = "block"
    """What a trip does: `block` denies entries; `cancel` also cancels open entry orders."""
    stop_duration: PositiveMinutes | None = 60
    """Minutes after which a trip ends."""
    unlock_at: TimeOfDay | None = None
    """Time of day in UTC at which a trip ends, instead of after a duration."""
    reset: Reset = "auto"
    """Whether a trip ends by itself (`auto`) or holds until a person resets it (`manual`)."""


class ErrorsRule(Section):
    """Errors in a row: rejections, missing funds, network, exchange down, exceptions of the strategy."""

    limit: Count = 3
    """Number of errors without a success between them that trips."""
    action: ActionOnEntries = "block"
    """What a trip does: `block` denies entries; `cancel` also cancels open entry orders."""
    stop_duration: PositiveMinutes | None = 60
    """Minutes after which a trip ends."""
    unlock_at: TimeOfDay | None = None
    """Time of day in UTC at which a trip ends, instead of after a duration."""
    reset: Reset = "auto"
    """Whether a trip ends by itself (`auto`) or holds until a person resets it (`manual`)."""


class ManualRule(Section):
    """Trips by hand. They hold until a person ends them and never count towards `max_trips_per_day`."""

    action: Action = "block"
    """What a trip by hand does: `block` denies entries; `cancel` also cancels open entry orders; `flatten`
    also closes every position."""
    flag_file: FlagFile = "riskkit.halt"
    """Name of a file in user_data: while it is there, the breaker is tripped."""
    pause: StrictBool = False
    """Whether Freqtrade's own pause counts as a trip by hand; it ends when the bot runs again."""


class DataRule(Section):
    """Figures that are too old to decide on. Entries are denied (DATA_STALE) while one is."""

    max_mark_age_seconds: PositiveSeconds = 120
    """Seconds after which a rate is stale: since it was read, or since it last moved at all."""
    max_clock_skew_seconds: PositiveSeconds = 5
    """Seconds by which this machine's clock may be off the exchange's."""


class CashFlowsRule(Section):
    """Deposits and withdrawals, which are neither profit nor loss."""

    read: StrictBool = True
    """Whether a live bot reads them from the exchange."""


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
    order_rate: OrderRateRule | None = OrderRateRule()
    """Orders a minute and an hour; null switches the rule off."""
    errors: ErrorsRule | None = ErrorsRule()
    """Errors in a row; null switches the rule off."""
    manual: ManualRule = ManualRule()
    """Trips by hand."""
    data: DataRule | None = DataRule()
    """Stale figures; null switches the watch off."""
    cash_flows: CashFlowsRule | None = CashFlowsRule()
    """Deposits and withdrawals; null: not read."""
    cooldown_minutes: Minutes = 15
    """Minutes after an automatic reset in which entries stay denied."""
    max_trips_per_day: Count | None = 2
    """Automatic trips within 24 hours of which the last holds until a person resets it; null: never."""
    added_entries: Literal["block", "budget", "allow"] = "block"
    """Entries that are added to an open position during a trip: denied (`block`), up to what the position
    reserved when it was entered (`budget`), or allowed (`allow`)."""
    flatten_agreement: OpenRatio = 0.01
    """How far two fresh marks of a position may lie apart, as a ratio, for a flatten to act on them."""
    warn_at: Ratio = 0.8
    """Share of a limit at which a warning is given."""
