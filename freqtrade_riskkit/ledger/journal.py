"""Rows that are numbered in the order of arrival and recorded once, however often they are offered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection, Table, func, select

from freqtrade_riskkit.ledger.dialect import insert
from freqtrade_riskkit.ledger.owner import Owner


def add_once(
    connection: Connection, owner: Owner, table: Table, digest: str, values: Mapping[str, object]
) -> None:
    """Write a row under the next number; one whose digest is there already changes nothing."""
    owner.hold(connection)  # two processes that record at once get their numbers one after the other
    same = select(table.c.number).where(owner.owns(table), table.c.digest == digest)
    if connection.execute(same).first() is not None:
        return
    newest = connection.execute(select(func.max(table.c.number)).where(owner.owns(table))).scalar()
    row = {**owner.columns(), "number": int(newest or 0) + 1, "digest": digest, **values}
    connection.execute(insert(connection, table).values(row))


def digest_of(*values: str) -> str:
    """Return one hash of several texts, of which no two different lists share one."""
    whole = hashlib.sha256()
    for value in values:
        encoded = value.encode()
        whole.update(len(encoded).to_bytes(8, "big"))
        whole.update(encoded)
    return whole.hexdigest()
