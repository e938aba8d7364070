"""What the rules may be set to, and which action goes how far."""

from __future__ import annotations

from dataclasses import replace

import pytest

from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerPolicy,
    Drawdown,
    End,
    Errors,
    LossStreak,
    Manual,
    OrderRate,
    RuleName,
)
from tests.unit.core.breaker.cases import AFTER_AN_HOUR, ALL_RULES, BY_A_PERSON, NO_RULES


@pytest.mark.parametrize(
    ("action", "includes"),
    [
        (Action.BLOCK, [Action.BLOCK]),
        (Action.CANCEL, [Action.BLOCK, Action.CANCEL]),
        (Action.FLATTEN, [Action.BLOCK, Action.CANCEL, Action.FLATTEN]),
    ],
)
def test_action_when_compared_then_it_includes_those_before_it(
    action: Action, includes: list[Action]
) -> None:
    assert [other for other in Action if action.includes(other)] == includes


def test_action_when_there_are_none_then_there_is_no_strongest() -> None:
    assert Action.strongest([]) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"loss_streak": LossStreak(5, 0.0, AFTER_AN_HOUR, Action.FLATTEN)},
        {"order_rate": OrderRate(10, 100, AFTER_AN_HOUR, Action.FLATTEN)},
        {"errors": Errors(3, AFTER_AN_HOUR, Action.FLATTEN)},
    ],
)
def test_policy_when_a_rule_that_sees_no_equity_is_to_flatten_then_refused(
    changed: dict[str, object],
) -> None:
    (name,) = changed
    with pytest.raises(ValueError, match=f"{name} can't flatten"):
        replace(ALL_RULES, **changed)  # type: ignore[arg-type]


def test_policy_when_asked_for_an_action_then_the_rules_own_and_block_where_it_is_off() -> None:
    policy = replace(
        NO_RULES, drawdown=Drawdown(0.15, BY_A_PERSON, Action.FLATTEN), manual=Manual(Action.CANCEL)
    )

    assert policy.action_of(RuleName.DRAWDOWN) is Action.FLATTEN
    assert policy.action_of(RuleName.MANUAL) is Action.CANCEL
    assert policy.action_of(RuleName.ERRORS) is Action.BLOCK


@pytest.mark.parametrize("policy", [NO_RULES, ALL_RULES])
def test_policy_when_asked_how_a_trip_by_hand_ends_then_by_a_person(policy: BreakerPolicy) -> None:
    assert policy.end_of(RuleName.MANUAL) == End(manual=True)
