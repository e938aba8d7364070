"""A damaged SQLite file: told apart from every other trouble, set aside whole, begun anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from freqtrade_riskkit.ledger import (
    AccountLedger,
    LedgerDamaged,
    LedgerUnavailable,
    set_aside_damaged,
    verify,
)
from tests.unit.ledger.plain_user import as_plain_user
from tests.unit.ledger.records import trade

Open = Callable[..., AccountLedger]
URL = "sqlite:///riskkit.sqlite"
NAME = "riskkit.sqlite.corrupt-20260301T123015Z"


def fill(ledger: AccountLedger, now: datetime) -> None:
    ledger.put_trades(map(trade, range(1, 2_001)), now)
    ledger.save_state("breaker", "tripped", now)


def spoil(file: Path, begin: int) -> bytes:
    """Overwrite everything from an offset on."""
    content = file.read_bytes()[:begin] + b"\xff" * (file.stat().st_size - begin)
    file.write_bytes(content)
    return content


@pytest.mark.parametrize("begin", [0, 4096], ids=["no database", "damaged pages"])
def test_damaged_file_when_set_aside_then_it_is_kept_whole_and_a_new_store_begins(
    tmp_path: Path, open_account: Open, now: datetime, begin: int
) -> None:
    ledger = open_account()
    fill(ledger, now)
    ledger.close()
    file = tmp_path / "riskkit.sqlite"
    spoiled = spoil(file, begin)
    with pytest.raises(LedgerDamaged, match="the file is damaged"):
        open_account()
    assert [finding.kind for finding in verify(URL, tmp_path, now)] == ["damaged"]

    aside = set_aside_damaged(URL, tmp_path, now)
    assert aside is not None
    assert aside.file == tmp_path / NAME
    assert aside.file.read_bytes() == spoiled
    assert "malformed" in aside.reason or "not a database" in aside.reason
    assert "\n" not in aside.reason
    assert not list(tmp_path.glob("riskkit.sqlite-*"))
    again = open_account()
    assert (again.generation, again.trades(), again.load_state("breaker")) == (1, [], None)
    assert set_aside_damaged(URL, tmp_path, now) is None


def test_damage_when_it_is_met_in_the_middle_of_the_work_then_told_as_damage_and_set_aside(
    tmp_path: Path, open_account: Open, now: datetime
) -> None:
    """Opening reads the first pages only."""
    ledger = open_account()
    fill(ledger, now)
    ledger.close()
    file = tmp_path / "riskkit.sqlite"
    spoil(file, file.stat().st_size // 2)
    ledger = open_account()
    with pytest.raises(LedgerDamaged):
        ledger.trades()
    ledger.close()
    aside = set_aside_damaged(URL, tmp_path, now)
    assert aside is not None
    assert aside.file.name == NAME


def test_damaged_file_when_it_has_companions_and_the_name_is_taken_then_all_move_under_another(
    tmp_path: Path, now: datetime
) -> None:
    names = ["riskkit.sqlite", "riskkit.sqlite-wal", "riskkit.sqlite-shm"]
    for name in names:
        (tmp_path / name).write_bytes(b"no database, " + name.encode() * 900)
    (tmp_path / NAME).write_text("an earlier one")
    (tmp_path / f"{NAME}-2").write_text("another")
    aside = set_aside_damaged(URL, tmp_path, now)
    assert aside is not None
    assert aside.file.name == f"{NAME}-3"
    assert aside.file.read_bytes().endswith(b"riskkit.sqlite")
    assert not any((tmp_path / name).exists() for name in names)
    assert (tmp_path / NAME).read_text() == "an earlier one"


def test_sound_or_missing_store_when_asked_then_nothing_is_moved(
    tmp_path: Path, open_account: Open, now: datetime
) -> None:
    assert set_aside_damaged(URL, tmp_path, now) is None
    assert list(tmp_path.iterdir()) == []
    ledger = open_account()
    fill(ledger, now)
    assert set_aside_damaged(URL, tmp_path, now) is None
    assert len(ledger.trades()) == 2_000


def test_postgres_when_asked_then_nothing_happens(postgres_url: str, tmp_path: Path, now: datetime) -> None:
    assert set_aside_damaged(postgres_url, tmp_path, now) is None


def test_locked_store_when_asked_then_it_stays_and_its_trouble_is_no_damage(
    tmp_path: Path, open_account: Open, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("freqtrade_riskkit.ledger.rescue.LOCK_TIMEOUT_SECONDS", 0.05)
    open_account().close()
    with closing(sqlite3.connect(tmp_path / "riskkit.sqlite", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerUnavailable, match="cannot set the damaged file aside: .*locked"):
            set_aside_damaged(URL, tmp_path, now)
        with pytest.raises(LedgerUnavailable, match="locked") as caught:
            open_account(lock_timeout_seconds=0.05)
        assert not isinstance(caught.value, LedgerDamaged)
        other.execute("ROLLBACK")
    assert [file.name for file in tmp_path.iterdir()] == ["riskkit.sqlite"]


def test_full_disk_when_met_then_it_is_no_damage(open_account: Open, now: datetime) -> None:
    ledger = open_account()
    with ledger._store.reading("look") as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerUnavailable, match="disk is full") as caught:
        ledger.save_state("breaker", "x" * 100_000, now)
    assert not isinstance(caught.value, LedgerDamaged)


def test_damaged_file_when_its_folder_is_read_only_then_unavailable_and_it_stays(
    open_folder: Path, now: datetime
) -> None:
    file = open_folder / "riskkit.sqlite"
    file.write_bytes(b"no database" * 900)
    file.chmod(0o666)
    open_folder.chmod(0o555)
    with as_plain_user(), pytest.raises(LedgerUnavailable, match="cannot set the damaged file aside"):
        set_aside_damaged(URL, open_folder, now)
    open_folder.chmod(0o755)
    assert [one.name for one in open_folder.iterdir()] == ["riskkit.sqlite"]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE riskkit_schema_version SET version_num = '9999'", "its schema is 9999, a newer"),
        (
            "CREATE TABLE trades (id INTEGER)",
            r"it holds other tables too \(trades\); repair",
        ),
    ],
    ids=["a newer kit", "somebody else"],
)
def test_damaged_file_when_others_depend_on_it_then_it_stays(
    tmp_path: Path, open_account: Open, now: datetime, statement: str, says: str
) -> None:
    ledger = open_account()
    fill(ledger, now)
    ledger.close()
    file = tmp_path / "riskkit.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()
    spoiled = spoil(file, file.stat().st_size // 2)
    with pytest.raises(LedgerUnavailable, match=says):
        set_aside_damaged(URL, tmp_path, now)
    assert file.read_bytes() == spoiled


def test_damaged_file_when_another_bot_was_faster_then_its_new_store_stays(
    tmp_path: Path, open_account: Open, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other bot moves the file while this one is still looking through it."""
    file = tmp_path / "riskkit.sqlite"
    file.write_bytes(b"no database" * 900)
    from freqtrade_riskkit.ledger import rescue

    look = rescue._damage

    def look_and_lose(*args: object) -> str | None:
        reason = look(*args)  # type: ignore[arg-type]
        monkeypatch.undo()
        assert set_aside_damaged(URL, tmp_path, now) is not None
        open_account().save_state("breaker", "new", now)
        return reason

    monkeypatch.setattr(rescue, "_damage", look_and_lose)
    assert set_aside_damaged(URL, tmp_path, now) is None
    assert open_account().load_state("breaker") == "new"
