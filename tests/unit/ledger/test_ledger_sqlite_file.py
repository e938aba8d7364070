"""The SQLite file as disks, users and other processes treat it."""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from freqtrade_riskkit.ledger import AccountLedger, LedgerUnavailable, list_accounts
from tests.unit.ledger.plain_user import as_plain_user

Open = Callable[..., AccountLedger]


def assert_every_call_fails(ledger: AccountLedger, now: datetime, says: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: ledger.save_state("breaker", "{}", now),
        lambda: ledger.load_state("breaker"),
        lambda: ledger.add_decision("trip", "MANUAL_TRIP", now, "", "{}"),
        ledger.decisions,
    ]
    for call in calls:
        with pytest.raises(LedgerUnavailable, match=re.escape(says)):
            call()


@pytest.mark.parametrize("name", ["my store.sqlite", "it's #1 ünï.sqlite", "new/folder/riskkit.sqlite"])
def test_open_when_the_path_has_odd_characters_or_a_missing_folder_then_the_file_is_made(
    tmp_path: Path, open_account: Open, now: datetime, name: str
) -> None:
    base = tmp_path / "user data"
    url = f"sqlite:///{name}"
    open_account(url, base_dir=base).save_state("breaker", "{}", now)
    assert (base / name).is_file()
    assert open_account(url, base_dir=base).load_state("breaker") == "{}"


def test_file_when_opened_then_wal_full_sync_foreign_keys_and_lock_timeout(
    open_account: Open,
) -> None:
    ledger = open_account(lock_timeout_seconds=1.5)
    with ledger._store.reading("look") as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 2, 1, 1500]


