"""What an account began with, as text and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from freqtrade_riskkit.ledger.account_facts import (
    AccountFacts,
    FactsUnreadable,
    facts_from_text,
    facts_to_text,
)

BEGAN = datetime(2026, 2, 1, 12, 30, tzinfo=UTC)
NAIVE = datetime(2026, 2, 1)  # noqa: DTZ001 - refused, which is the claim


def test_facts_when_written_and_read_then_the_same() -> None:
    facts = AccountFacts(0.1 + 0.2, 'U"SD\\T', BEGAN)
    assert facts_from_text(facts_to_text(facts)) == facts


def test_facts_when_written_then_the_json_that_others_write_too() -> None:
    assert facts_to_text(AccountFacts(990.0, "USDT", BEGAN)) == (
        '{"version":1,"starting_balance":990.0,"currency":"USDT","started_at":"2026-02-01T12:30:00Z"}'
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"starting_balance": 0.0}, "starting_balance must be above 0, was 0.0"),
        ({"starting_balance": float("nan")}, "starting_balance must be above 0, was nan"),
        ({"starting_balance": float("inf")}, "starting_balance must be above 0, was inf"),
        ({"currency": " "}, "currency must not be empty"),
        ({"started_at": NAIVE}, "started_at must be aware"),
    ],
)
def test_facts_when_they_can_not_be_then_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AccountFacts(**{"starting_balance": 1000.0, "currency": "USDT", "started_at": BEGAN, **fields})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "can't be read: 1 errors"),
        ('{"version": 1}', "can't be read: 3 errors"),
        (facts_to_text(AccountFacts(1.0, "BTC", BEGAN)).replace('n":1', 'n":2', 1), "has version 2, not 1"),
        (facts_to_text(AccountFacts(1.0, "BTC", BEGAN)).replace("1.0", "-1.0"), "can't be right"),
        (facts_to_text(AccountFacts(1.0, "BTC", BEGAN)).replace("0Z", "0"), "can't be right"),
    ],
)
def test_facts_when_the_text_is_something_else_then_said_so(text: str, said: str) -> None:
    with pytest.raises(FactsUnreadable, match=said):
        facts_from_text(text)
