"""A bot's own database, changed behind its back while it is down."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def end_locks(database: Path) -> int:
    """Delete every active lock on all pairs as Freqtrade does for a person; give their number."""
    return _change(
        database,
        "UPDATE pairlocks SET active = 0, lock_end_time = strftime('%Y-%m-%d %H:%M:%f', 'now') "
        "WHERE pair = '*' AND active = 1",
    )


def remove_locks(database: Path) -> int:
    """Take the rows of every lock on all pairs out of the table; give their number."""
    return _change(database, "DELETE FROM pairlocks WHERE pair = '*'")


def _change(database: Path, statement: str) -> int:
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        return connection.execute(statement).rowcount
