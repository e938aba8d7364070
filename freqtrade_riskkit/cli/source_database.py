"""A Freqtrade database that is only read: a file that nobody runs, or that of a running bot."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from freqtrade.constants import DEFAULT_DB_DRYRUN_URL, DEFAULT_DB_PROD_URL
from freqtrade.persistence.key_value_store import _KeyValueStoreModel
from sqlalchemy import Connection, Engine, create_engine, func, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.host.account import FINGERPRINT_KEY, fingerprint_of_first_trade
from freqtrade_riskkit.host.trade_rows import NEEDED, TRADES
from freqtrade_riskkit.ledger import LedgerUrlInvalid
from freqtrade_riskkit.ledger.place import StorePlace, locate

_LOCK_TIMEOUT_SECONDS = 10.0
_CONNECT_TIMEOUT_SECONDS = 10
_KEYS = _KeyValueStoreModel.__table__


@dataclass(frozen=True, slots=True)
class Source:
    """An open Freqtrade database.

    Attributes
    ----------
    label
        Its name in messages; holds no secret.
    connection
        Reads it; nothing can be written through it.
    """

    label: str
    connection: Connection

    def fingerprint(self) -> str | None:
        """Give the mark that the kit knows it by, or will know it by; None without trades."""
        known = inspect(self.connection)
        if known.has_table(_KEYS.name):
            query = select(_KEYS.c.string_value).where(_KEYS.c.key == FINGERPRINT_KEY)
            mark: str | None = self.connection.execute(query).scalar()
            if mark:
                return mark
        return fingerprint_of_first_trade(self.connection.execute) if known.has_table(TRADES.name) else None

    def closed_count(self) -> int:
        """Count the closed trades."""
        count = select(func.count()).select_from(TRADES).where(TRADES.c.is_open.is_(False))
        return int(self.connection.execute(count).scalar_one())

    def refuse_foreign(self, currency: str, exchange: str | None) -> None:
        """Refuse a database whose trades are in another currency, or of another exchange if one is given."""
        for column, own, what in (
            (TRADES.c.stake_currency, currency, "stake currency"),
            (TRADES.c.exchange, exchange, "exchange"),
        ):
            if own is None:
                continue
            query = select(column).where(column.is_not(None)).distinct()
            others = sorted(str(value) for (value,) in self.connection.execute(query) if value != own)
            if others:
                hint = "; name the account with --account" if what == "exchange" else ""
                raise Refused(
                    f"{self.label} holds trades of the {what} {', '.join(others)}, the config's is {own}: "
                    f"they belong to another account{hint}"
                )


@dataclass(frozen=True, slots=True)
class DatabaseMark:
    """What a Freqtrade database is known by.

    Attributes
    ----------
    label
        Its name in messages; holds no secret.
    fingerprint
        The kit's mark; None where it doesn't know the database yet.
    """

    label: str
    fingerprint: str | None


@contextmanager
def open_source(db_url: str) -> Iterator[Source]:
    """Open a Freqtrade database for reading, by a URL or the path of an SQLite file.

    Raises
    ------
    Refused
        Where it isn't there, can't be read, or lacks what a record needs. Passwords are never shown.
    """
    with _reading(db_url, leaves_a_trace=True) as source:
        _refuse_other_layout(source.connection, source.label)
        yield source


def read_mark(db_url: str) -> DatabaseMark:
    """Read what the kit knows a Freqtrade database by.

    No file is made beside one that nobody has open.

    Raises
    ------
    Refused
        Where it isn't there, or can't be read. Passwords are never shown.
    """
    with _reading(db_url, leaves_a_trace=False) as source:
        return DatabaseMark(source.label, source.fingerprint())


def database_of(freqtrade: Mapping[str, Any]) -> str:
    """Give the URL of the database that `freqtrade trade` takes with a config, by Freqtrade's own rule."""
    written = freqtrade.get("db_url")
    if freqtrade.get("dry_run", True):
        return str(DEFAULT_DB_DRYRUN_URL if written in (None, "", DEFAULT_DB_PROD_URL) else written)
    return str(written or DEFAULT_DB_PROD_URL)


@contextmanager
def _reading(db_url: str, *, leaves_a_trace: bool) -> Iterator[Source]:
    url = db_url if "://" in db_url else f"sqlite:///{db_url}"
    try:
        is_sqlite = make_url(url).drivername.startswith("sqlite")
    except (ArgumentError, ValueError):
        raise Refused(
            "the database must be named by a file or a URL like sqlite:///tradesv3.sqlite"
        ) from None
    place = None if is_sqlite else _server(url)
    label = f"Freqtrade's database {make_url(url).database}" if place is None else place.label
    if place is None:
        engine = _file_engine(make_url(url).database, leaves_a_trace)
    else:
        engine = create_engine(place.url, connect_args={"connect_timeout": _CONNECT_TIMEOUT_SECONDS})
    try:
        with engine.connect() as connection:
            if place is not None:
                connection.execution_options(postgresql_readonly=True)
            with connection.begin():
                yield Source(label, connection)
    except (SQLAlchemyError, sqlite3.Error, OSError, TypeError, ValueError) as error:
        reason = str(getattr(error, "orig", None) or error)
        text = f"{label} can't be read: {reason}"
        raise Refused(place.without_secrets(text) if place is not None else text) from None
    finally:
        engine.dispose()


def _server(url: str) -> StorePlace:
    try:
        return locate(url, Path.cwd())
    except LedgerUrlInvalid as error:
        raise Refused(str(error).replace("riskkit.db_url", "the URL of Freqtrade's database")) from None


def _file_engine(name: str | None, leaves_a_trace: bool) -> Engine:
    if name in (None, "", ":memory:"):
        raise Refused("Freqtrade's database is in memory, where nobody but its bot can read it")
    file = Path(str(name)).expanduser().absolute()
    if not file.is_file():
        raise Refused(f"there is no Freqtrade database {file}")
    # Freqtrade's files are in WAL mode, where even a reader makes files beside them. Without such a file
    # nobody has it open: it may be read as one that doesn't change.
    is_open = any(file.with_name(f"{file.name}{end}").exists() for end in ("-wal", "-journal"))
    is_still = not is_open and not (leaves_a_trace and os.access(file.parent, os.W_OK))
    uri = f"file:{quote(str(file))}?mode=ro{'&immutable=1' if is_still else ''}"
    return create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(uri, uri=True, timeout=_LOCK_TIMEOUT_SECONDS)
    )


def _refuse_other_layout(connection: Connection, label: str) -> None:
    """Refuse a database that this version's Freqtrade would have to migrate first."""
    known = inspect(connection)
    missing = []
    for table, columns in NEEDED.items():
        there = {column["name"] for column in known.get_columns(table)} if known.has_table(table) else set()
        missing += [f"{table}.{name}" for name in sorted(columns - there)] if there else [table]
    if missing:
        raise Refused(
            f"{label} is of an unknown version, it lacks {', '.join(missing[:5])}; a start of its bot with "
            "today's Freqtrade brings it up to date"
        )