def test_open_when_the_file_exists_then_fast_and_without_alembic(
    open_account: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_account().close()

    def refuse(*args: object) -> None:
        raise AssertionError("migrated a store that was up to date")

    monkeypatch.setattr("freqtrade_riskkit.ledger.migrate.upgrade", refuse)
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        open_account().close()
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.1


def test_open_when_another_process_writes_at_the_switch_to_wal_then_it_waits_for_the_end(
    tmp_path: Path, open_account: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses the switch at once then, without waiting for its lock timeout."""
    with closing(sqlite3.connect(tmp_path / "riskkit.sqlite", isolation_level=None)) as other:
        other.execute("CREATE TABLE trades (id INTEGER)")
        other.execute("BEGIN IMMEDIATE")
        waits = []

        def end_the_write(seconds: float) -> None:
            waits.append(seconds)
            other.execute("ROLLBACK")

        monkeypatch.setattr(time, "sleep", end_the_write)
        assert open_account().generation == 1
        monkeypatch.undo()
        assert waits == [0.01]
        other.execute("BEGIN IMMEDIATE")
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_every_method_when_another_process_holds_the_write_lock_then_writes_fail_in_time_and_reads_go_on(
    tmp_path: Path, open_account: Open, now: datetime
) -> None:
    ledger = open_account(lock_timeout_seconds=0.1)
    ledger.save_state("breaker", "before", now)
    with closing(sqlite3.connect(tmp_path / "riskkit.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match="database is locked"):
            ledger.save_state("breaker", "after", now)
        with pytest.raises(LedgerUnavailable, match="database is locked"):
            ledger.add_decision("trip", "MANUAL_TRIP", now, "", "{}")
        with pytest.raises(LedgerUnavailable, match="cannot open the account 'main': database is locked"):
            open_account(lock_timeout_seconds=0.1)
        assert ledger.load_state("breaker") == "before"
        assert ledger.decisions() == []
        other.execute("ROLLBACK")
    ledger.save_state("breaker", "after", now)
    assert ledger.load_state("breaker") == "after"


def test_open_when_the_file_and_folder_are_read_only_then_unavailable(
    open_folder: Path, open_account: Open, now: datetime
) -> None:
    open_account(base_dir=open_folder).close()
    (open_folder / "riskkit.sqlite").chmod(0o444)
    open_folder.chmod(0o555)
    with as_plain_user(), pytest.raises(LedgerUnavailable, match="readonly database") as caught:
        open_account(base_dir=open_folder)
    assert "let the bot's user write to the file and to its folder" in str(caught.value)
    open_folder.chmod(0o755)


def test_open_when_the_folder_cannot_be_made_then_unavailable(open_folder: Path, open_account: Open) -> None:
    open_folder.chmod(0o555)
    with as_plain_user(), pytest.raises(LedgerUnavailable, match="Permission denied"):
        open_account(base_dir=open_folder / "user_data")
    open_folder.chmod(0o755)


def test_open_when_the_path_is_a_folder_then_unavailable(tmp_path: Path, open_account: Open) -> None:
    (tmp_path / "riskkit.sqlite").mkdir()
    with pytest.raises(LedgerUnavailable, match="unable to open database file"):
        open_account()


def test_open_when_the_file_is_no_database_then_unavailable_and_the_file_is_left_alone(
    tmp_path: Path, open_account: Open
) -> None:
    file = tmp_path / "riskkit.sqlite"
    file.write_bytes(b"these are my notes, not a database\n" * 100)
    before = file.read_bytes()
    with pytest.raises(LedgerUnavailable, match=r"file is not a database \(the file is damaged"):
        open_account()
    with pytest.raises(LedgerUnavailable, match="cannot list the accounts: file is not a database"):
        list_accounts("sqlite:///riskkit.sqlite", tmp_path)
    assert file.read_bytes() == before


def test_every_method_when_the_pages_are_damaged_then_unavailable(
    tmp_path: Path, open_account: Open, now: datetime
) -> None:
    ledger = open_account()
    ledger.save_state("breaker", "x" * 50_000, now)
    ledger.close()
    file = tmp_path / "riskkit.sqlite"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(LedgerUnavailable, match=r"malformed \(the file is damaged"):
        open_account()


def test_every_method_when_the_file_is_deleted_under_it_then_unavailable_and_reopening_begins_anew(
    tmp_path: Path, open_account: Open, now: datetime
) -> None:
    ledger = open_account()
    for file in tmp_path.glob("riskkit.sqlite*"):
        file.unlink()
    assert_every_call_fails(ledger, now, "the file was deleted while it was open")
    assert list(tmp_path.iterdir()) == []
    again = open_account()
    again.save_state("breaker", "{}", now)
    assert_every_call_fails(ledger, now, "the file was replaced while it was open")
    assert again.load_state("breaker") == "{}"


def test_open_when_the_file_holds_other_tables_then_they_stay_as_they_are(
    tmp_path: Path, open_account: Open, now: datetime
) -> None:
    with closing(sqlite3.connect(tmp_path / "riskkit.sqlite")) as other:
        other.execute("CREATE TABLE trades (id INTEGER)")
        other.execute("INSERT INTO trades VALUES (7)")
        other.commit()
    open_account().save_state("breaker", "{}", now)
    with closing(sqlite3.connect(tmp_path / "riskkit.sqlite")) as other:
        assert other.execute("SELECT id FROM trades").fetchall() == [(7,)]


def test_list_accounts_when_the_file_holds_no_ledger_then_empty_and_unchanged(
    tmp_path: Path,
) -> None:
    file = tmp_path / "riskkit.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE trades (id INTEGER)")
        other.commit()
    before = file.read_bytes()
    assert list_accounts("sqlite:///riskkit.sqlite", tmp_path) == []
    assert file.read_bytes() == before


def test_save_state_when_the_disk_is_full_then_unavailable_and_the_last_state_stays(
    open_account: Open, now: datetime
) -> None:
    ledger = open_account()
    ledger.save_state("breaker", "before", now)
    with ledger._store.reading("look") as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerUnavailable, match="disk is full"):
        ledger.save_state("breaker", "x" * 100_000, now)
    assert ledger.load_state("breaker") == "before"


def test_store_when_its_file_is_copied_while_closed_then_the_copy_is_whole(
    tmp_path: Path, open_account: Open, now: datetime
) -> None:
    ledger = open_account()
    ledger.save_state("breaker", "{}", now)
    ledger.close()
    assert [file.name for file in tmp_path.iterdir()] == ["riskkit.sqlite"]
    shutil.copy(tmp_path / "riskkit.sqlite", tmp_path / "copy.sqlite")
    assert open_account("sqlite:///copy.sqlite").load_state("breaker") == "{}"
