"""Records as rows of a table: one column a field, numbers of money as text, so that no digit is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar, get_type_hints

Record = TypeVar("Record")


class Table(Generic[Record]):
    """The rows of one kind of record.

    Parameters
    ----------
    name
        The table's name.
    kind
        A dataclass of numbers, texts, decimals, booleans and text enumerations.
    key
        The fields that name a row.
    """

    def __init__(self, name: str, kind: type[Record], *key: str) -> None:
        self.name = name
        self._kind = kind
        hints = get_type_hints(kind)
        self._columns = [(field.name, hints[field.name]) for field in fields(kind)]  # type: ignore[arg-type]
        names = [column for column, _ in self._columns]
        declared = ", ".join(f"{column} {_sql_type(hint)} NOT NULL" for column, hint in self._columns)
        self.create = f"CREATE TABLE IF NOT EXISTS {name} ({declared}, PRIMARY KEY ({', '.join(key)}))"
        marks = ", ".join("?" * len(names))
        self._insert = f"INSERT OR REPLACE INTO {name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        self._select = f"SELECT {', '.join(names)} FROM {name} ORDER BY {', '.join(key)}"  # noqa: S608

    def write(self, connection: sqlite3.Connection, records: Iterable[Record]) -> None:
        """Write records down, in place of those of the same key."""
        rows = ([_plain(getattr(record, name)) for name, _ in self._columns] for record in records)
        connection.executemany(self._insert, rows)

    def read(self, connection: sqlite3.Connection) -> list[Record]:
        """Return all records in the order of their keys."""
        return [
            self._kind(**{name: hint(value) for (name, hint), value in zip(self._columns, row, strict=True)})
            for row in connection.execute(self._select)
        ]


def _sql_type(hint: Any) -> str:
    return "INTEGER" if hint in (int, bool) else "TEXT"


def _plain(value: Any) -> int | str:
    if isinstance(value, StrEnum | Decimal):
        return str(value)
    return value if isinstance(value, str) else int(value)
