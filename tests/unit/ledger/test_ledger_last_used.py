"""A look at an account: what its bot used last, without a trace of having looked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from freqtrade_riskkit.ledger import AccountLedger, LedgerUnavailable, list_accounts, open_recorded
from tests.support.last_used import open_last_used

Open = Callable[..., AccountLedger]


def test_look_when_there_is_no_store_then_none_and_none_is_made(tmp_path: Path) -> None:
    assert open_last_used("sqlite:///riskkit.sqlite", tmp_path, "main") is None
    assert list(tmp_path.iterdir()) == []


def test_look_when_the_account_is_unknown_then_none(
    store_url: str, open_account: Open, tmp_path: Path
) -> None:
    open_account(store_url, "other")
    assert open_last_used(store_url, tmp_path, "main") is None


def test_look_when_there_are_generations_then_the_one_opened_last(
    store_url: str, open_account: Open, tmp_path: Path, now: datetime
) -> None:
    """A bot that went back to an older database goes on there, so that is where it stands."""
    older = open_account(store_url, fingerprint="f1", now=now)
    older.save_state("breaker", "older", now)
    open_account(store_url, fingerprint="f2", now=now + timedelta(hours=1)).save_state(
        "breaker", "newer", now
    )
    with _look(store_url, tmp_path) as ledger:
        assert (ledger.generation, ledger.load_state("breaker")) == (2, "newer")
    open_account(store_url, fingerprint="f1", now=now + timedelta(hours=2))
    with _look(store_url, tmp_path) as ledger:
        assert (ledger.generation, ledger.load_state("breaker")) == (1, "older")


def test_look_when_done_at_an_sqlite_file_then_the_folder_is_as_before(
    open_account: Open, tmp_path: Path, now: datetime
) -> None:
    ledger = open_account(now=now)
    ledger.add_decision("trip", "MANUAL_TRIP", now, "text", "{}")
    ledger.close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with _look("sqlite:///riskkit.sqlite", tmp_path) as looked_at:
        assert [row.code for row in looked_at.decisions()] == ["MANUAL_TRIP"]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_look_at_a_listed_generation_when_the_file_went_meanwhile_then_refused_and_none_is_made(
    open_account: Open, tmp_path: Path
) -> None:
    url = "sqlite:///riskkit.sqlite"
    open_account(url).close()
    (row,) = list_accounts(url, tmp_path)
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(LedgerUnavailable, match=r"there is no SQLite file .*riskkit\.sqlite any more"):
        open_recorded(url, tmp_path, row).trades()
    assert list(tmp_path.iterdir()) == []


def _look(store_url: str, folder: Path) -> closing[AccountLedger]:
    ledger = open_last_used(store_url, folder, "main")
    assert ledger is not None
    return closing(ledger)
