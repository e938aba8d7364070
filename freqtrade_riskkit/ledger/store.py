"""An open store: its transactions, and the one place where a failure becomes `LedgerUnavailable`."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from freqtrade_riskkit.ledger.engine import WRITES, make_engine
from freqtrade_riskkit.ledger.errors import LedgerDamaged, LedgerUnavailable
from freqtrade_riskkit.ledger.place import StorePlace, locate

LOCK_TIMEOUT_SECONDS = 5.0
"""How long a call waits for another process's lock where nothing else is asked for."""

_REMEDIES = (
    ("database is locked", "another process holds it; wait, or end that process"),
    ("lock timeout", "another process holds it; wait, or end that process"),
    ("readonly database", "let the bot's user write to the file and to its folder"),
    ("not a database", "the file is damaged or something else; move it away and start again"),
    ("malformed", "the file is damaged; move it away and start again"),
    ("unable to open database file", "the path must be a file in a folder that the bot's user may write to"),
    ("disk is full", "free some space"),
    ("password authentication failed", "correct the user or the password in riskkit.db_url"),
    ("no password supplied", "add the password to riskkit.db_url"),
    ("no such table", "an older freqtrade-riskkit keeps it; start the bot once with this one"),
    ('relation "riskkit_', "an older freqtrade-riskkit keeps it; start the bot once with this one"),
    ("Connection refused", "start the server, or correct host and port in riskkit.db_url"),
)


class Store:
    """A store that rows are read from and written to, in transactions.

    Safe to use from several threads: each transaction takes a connection of its own.

    Parameters
    ----------
    place
        Where the store is.
    lock_timeout_seconds
        How long a call waits for another process's lock before it gives up; above 0.
    keep_journal
        True leaves an SQLite file's journal mode as it is, for those who only read.

    Raises
    ------
    LedgerUrlInvalid
        PostgreSQL is named and its driver isn't installed.
    """

    def __init__(self, place: StorePlace, lock_timeout_seconds: float, *, keep_journal: bool = False) -> None:
        self.place = place
        self._engine = make_engine(place, lock_timeout_seconds, keep_journal)
        self._file_identity: tuple[int, int] | None = None
        self._closed = False

    @contextmanager
    def reading(self, action: str) -> Iterator[Connection]:
        """Open a transaction that reads; `action` is what an error message says was tried."""
        with self.failures_told(action):
            self._check_file(action)
            with self._engine.connect() as connection, connection.begin():
                yield connection

    @contextmanager
    def writing(self, action: str) -> Iterator[Connection]:
        """Open a transaction that writes: all of it is kept when the block ends, nothing if it raises."""
        with self.failures_told(action):
            self._check_file(action)
            with self._engine.connect() as connection:
                connection.execution_options(**{WRITES: True})
                with connection.begin():
                    self._remember_file()
                    yield connection

    def close(self) -> None:
        """Give the connections back; every later transaction raises. Closing twice is harmless."""
        self._closed = True
        self._engine.dispose()

    def unavailable(self, action: str, reason: str) -> LedgerUnavailable:
        """Word a failure: the store, what was tried, why, and the remedy where one is known."""
        remedy = next((f" ({hint})" for mark, hint in _REMEDIES if mark in reason), "")
        text = f"ledger ({self.place.label}): cannot {action}: {reason}{remedy}"
        return LedgerUnavailable(self.place.without_secrets(text))

    @contextmanager
    def rows_understood(self, action: str) -> Iterator[None]:
        """Turn the ValueError of a row that holds what the kit never writes into `LedgerUnavailable`."""
        try:
            yield
        except ValueError as error:
            reason = f"a row can't be read: {error}; see riskkit report --verify"
            raise self.unavailable(action, reason) from error

    @contextmanager
    def failures_told(self, action: str) -> Iterator[None]:
        """Turn what databases and files raise within the block into `LedgerUnavailable`."""
        if self._closed:
            raise self.unavailable(action, "it was closed")
        try:
            yield
        except DBAPIError as error:
            failure = self.unavailable(action, str(error.orig))
            raise (LedgerDamaged(str(failure)) if is_damage(error.orig) else failure) from error
        except (PoolTimeoutError, OSError) as error:
            raise self.unavailable(action, str(error)) from error

    def _remember_file(self) -> None:
        if self._file_identity is None and self.place.file is not None:
            status = self.place.file.stat()
            self._file_identity = (status.st_dev, status.st_ino)

    def _check_file(self, action: str) -> None:
        """Refuse a file that was deleted or replaced meanwhile: what is written to it would vanish unseen."""
        if self._file_identity is None or self.place.file is None:
            return
        try:
            status = self.place.file.stat()
        except FileNotFoundError:
            raise self.unavailable(action, "the file was deleted while it was open") from None
        if (status.st_dev, status.st_ino) != self._file_identity:
            raise self.unavailable(action, "the file was replaced while it was open")


def store_for_a_look(db_url: str, base_dir: str | os.PathLike[str]) -> Store | None:
    """Open a store that is there to read from it, without creating or changing anything.

    None where there is none; see `freqtrade_riskkit.ledger.place.locate` for the parameters.
    """
    place = locate(db_url, base_dir)
    if place.file is not None and not place.file.exists():
        return None
    return Store(place, LOCK_TIMEOUT_SECONDS, keep_journal=True)


def is_damage(error: BaseException | None) -> bool:
    """Say whether SQLite means the file itself: no database, or not a sound one. A lock isn't that."""
    code = getattr(error, "sqlite_errorcode", None)
    # The lowest byte is the kind; the rest says more about it.
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
