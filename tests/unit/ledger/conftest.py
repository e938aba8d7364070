"""A store for a test: an SQLite file, or a database of its own on a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url

from freqtrade_riskkit.ledger import AccountLedger, open_ledger
from tests.support.postgres import running_postgres

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """One real server for the whole run, shared by its workers; it listens on a socket file only."""
    with running_postgres(shared_by=os.environ.get("PYTEST_XDIST_TESTRUNUID", "")) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Any) -> Iterator[str]:
    """A fresh database, removed afterwards."""
    name = f"ledger_{uuid.uuid4().hex}"
    _administer(postgres_server, f"CREATE DATABASE {name}")
    yield postgres_server.get_uri(database=name)
    _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The same claim on both databases."""
    if request.param == "sqlite":
        return "sqlite:///riskkit.sqlite"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def open_account(tmp_path: Path) -> Iterator[Callable[..., AccountLedger]]:
    """Opens ledgers with short waits and closes them at the end."""
    opened: list[AccountLedger] = []

    def open_one(
        url: str = "sqlite:///riskkit.sqlite",
        account_id: str = "main",
        fingerprint: str = "f1",
        now: datetime = NOW,
        base_dir: Path = tmp_path,
        lock_timeout_seconds: float = 5.0,
    ) -> AccountLedger:
        ledger = open_ledger(
            url, base_dir, account_id, fingerprint, now, lock_timeout_seconds=lock_timeout_seconds
        )
        opened.append(ledger)
        return ledger

    yield open_one
    for ledger in opened:
        ledger.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own is closed to all but its user."""
    folder = Path(tempfile.mkdtemp(prefix="riskkit-ledger-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _administer(server: Any, statement: str) -> None:
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
