"""Which schema a store has, and whether this kit may touch it."""

from __future__ import annotations

from sqlalchemy import Connection, column, inspect, select, table

from freqtrade_riskkit.ledger.schema import SCHEMA_VERSION, VERSION_TABLE
from freqtrade_riskkit.ledger.store import Store

_VERSION = table(VERSION_TABLE, column("version_num"))


def schema_version(store: Store, action: str, connection: Connection) -> str | None:
    """Return the schema's version, None where the store has no tables of the kit yet.

    Raises
    ------
    LedgerUnavailable
        A newer kit has written the store; `action` is what the message says was tried.
    """
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.execute(select(_VERSION.c.version_num)).scalar()
    if version is not None and version > SCHEMA_VERSION:
        raise store.unavailable(
            action,
            f"its schema is {version}, this freqtrade-riskkit knows up to {SCHEMA_VERSION}; "
            "upgrade freqtrade-riskkit",
        )
    return version
