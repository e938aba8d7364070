"""What the breaker's rules mean, how their trips end, and what a person can do: from its settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from freqtrade_riskkit.core.breaker import Action, BreakerPolicy, End, OrderRate, RuleName, TripWay

RULE_WORDS = {
    RuleName.DAILY_LOSS: "Loss of the day",
    RuleName.DRAWDOWN: "Drawdown",
    RuleName.LOSS_STREAK: "Losses in a row",
    RuleName.ORDER_RATE: "Order rate",
    RuleName.ERRORS: "Errors in a row",
    RuleName.MANUAL: "Trip by hand",
}

WAY_WORDS = {
    TripWay.RULE: "its rule",
    TripWay.COMMAND: "a command",
    TripWay.FLAG_FILE: "a flag file",
    TripWay.FOREIGN_LOCK: "a person's lock",
    TripWay.PAUSE: "the bot's pause",
    TripWay.LEDGER: "the kit itself",
}
ACTION_WORDS = {
    Action.BLOCK: "Entries are denied.",
    Action.CANCEL: "Entries are denied, open entry orders are cancelled.",
    Action.FLATTEN: "Entries are denied, open entry orders are cancelled, open positions are sold.",
}


def explain(policy: BreakerPolicy) -> tuple[str, ...]:
    """Give one sentence or two for each rule that is on, then for the breaker as a whole."""
    return (*_rules(policy), *_whole(policy))


def _rules(policy: BreakerPolicy) -> Iterator[str]:
    loss, drawdown, streak = policy.daily_loss, policy.drawdown, policy.loss_streak
    rate, errors = policy.order_rate, policy.errors
    if loss is not None:
        yield (
            f"{RULE_WORDS[RuleName.DAILY_LOSS]}: trips at {loss.limit:.2%} of the equity lost since "
            f"{loss.day_starts:%H:%M} UTC, or within 24 hours, open positions included. "
            f"{_end(loss.end)}{_action(loss.action)}"
        )
    if drawdown is not None:
        yield (
            f"{RULE_WORDS[RuleName.DRAWDOWN]}: trips at {drawdown.limit:.2%} below the equity's peak, open "
            f"positions included. {_end(drawdown.end)}{_action(drawdown.action)}"
        )
    if streak is not None:
        counted = f" of {streak.min_loss:.2%} of the stake or more" if streak.min_loss else ""
        yield (
            f"{RULE_WORDS[RuleName.LOSS_STREAK]}: trips at {streak.limit} losing trades{counted} with no win "
            f"between. {_end(streak.end)}{_action(streak.action)}"
        )
    if rate is not None and (windows := list(_windows(rate))):
        yield (
            f"{RULE_WORDS[RuleName.ORDER_RATE]}: trips on the entry order that would be more than "
            f"{' or '.join(windows)}. {_end(rate.end)}{_action(rate.action)}"
        )
    if errors is not None:
        yield (
            f"{RULE_WORDS[RuleName.ERRORS]}: trips at {errors.limit} errors with no success between (an "
            "order rejected, funds missing, network, exchange down, an exception in the strategy's code). "
            f"{_end(errors.end)}{_action(errors.action)}"
        )
    yield (
        f"{RULE_WORDS[RuleName.MANUAL]}: holds until it is taken back by the way it was made, or a person "
        f"resets the breaker; it isn't one of the day's trips.{_action(policy.manual.action)}"
    )


def _windows(rate: OrderRate) -> Iterator[str]:
    if rate.per_minute is not None:
        yield f"{rate.per_minute} within 60 seconds"
    if rate.per_hour is not None:
        yield f"{rate.per_hour} within an hour"


def _whole(policy: BreakerPolicy) -> Iterator[str]:
    if policy.cooldown:
        yield (
            "After a rule's trip that ended by itself, entries stay denied for "
            f"{_duration(policy.cooldown)} more."
        )
    if policy.max_trips_per_day is not None:
        yield (
            f"The trip that makes it {policy.max_trips_per_day} within 24 hours holds until a person "
            "resets it, whatever its rule."
        )
    yield "While the breaker is open, entries are denied; exits and stops go on."
    yield (
        "To reset it, use `riskkit reset`, or delete its lock on * in FreqUI, by /unlock in Telegram, or by "
        "REST (DELETE /api/v1/locks/ID): the bot notices within one loop, and what tripped counts anew from "
        "there."
    )


def _action(action: Action) -> str:
    return {
        Action.BLOCK: "",
        Action.CANCEL: " Open entry orders are cancelled.",
        Action.FLATTEN: " Open entry orders are cancelled, and open positions are closed.",
    }[action]


def _end(end: End) -> str:
    if end.manual:
        return "A trip holds until a person resets it."
    least = f" and at least {_duration(end.at_least)}" if end.at_least else ""
    if end.after is not None:
        return f"A trip holds for {_duration(max(end.after, end.at_least))}."
    if end.at is not None:
        return f"A trip holds until {end.at:%H:%M} UTC{least}."
    return "A trip holds until a person resets it."


def _duration(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g} minutes"
