"""Many rows at once, each of which is new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert

from freqtrade_riskkit.ledger.schema import UtcDateTime

_MOMENT = "%04d-%02d-%02d %02d:%02d:%02d.%06d"


def insert_new(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows that have a value for each column of the table, in its order; times are UTC.

    SQLite gets them past SQLAlchemy's treatment of single values, which takes longer than SQLite itself.
    """
    names = [column.name for column in table.columns]
    if connection.dialect.name != "sqlite":
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        return
    moments = [place for place, column in enumerate(table.columns) if isinstance(column.type, UtcDateTime)]
    statement = str(insert(table).compile(dialect=connection.dialect, column_keys=names))
    connection.exec_driver_sql(statement, [tuple(_as_text(row, moments)) for row in rows])


def _as_text(row: Sequence[Any], moments: Iterable[int]) -> list[Any]:
    """Spell the times as `UtcDateTime` does."""
    values = list(row)
    for place in moments:
        at = values[place]
        if at is not None:
            clock = at.hour, at.minute, at.second, at.microsecond
            values[place] = _MOMENT % (at.year, at.month, at.day, *clock)
    return values
