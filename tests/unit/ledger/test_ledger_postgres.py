"""A real PostgreSQL server: logins, outages, waits."""

from __future__ import annotations

import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from freqtrade_riskkit.ledger import AccountLedger, LedgerUnavailable, LedgerUrlInvalid, list_accounts
from freqtrade_riskkit.ledger.migrate import MIGRATION_LOCK, upgrade
from tests.support.postgres import running_postgres

Open = Callable[..., AccountLedger]
SECRET = "hunter2/ä@x"
SECRET_IN_URL = "hunter2%2F%C3%A4%40x"


@pytest.fixture
def own_server() -> Iterator[Any]:
    """A server that a test may reconfigure, stop and start without harm to others."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def refused_port() -> Iterator[int]:
    """A port that is taken but where nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def assert_tells_nothing(error: BaseException) -> None:
    whole = "".join(traceback.format_exception(error))
    for secret in (SECRET, SECRET_IN_URL, "hunter2"):
        assert secret not in str(error)
        assert secret not in repr(error)
        assert secret not in whole
    assert "\n" not in str(error)


def test_open_when_the_password_is_wrong_then_unavailable_and_it_is_not_echoed(
    own_server: Any, open_account: Open, tmp_path: Path
) -> None:
    url = make_url(own_server.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    rules = own_server.pgdata / "pg_hba.conf"
    rules.write_text("local all bot scram-sha-256\n" + rules.read_text())
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE ROLE bot LOGIN PASSWORD 'right'")
        connection.exec_driver_sql("CREATE DATABASE fleet OWNER bot")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()
    socket_folder = url.query["host"]

    assert open_account(f"postgresql://bot:right@/fleet?host={socket_folder}").generation == 1
    for wrong in (
        f"postgresql://bot:{SECRET_IN_URL}@/fleet?host={socket_folder}",
        f"postgresql:///fleet?host={socket_folder}&user=bot&password={SECRET_IN_URL}",
    ):
        with pytest.raises(LedgerUnavailable, match="password authentication failed") as opening:
            open_account(wrong)
        assert "correct the user or the password in riskkit.db_url" in str(opening.value)
        assert_tells_nothing(opening.value)
        with pytest.raises(LedgerUnavailable) as listing:
            list_accounts(wrong, tmp_path)
        assert_tells_nothing(listing.value)
    with pytest.raises(LedgerUnavailable, match="add the password to"):
        open_account(f"postgresql://bot@/fleet?host={socket_folder}")


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("@127.0.0.1:{port}/fleet", "start the server, or correct host and port"),
        ("@127.0.0.1:{port}/fleet?sslmode=perhaps", "sslmode"),
        ("@127.0.0.1:{port}/fleet?no_such_option=1", "no_such_option"),
        ("@no-such-host.invalid/fleet", "no-such-host.invalid"),
        ("@127.0.0.1:{port}x/fleet", "must be a URL"),
        ("@x@127.0.0.1/fleet", "write @ as %40"),
    ],
)
def test_open_when_no_server_answers_or_the_url_is_off_then_one_line_without_the_password(
    open_account: Open, refused_port: int, rest: str, says: str
) -> None:
    pytest.importorskip("psycopg", reason="psycopg isn't installed")
    with pytest.raises(LedgerUnavailable) as caught:
        open_account(f"postgresql://bot:{SECRET_IN_URL}{rest.format(port=refused_port)}")
    assert says in str(caught.value)
    assert_tells_nothing(caught.value)


def test_open_when_the_driver_is_missing_then_the_message_names_the_extra(
    open_account: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerUrlInvalid, match=r'pip install "freqtrade-riskkit\[postgres\]"'):
        open_account("postgresql://bot:pw@127.0.0.1/fleet")


def test_every_method_when_the_server_stops_then_unavailable_and_all_is_there_once_it_is_back(
    own_server: Any, open_account: Open, now: datetime
) -> None:
    url = own_server.get_uri()
    ledger = open_account(url)
    ledger.save_state("breaker", "tripped", now)
    own_server.stop()
    calls: list[Callable[[], object]] = [
        lambda: ledger.save_state("breaker", "{}", now),
        lambda: ledger.load_state("breaker"),
        lambda: ledger.add_decision("trip", "MANUAL_TRIP", now, "", "{}"),
        ledger.decisions,
        lambda: open_account(url),
    ]
    for call in calls:
        with pytest.raises(LedgerUnavailable):
            call()
    own_server.ensure_postgres_running()
    assert ledger.load_state("breaker") == "tripped"
    ledger.add_decision("trip", "MANUAL_TRIP", now, "", "{}")
    assert len(ledger.decisions()) == 1


def test_open_when_another_bot_migrates_then_it_waits_and_finds_the_work_done(
    postgres_url: str, open_account: Open
) -> None:
    admin = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg"))
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with admin.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        opening = pool.submit(open_account, postgres_url, lock_timeout_seconds=0.1)
        while other.execute(waiting).scalar() == 0:
            assert not opening.done()
        upgrade(other)
        other.commit()
        assert opening.result().generation == 1
    admin.dispose()


def test_add_decision_when_another_holds_the_account_then_unavailable_within_the_timeout(
    postgres_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(postgres_url, lock_timeout_seconds=0.1)
    engine = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as other:
        other.exec_driver_sql("SELECT * FROM riskkit_generations FOR UPDATE")
        with pytest.raises(LedgerUnavailable, match=r"lock timeout .*\(another process holds it"):
            ledger.add_decision("trip", "MANUAL_TRIP", now, "", "{}")
    engine.dispose()
    ledger.add_decision("trip", "MANUAL_TRIP", now, "", "{}")
    assert len(ledger.decisions()) == 1


def test_open_when_the_login_may_only_read_then_unavailable(postgres_url: str, open_account: Open) -> None:
    with pytest.raises(LedgerUnavailable, match="read-only transaction"):
        open_account(f"{postgres_url}&options=-cdefault_transaction_read_only%3Don")
