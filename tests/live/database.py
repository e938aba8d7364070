"""A bot's own database: read at any time, changed behind its back while it is down."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoredTrade:
    """A trade as the bot's database has it."""

    is_open: bool
    amount: float
    open_rate: float
    close_rate: float | None
    exit_reason: str | None


def trades(database: Path) -> list[StoredTrade]:
    """Give all trades, those of a bot that isn't there yet or no more too."""
    if not database.exists():
        return []
    tables = "SELECT count(*) FROM sqlite_master WHERE name = 'trades'"
    columns = ", ".join(StoredTrade.__slots__)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        if not connection.execute(tables).fetchone()[0]:
            return []
        rows = connection.execute(f"SELECT {columns} FROM trades ORDER BY id")
        return [StoredTrade(bool(row[0]), *row[1:]) for row in rows]


def closed_trades(database: Path) -> list[StoredTrade]:
    """Give the closed ones of `trades`."""
    return [trade for trade in trades(database) if not trade.is_open]


def placed(database: Path, side: str) -> int:
    """Give how many orders of a side the bot ever placed; in dry-run nobody else knows of them."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM orders WHERE ft_order_side = ?", [side]
        ).fetchone()
    return int(count)


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


def double_locks(database: Path) -> int:
    """Write each active lock on all pairs a second time; give their number."""
    columns = "pair, side, reason, lock_time, lock_end_time, active"
    return _change(
        database,
        f"INSERT INTO pairlocks ({columns}) SELECT {columns} FROM pairlocks WHERE pair = '*' AND active = 1",
    )


def _change(database: Path, statement: str) -> int:
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        return connection.execute(statement).rowcount
