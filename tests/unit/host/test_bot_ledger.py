"""What waits for a bot's ledger is written in order, and nothing waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

import pytest

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.ledger import AccountLedger, LedgerUnavailable

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Store:
    """A ledger that refuses what it is told to refuse."""

    generation = 1

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.states: list[str] = []
        self.refuses_states = False

    def add_decision(self, kind: str, code: str, at: datetime, text: str, body: str) -> None:
        if "unkeepable" in text:
            raise ValueError("text must be keepable")
        self.texts.append(text)

    def save_state(self, name: str, body: str, now: datetime) -> None:
        if self.refuses_states:
            raise LedgerUnavailable("the disk is full")
        self.states.append(body)

    def load_state(self, name: str) -> None:
        return None

    def close(self) -> None:
        pass


def ledger_on(store: Store, denies: bool, alert: Callable[[str], None]) -> BotLedger:
    """Give a ledger that is never damaged."""
    return BotLedger(lambda now: cast(AccountLedger, store), denies, lambda now: None, lambda: None, alert)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def alerts() -> list[str]:
    return []


@pytest.fixture
def ledger(store: Store, alerts: list[str]) -> BotLedger:
    return ledger_on(store, True, alerts.append)


def test_note_when_the_store_refuses_what_it_says_then_it_is_told_and_keeps_back_none(
    ledger: BotLedger, store: Store, alerts: list[str]
) -> None:
    for text in ("first", "unkeepable", "last"):
        ledger.note("trip", "MANUAL_TRIP", NOW, text, "{}")

    ledger.save("breaker", "state", NOW)

    assert store.texts == ["first", "last"]
    assert store.states == ["state"]
    assert [alert.partition(":")[0] for alert in alerts] == [str(Code.RECORD_REFUSED)]
    assert ledger.is_up_to_date


def test_note_when_it_is_refused_by_a_ledger_that_was_away_then_the_rest_is_written_at_once(
    ledger: BotLedger, store: Store, alerts: list[str]
) -> None:
    """A refusal is an answer too."""
    store.refuses_states = True
    ledger.save("breaker", "tripped", NOW)
    assert not ledger.answers

    store.refuses_states = False
    for text in ("unkeepable", "last"):
        ledger.note("trip", "MANUAL_TRIP", NOW, text, "{}")
    ledger.write_notes(NOW)

    assert (store.texts, store.states) == (["last"], ["tripped"])
    assert len(alerts) == 1
    assert ledger.answers


def test_state_when_only_it_could_not_be_written_then_it_waits_and_is_written_with_the_next_notes(
    ledger: BotLedger, store: Store
) -> None:
    store.refuses_states = True
    ledger.note("trip", "MANUAL_TRIP", NOW, "tripped", "{}")
    ledger.save("breaker", "state", NOW)
    assert store.texts == ["tripped"]
    assert not ledger.is_up_to_date

    store.refuses_states = False
    ledger.write_notes(NOW)

    assert store.states == ["state"]
    assert ledger.is_up_to_date


def test_denial_when_entries_may_pass_without_the_ledger_then_it_is_a_warning(store: Store) -> None:
    ledger = ledger_on(store, False, print)
    decision = ledger.denial("not read yet")
    assert (decision.allowed, decision.code) == (True, Code.LEDGER_UNAVAILABLE)
