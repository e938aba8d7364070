"""From the config in force to the core's rules."""

from __future__ import annotations

import math
from datetime import time, timedelta

from freqtrade_riskkit.config import (
    BreakerConfig,
    DailyLossRule,
    DrawdownRule,
    EntryConfig,
    ErrorsRule,
    LossStreakRule,
    OrderRateRule,
    RiskKitConfig,
)
from freqtrade_riskkit.core.breaker.policy import (
    Action,
    BreakerPolicy,
    DailyLoss,
    Drawdown,
    End,
    Errors,
    LossStreak,
    Manual,
    OrderRate,
)
from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.entry.capital import Fragmentation
from freqtrade_riskkit.core.entry.cooldown import EntryCooldown
from freqtrade_riskkit.core.entry.positions import NoAddedEntries, OneEntryPerPair, PositionLimit
from freqtrade_riskkit.core.entry.request import EntryRule
from freqtrade_riskkit.core.entry.switch import Refusal
from freqtrade_riskkit.core.exits.bracket import Bracket


def breaker_policy(config: BreakerConfig) -> BreakerPolicy:
    """Translate the section `circuit_breaker`."""
    return BreakerPolicy(
        daily_loss=_daily_loss(config.daily_loss) if config.daily_loss else None,
        drawdown=_drawdown(config.drawdown) if config.drawdown else None,
        loss_streak=_loss_streak(config.loss_streak) if config.loss_streak else None,
        order_rate=_order_rate(config.order_rate) if config.order_rate else None,
        errors=_errors(config.errors) if config.errors else None,
        manual=Manual(Action(config.manual.action)),
        cooldown=timedelta(minutes=config.cooldown_minutes),
        max_trips_per_day=config.max_trips_per_day,
        warn_at=config.warn_at,
    )


def position_limit(config: RiskKitConfig, host_limit: float) -> PositionLimit:
    """Give the limit on open positions; the smallest of the kit's, the profile's and Freqtrade's wins."""
    entry, profile = config.entry, config.profile_in_force
    unlimited = host_limit if host_limit > 0 else math.inf
    return PositionLimit(
        normal=entry.max_open_positions,
        high=entry.max_open_positions_high_confidence,
        high_confidence=entry.high_confidence,
        cap=min(unlimited, profile.max_positions if profile else math.inf),
    )


def uses_confidence(config: EntryConfig) -> bool:
    """Say whether the signal's confidence decides anything."""
    high, normal = config.max_open_positions_high_confidence, config.max_open_positions
    return high is not None and high != normal


def cooldown(config: EntryConfig, candle_seconds: int) -> EntryCooldown | None:
    """Translate the cooldown between entries; None where there is none."""
    alone = _wait(config.cooldown_seconds, config.cooldown_candles, candle_seconds)
    with_positions = _wait(
        config.cooldown_with_positions_seconds, config.cooldown_with_positions_candles, candle_seconds
    )
    return EntryCooldown(alone, with_positions) if alone or with_positions else None


def fragmentation(config: RiskKitConfig) -> Fragmentation | None:
    """Translate the watch over held capital; None where orders aren't tracked."""
    tracking = config.order_tracking
    if tracking is None:
        return None
    return Fragmentation(tracking.max_held_capital, denies=tracking.fragmentation_action == "deny")


def entry_rules(config: RiskKitConfig, limit: PositionLimit, candle_seconds: int) -> tuple[EntryRule, ...]:
    """Give the rules an entry must pass, in the order in which they are asked."""
    profile = config.profile_in_force
    rules: list[EntryRule | None] = []
    if not config.entry.enabled:
        rules.append(Refusal(Code.ENTRIES_DISABLED, "riskkit.entry.enabled is false"))
    if profile is not None and not profile.enable_dca:
        rules.append(NoAddedEntries(f"riskkit.{config.profile}.enable_dca is false"))
    if profile is not None and not profile.allow_multiple_entries_same_pair:
        rules.append(OneEntryPerPair())
    rules += [limit, cooldown(config.entry, candle_seconds), fragmentation(config)]
    return tuple(rule for rule in rules if rule is not None)


def bracket(config: RiskKitConfig) -> Bracket | None:
    """Translate the bracket; None where there is none."""
    section = config.exits.bracket if config.exits else None
    return Bracket(section.stop, section.reward_to_risk) if section else None


def _daily_loss(rule: DailyLossRule) -> DailyLoss:
    boundary = _time_of_day(rule.unlock_at)
    end = End(
        manual=rule.reset == "manual",
        after=_minutes(rule.stop_duration),
        at=boundary,
        at_least=timedelta(minutes=rule.min_stop_duration),
    )
    return DailyLoss(rule.limit, boundary, end, Action(rule.action))


def _drawdown(rule: DrawdownRule) -> Drawdown:
    return Drawdown(rule.limit, _end(rule), Action(rule.action))


def _loss_streak(rule: LossStreakRule) -> LossStreak:
    return LossStreak(rule.limit, rule.min_loss, _end(rule), Action(rule.action))


def _order_rate(rule: OrderRateRule) -> OrderRate:
    return OrderRate(rule.per_minute, rule.per_hour, _end(rule), Action(rule.action))


def _errors(rule: ErrorsRule) -> Errors:
    return Errors(rule.limit, _end(rule), Action(rule.action))


def _end(rule: DrawdownRule | LossStreakRule | OrderRateRule | ErrorsRule) -> End:
    return End(
        manual=rule.reset == "manual",
        after=_minutes(rule.stop_duration),
        at=_time_of_day(rule.unlock_at) if rule.unlock_at else None,
    )


def _minutes(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(minutes=value)


def _time_of_day(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _wait(seconds: float | None, candles: int | None, candle_seconds: int) -> float:
    return (candles or 0) * candle_seconds if seconds is None else seconds
