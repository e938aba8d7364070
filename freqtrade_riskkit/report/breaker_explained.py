"""What the breaker's rules mean, how their trips end, and what a person can do: from its settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from freqtrade_riskkit.core.breaker import BreakerPolicy, End, RuleName

RULE_WORDS = {
    RuleName.DAILY_LOSS: "Loss of the day",
    RuleName.DRAWDOWN: "Drawdown",
    RuleName.LOSS_STREAK: "Losses in a row",
}


def explain(policy: BreakerPolicy) -> tuple[str, ...]:
    """Give one sentence or two for each rule that is on, then for the breaker as a whole."""
    return (*_rules(policy), *_whole(policy))


def _rules(policy: BreakerPolicy) -> Iterator[str]:
    loss, drawdown, streak = policy.daily_loss, policy.drawdown, policy.loss_streak
    if loss is not None:
        yield (
            f"{RULE_WORDS[RuleName.DAILY_LOSS]}: trips at {loss.limit:.2%} of the equity lost since "
            f"{loss.day_starts:%H:%M} UTC, or within 24 hours. {_end(loss.end)}"
        )
    if drawdown is not None:
        yield (
            f"{RULE_WORDS[RuleName.DRAWDOWN]}: trips at {drawdown.limit:.2%} below the equity's peak. "
            f"{_end(drawdown.end)}"
        )
    if streak is not None:
        counted = f" of {streak.min_loss:.2%} of the stake or more" if streak.min_loss else ""
        yield (
            f"{RULE_WORDS[RuleName.LOSS_STREAK]}: trips at {streak.limit} losing trades{counted} with no win "
            f"between. {_end(streak.end)}"
        )


def _whole(policy: BreakerPolicy) -> Iterator[str]:
    if policy.cooldown:
        yield f"After a trip that ended by itself, entries stay denied for {_duration(policy.cooldown)} more."
    if policy.max_trips_per_day is not None:
        yield (
            f"The trip that makes it {policy.max_trips_per_day} within 24 hours holds until a person "
            "resets it, whatever its rule."
        )
    yield "While the breaker is open, entries are denied; exits and stops go on."
    yield (
        "To reset it, delete its lock on * in FreqUI, by /unlock in Telegram, or by REST (DELETE "
        "/api/v1/locks/ID): the bot notices within one loop, and what tripped counts anew from there."
    )


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
