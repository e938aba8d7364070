"""A damaged SQLite file is moved out of the way, so that a new store can be begun in its place."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from freqtrade_riskkit.ledger.inputs import aware
from freqtrade_riskkit.ledger.place import locate
from freqtrade_riskkit.ledger.schema import SCHEMA_VERSION, VERSION_TABLE
from freqtrade_riskkit.ledger.store import LOCK_TIMEOUT_SECONDS, Store, is_damage

_ACTION = "set the damaged file aside"
_TIME = "%Y%m%dT%H%M%S"
_COMPANIONS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class SetAside:
    """A damaged store that was moved away. Everything that was only in it has to be known as lost.

    Attributes
    ----------
    file
        Where the damaged file is now, with everything that was in it.
    reason
        What SQLite said about it, on one line.
    """

    file: Path
    reason: str


def set_aside_damaged(db_url: str, base_dir: str | os.PathLike[str], now: datetime) -> SetAside | None:
    """Move a damaged SQLite store away, as ``<name>.corrupt-<time>``, where it really is damaged.

    To be called after `LedgerDamaged` was raised and the ledger was closed; the next `open_ledger` begins a
    new store. Trades, orders and cash flows come back from Freqtrade's database and the exchange. **The
    states (the breaker's among them), decisions, alerts and equity samples don't**, and generations are
    counted from 1 again: it is for the caller to say so and to decide what holds meanwhile.

    The whole file is looked through first. None, and nothing is moved, where it is sound or gone by now
    (another bot of the same store may have been here first), and for PostgreSQL.

    Parameters
    ----------
    db_url, base_dir
        Where the store is, see `freqtrade_riskkit.ledger.place.locate`.
    now
        The present; aware.

    Raises
    ------
    LedgerUnavailable
        The file can't be read or moved (locked, read-only, another user's), a newer kit has written it, or it
        holds the tables of something else too, Freqtrade's for instance. Nothing was moved then.
    """
    moment = aware("now", now)
    place = locate(db_url, base_dir)
    if place.file is None:
        return None
    with closing(Store(place, LOCK_TIMEOUT_SECONDS)) as store, store.failures_told(_ACTION):
        try:
            before = place.file.stat()
            reason = _damage(store, place.file)
            if reason is None:
                return None
            # Another bot may have begun a new store since; that one stays.
            after = place.file.stat()
            if (after.st_dev, after.st_ino) != (before.st_dev, before.st_ino):
                return None
            return SetAside(_move(place.file, moment), place.without_secrets(reason))
        except FileNotFoundError:
            return None


def last_set_aside(db_url: str, base_dir: str | os.PathLike[str]) -> datetime | None:
    """Return when a store at this place was last set aside; None where none lies beside it.

    What the accounts of that store had as states is lost to those who open the store since.
    """
    file = locate(db_url, base_dir).file
    if file is None or not file.parent.is_dir():
        return None
    named = re.compile(re.escape(file.name) + r"\.corrupt-(\d{8}T\d{6})Z(?:-\d+)?")
    found = (named.fullmatch(other.name) for other in file.parent.iterdir())
    moments = (datetime.strptime(match[1], _TIME).replace(tzinfo=UTC) for match in found if match)
    return max(moments, default=None)


def _damage(store: Store, file: Path) -> str | None:
    """Look through the whole file and say what is wrong, None where nothing is."""
    uri = f"{file.as_uri()}?mode=rw"  # never makes a file; a WAL that is left over is read
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=LOCK_TIMEOUT_SECONDS)) as connection:
            _refuse_if_not_ours(store, connection)
            said = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise store.unavailable(_ACTION, str(error)) from error
        return str(error)
    return None if said == "ok" else said


def _refuse_if_not_ours(store: Store, connection: sqlite3.Connection) -> None:
    """Leave a file alone that others use too, or a newer kit; where its list of tables is readable at all."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    others = sorted(name for name in names if not name.startswith(("riskkit_", "sqlite_")))
    if others:
        raise store.unavailable(
            _ACTION, f"it holds other tables too ({', '.join(others[:3])}); repair or move it by hand"
        )
    if VERSION_TABLE in names:
        version = connection.execute(f"SELECT max(version_num) FROM {VERSION_TABLE}").fetchone()[0]  # noqa: S608
        if version is not None and version > SCHEMA_VERSION:
            raise store.unavailable(_ACTION, f"its schema is {version}, a newer freqtrade-riskkit wrote it")


def _move(file: Path, now: datetime) -> Path:
    """Rename the file and what belongs to it, that first: left behind it would spoil a new store."""
    stem = f"{file.name}.corrupt-{now:{_TIME}}Z"
    target, number = file.with_name(stem), 1
    while target.exists():
        number += 1
        target = file.with_name(f"{stem}-{number}")
    for companion in _COMPANIONS:
        left = file.with_name(file.name + companion)
        if left.exists():
            left.rename(target.with_name(target.name + companion))
    file.rename(target)
    return target
