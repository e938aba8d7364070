"""Each rule that is on is explained with its own settings; none is left without words."""

from __future__ import annotations

from dataclasses import replace

from freqtrade_riskkit.core.breaker import Action, Errors, Manual, OrderRate, RuleName, TripWay
from freqtrade_riskkit.report.breaker_explained import ACTION_WORDS, RULE_WORDS, WAY_WORDS, explain
from tests.unit.core.breaker.cases import AFTER_AN_HOUR, ALL_RULES, BY_A_PERSON, NO_RULES


def test_words_when_a_rule_is_shown_then_it_has_some() -> None:
    assert set(RULE_WORDS) == set(RuleName)


def test_words_when_a_way_or_an_action_is_shown_then_it_has_some() -> None:
    assert set(WAY_WORDS) == set(TripWay)
    assert set(ACTION_WORDS) == set(Action)


def test_explanation_when_all_rules_are_on_then_each_has_its_sentence() -> None:
    told = explain(ALL_RULES)

    assert [sentence.split(":")[0] for sentence in told[:6]] == [RULE_WORDS[rule] for rule in RuleName]
    assert told[3] == (
        "Order rate: trips on the entry order that would be more than 10 within 60 seconds or 100 within an "
        "hour. A trip holds for 60 minutes."
    )
    assert told[4].startswith("Errors in a row: trips at 3 errors with no success between")
    assert told[4].endswith("A trip holds for 60 minutes.")


def test_explanation_when_rules_are_off_then_they_are_left_out_but_a_trip_by_hand_never() -> None:
    told = " ".join(explain(replace(NO_RULES, order_rate=OrderRate(None, None, AFTER_AN_HOUR))))

    assert "Order rate" not in told
    assert "Errors in a row" not in told
    assert "Trip by hand" in told


def test_explanation_when_a_rule_does_more_than_block_then_it_says_what() -> None:
    policy = replace(
        NO_RULES,
        order_rate=OrderRate(5, None, BY_A_PERSON, Action.CANCEL),
        errors=Errors(3, AFTER_AN_HOUR),
        manual=Manual(Action.FLATTEN),
    )

    rate, errors, manual, *_ = explain(policy)

    assert rate == (
        "Order rate: trips on the entry order that would be more than 5 within 60 seconds. "
        "A trip holds until a person resets it. Open entry orders are cancelled."
    )
    assert "cancelled" not in errors
    assert manual.endswith("Open entry orders are cancelled, and open positions are closed.")
