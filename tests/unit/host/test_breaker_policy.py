"""The section `circuit_breaker` becomes the core's policy, key by key."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from freqtrade_riskkit.config import load
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
    RuleName,
)
from freqtrade_riskkit.host.policies import breaker_policy

HOUR = timedelta(minutes=60)
RULES = [rule for rule in RuleName if rule is not RuleName.MANUAL]


def policy(**section: object) -> BreakerPolicy:
    """Return what a section, with its presets and defaults, comes to."""
    config = load({"circuit_breaker": section}).config.circuit_breaker
    assert config is not None
    return breaker_policy(config)


def test_policy_when_the_section_is_empty_then_every_rule_is_on_as_stated_and_only_blocks() -> None:
    assert policy() == BreakerPolicy(
        daily_loss=DailyLoss(0.05, time(0), End(at=time(0), at_least=timedelta(minutes=240)), Action.BLOCK),
        drawdown=Drawdown(0.15, End(manual=True), Action.BLOCK),
        loss_streak=LossStreak(5, 0.0, End(after=HOUR), Action.BLOCK),
        order_rate=OrderRate(10, 100, End(after=HOUR), Action.BLOCK),
        errors=Errors(3, End(after=HOUR), Action.BLOCK),
        manual=Manual(Action.BLOCK),
        cooldown=timedelta(minutes=15),
        max_trips_per_day=2,
        warn_at=0.8,
    )


def test_policy_when_keys_are_written_then_each_is_translated() -> None:
    assert policy(
        daily_loss={"limit": 0.02, "unlock_at": "06:30", "stop_duration": 90, "action": "flatten"},
        drawdown={"limit": 0.3, "reset": "auto", "unlock_at": "23:59", "action": "cancel"},
        loss_streak={"limit": 3, "min_loss": 0.01, "reset": "manual", "action": "cancel"},
        order_rate={"per_minute": None, "per_hour": 7, "unlock_at": "12:00", "action": "cancel"},
        errors={"limit": 1, "stop_duration": 5, "action": "cancel"},
        manual={"action": "flatten"},
        cooldown_minutes=0,
        max_trips_per_day=None,
        warn_at=0.5,
    ) == BreakerPolicy(
        daily_loss=DailyLoss(
            0.02, time(6, 30), End(after=timedelta(minutes=90), at=time(6, 30)), Action.FLATTEN
        ),
        drawdown=Drawdown(0.3, End(at=time(23, 59)), Action.CANCEL),
        loss_streak=LossStreak(3, 0.01, End(manual=True), Action.CANCEL),
        order_rate=OrderRate(None, 7, End(at=time(12)), Action.CANCEL),
        errors=Errors(1, End(after=timedelta(minutes=5)), Action.CANCEL),
        manual=Manual(Action.FLATTEN),
        cooldown=timedelta(0),
        max_trips_per_day=None,
        warn_at=0.5,
    )


@pytest.mark.parametrize("rule", RULES)
def test_policy_when_a_rule_is_null_then_only_that_rule_is_off(rule: RuleName) -> None:
    found = policy(**{rule.value: None})
    assert [name for name in RULES if getattr(found, name) is None] == [rule]


@pytest.mark.parametrize("rule", RULES)
def test_policy_when_timed_then_every_rule_ends_after_an_hour(rule: RuleName) -> None:
    found = policy(preset="timed")
    assert found.end_of(rule).after == HOUR
    assert not found.end_of(rule).manual
    assert found.max_trips_per_day is None


@pytest.mark.parametrize(
    ("rule", "action"),
    [
        *((rule, action) for rule in RULES for action in (Action.BLOCK, Action.CANCEL)),
        (RuleName.DAILY_LOSS, Action.FLATTEN),
        (RuleName.DRAWDOWN, Action.FLATTEN),
    ],
)
def test_policy_when_an_action_is_written_then_only_that_rule_takes_it(
    rule: RuleName, action: Action
) -> None:
    found = policy(**{rule.value: {"action": action.value}})
    taken = {name: getattr(found, name).action for name in RuleName}
    assert taken == dict.fromkeys(RuleName, Action.BLOCK) | {rule: action}
