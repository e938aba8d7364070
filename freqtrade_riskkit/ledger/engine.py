"""How a connection to the store is made and how a transaction on it begins, for each kind of database."""

from __future__ import annotations

import sqlite3
import time

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from freqtrade_riskkit.ledger.errors import LedgerUrlInvalid
from freqtrade_riskkit.ledger.place import StorePlace

WRITES = "riskkit_writes"
"""Execution option of a connection whose next transaction will write."""

_CONNECT_SECONDS = 5
_SILENCE_SECONDS = 10


def make_engine(place: StorePlace, lock_timeout_seconds: float, keep_journal: bool) -> Engine:
    """Build the engine of a store; nothing is opened yet.

    Parameters
    ----------
    place
        Where the store is.
    lock_timeout_seconds
        How long a statement waits for another process's lock; above 0.
    keep_journal
        True leaves an SQLite file's journal mode as it is.

    Raises
    ------
    LedgerUrlInvalid
        PostgreSQL is named and its driver isn't installed.
    """
    if place.file is not None:
        return _sqlite_engine(place, lock_timeout_seconds, keep_journal)
    return _postgres_engine(place, lock_timeout_seconds)


def _sqlite_engine(place: StorePlace, lock_timeout_seconds: float, keep_journal: bool) -> Engine:
    """WAL, so that readers and the writer don't wait for each other; every commit reaches the disk."""
    engine = create_engine(place.url, connect_args={"timeout": lock_timeout_seconds})

    def prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin where `begin` says, not where sqlite3 guesses
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        if not keep_journal:
            _use_wal(connection, lock_timeout_seconds)

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _use_wal(connection: sqlite3.Connection, timeout_seconds: float) -> None:
    """Switch the file to WAL. SQLite's own lock timeout doesn't cover the switch, so it is tried again here.

    A file system that can't do WAL keeps its rollback journal: slower, as safe.
    """
    deadline = time.monotonic() + timeout_seconds
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
        time.sleep(0.01)


def _postgres_engine(place: StorePlace, lock_timeout_seconds: float) -> Engine:
    """Bounded waits everywhere: a server that is gone must not hold up the bot's loop."""
    milliseconds = max(1, round(lock_timeout_seconds * 1000))
    defaults: dict[str, int | str] = {
        "connect_timeout": _CONNECT_SECONDS,
        "tcp_user_timeout": _SILENCE_SECONDS * 1000,
        "application_name": "riskkit",
    }
    own = {name: value for name, value in defaults.items() if name not in place.url.query}
    try:
        engine = create_engine(place.url, connect_args=own, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise LedgerUrlInvalid(
            "riskkit.db_url names PostgreSQL, whose driver is missing; "
            'run pip install "freqtrade-riskkit[postgres]"'
        ) from error

    def prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {milliseconds}")
        cursor.execute(f"SET statement_timeout = {milliseconds + _SILENCE_SECONDS * 1000}")
        cursor.close()
        connection.commit()

    event.listen(engine, "connect", prepare)
    return engine
