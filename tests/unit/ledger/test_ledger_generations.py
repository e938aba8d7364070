"""Accounts, their generations, and the list of both, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from freqtrade_riskkit.ledger import AccountLedger, AccountRow, list_accounts

Open = Callable[..., AccountLedger]

ODD_IDS = [
    'it\'s "quoted"; DROP TABLE riskkit_accounts; --',
    "bot/one\\two@binance:spot:dry",
    "konto ünïcode 口座 😀",
    "%s %(x)s :name ? {}",
    "../../etc/passwd",
    " main",
    "MAIN",
    "😀" * 200,
]


def test_open_when_the_account_is_new_then_generation_one(store_url: str, open_account: Open) -> None:
    ledger = open_account(store_url)
    assert (ledger.account_id, ledger.generation) == ("main", 1)


def test_open_when_the_fingerprint_is_new_then_next_generation_and_known_ones_lead_back(
    store_url: str, open_account: Open
) -> None:
    numbers = [
        open_account(store_url, fingerprint=f).generation for f in ("f1", "f2", "f1", "f3", "f2", "f1")
    ]
    assert numbers == [1, 2, 1, 3, 2, 1]


def test_generations_when_a_new_one_opens_then_it_starts_empty_and_the_old_one_keeps_its_rows(
    store_url: str, open_account: Open, now: datetime
) -> None:
    old = open_account(store_url, fingerprint="f1")
    old.save_state("breaker", "tripped", now)
    old.add_decision("trip", "MANUAL_TRIP", now, "", "{}")
    new = open_account(store_url, fingerprint="f2")
    assert new.load_state("breaker") is None
    assert new.decisions() == []
    new.save_state("breaker", "fine", now)
    assert old.load_state("breaker") == "tripped"
    assert [row.number for row in old.decisions()] == [1]


def test_accounts_when_they_share_a_fingerprint_then_they_share_nothing_else(
    store_url: str, open_account: Open, now: datetime
) -> None:
    one, two = open_account(store_url, "one", "f"), open_account(store_url, "two", "f")
    one.save_state("breaker", "tripped", now)
    one.add_decision("trip", "MANUAL_TRIP", now, "", "{}")
    assert two.load_state("breaker") is None
    assert two.decisions() == []


def test_account_ids_when_they_hold_any_character_then_each_is_an_account_of_its_own(
    store_url: str, open_account: Open, now: datetime, tmp_path: Path
) -> None:
    for number, name in enumerate(ODD_IDS):
        ledger = open_account(store_url, account_id=name)
        ledger.save_state("breaker", f"state {number}", now)
        ledger.add_decision("trip", name, now, name, "{}")
    for number, name in enumerate(ODD_IDS):
        ledger = open_account(store_url, account_id=name)
        assert ledger.account_id == name
        assert ledger.load_state("breaker") == f"state {number}"
        assert [row.code for row in ledger.decisions()] == [name]
    assert [row.account_id for row in list_accounts(store_url, tmp_path)] == sorted(ODD_IDS)


def test_list_accounts_when_there_are_generations_then_one_row_each_in_order(
    store_url: str, open_account: Open, now: datetime, tmp_path: Path
) -> None:
    later = now + timedelta(days=1)
    open_account(store_url, "b", "f1")
    open_account(store_url, "a", "f1")
    open_account(store_url, "a", "f2", now=later)
    open_account(store_url, "b", "f1", now=later)
    assert list_accounts(store_url, tmp_path) == [
        AccountRow("a", 1, "f1", now, now),
        AccountRow("a", 2, "f2", later, later),
        AccountRow("b", 1, "f1", now, later),
    ]


def test_list_accounts_when_the_store_is_new_then_empty_and_nothing_is_made(
    store_url: str, tmp_path: Path
) -> None:
    assert list_accounts(store_url, tmp_path) == []
    assert list_accounts(store_url, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seconds", [0, -1.0, float("nan")])
def test_open_when_the_lock_timeout_is_not_positive_then_refused(open_account: Open, seconds: float) -> None:
    with pytest.raises(ValueError, match="lock_timeout_seconds must be above 0"):
        open_account(lock_timeout_seconds=seconds)
