"""The contamination check: proves over the whole store that no account has another's rows.

It looks at the rows of all accounts and computes no figure over two of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Table, and_, exists, func, not_, select

from freqtrade_riskkit.ledger.errors import LedgerDamaged
from freqtrade_riskkit.ledger.findings import Finding, FindingKind
from freqtrade_riskkit.ledger.inputs import aware
from freqtrade_riskkit.ledger.row_checks import check_rows
from freqtrade_riskkit.ledger.schema import (
    ACCOUNTS,
    ALERTS,
    DECISIONS,
    GENERATIONS,
    METADATA,
    REQUESTS,
    SCHEMA_VERSION,
    TRADES,
)
from freqtrade_riskkit.ledger.store import store_for_a_look
from freqtrade_riskkit.ledger.version import schema_version

_ACTION = "check the rows"
_NUMBERED = (DECISIONS, REQUESTS, ALERTS)
_SAME_TRADE = ("trade_id", "pair", "entry_at", "exit_at")


def verify(db_url: str, base_dir: str | os.PathLike[str], now: datetime) -> list[Finding]:
    """Check the whole store, every account in it; creates and changes nothing.

    Found are: an unsound SQLite file; rows whose account or generation doesn't exist; one bot database
    (fingerprint) under two accounts; the same trade (id, pair, entry and exit to the microsecond) under two
    accounts; rows whose digest belongs to something else; values that the kit never writes; moments in the
    future or in an impossible order; figures that contradict each other; gaps in numbers. A store that
    doesn't exist yet has no findings.

    Parameters
    ----------
    db_url, base_dir
        Where the store is, see `freqtrade_riskkit.ledger.place.locate`.
    now
        The present; aware.

    Raises
    ------
    LedgerUnavailable
        The store can't be used, or a newer or an older kit keeps it.
    """
    moment = aware("now", now)
    store = store_for_a_look(db_url, base_dir)
    if store is None:
        return []
    try:
        with store.reading(_ACTION) as connection:
            version = schema_version(store, _ACTION, connection)
            if version is None:
                return []
            if version != SCHEMA_VERSION:
                raise store.unavailable(
                    _ACTION,
                    f"its schema is {version}, an older kit keeps it; start the bot once with this one",
                )
            return list(_findings(connection, moment))
    except LedgerDamaged as error:
        return [Finding(FindingKind.DAMAGED, "", None, "", "", str(error))]
    finally:
        store.close()


def _findings(connection: Connection, now: datetime) -> Iterator[Finding]:
    damage = _file_damage(connection)
    if damage is not None:
        # What else would be read from such a file proves nothing.
        yield Finding(FindingKind.DAMAGED, "", None, "", "", f"the SQLite file isn't sound: {damage}")
        return
    yield from _unknown_accounts(connection)
    for table in METADATA.sorted_tables:
        if table not in (ACCOUNTS, GENERATIONS):
            yield from _unknown_generations(connection, table)
    yield from _shared_fingerprints(connection)
    yield from _shared_trades(connection)
    for table in _NUMBERED:
        yield from _gaps(connection, table)
    yield from check_rows(connection, now)


def _file_damage(connection: Connection) -> str | None:
    if connection.dialect.name != "sqlite":
        return None
    said = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
    return None if said == "ok" else said


def _unknown_accounts(connection: Connection) -> Iterator[Finding]:
    known = exists().where(ACCOUNTS.c.account_id == GENERATIONS.c.account_id)
    rows = connection.execute(select(GENERATIONS.c.account_id, GENERATIONS.c.generation).where(not_(known)))
    for account_id, generation in rows:
        text = f"the account {account_id!r} of generation {generation} doesn't exist"
        yield Finding(
            FindingKind.OWNER_UNKNOWN, account_id, generation, GENERATIONS.name, str(generation), text
        )


def _unknown_generations(connection: Connection, table: Table) -> Iterator[Finding]:
    known = exists().where(
        GENERATIONS.c.account_id == table.c.account_id, GENERATIONS.c.generation == table.c.generation
    )
    owner = (table.c.account_id, table.c.generation)
    first = func.min([*table.primary_key][2])
    statement = select(*owner, func.count(), first).where(not_(known)).group_by(*owner).order_by(*owner)
    for account_id, generation, count, key in connection.execute(statement):
        text = f"{count} rows belong to generation {generation} of {account_id!r}, which doesn't exist"
        yield Finding(FindingKind.OWNER_UNKNOWN, account_id, generation, table.name, str(key), text)


def _shared_fingerprints(connection: Connection) -> Iterator[Finding]:
    mine, other = GENERATIONS.alias("mine"), GENERATIONS.alias("other")
    statement = (
        select(mine.c.account_id, mine.c.generation, other.c.account_id, other.c.generation)
        .where(mine.c.fingerprint == other.c.fingerprint, mine.c.account_id != other.c.account_id)
        .order_by(mine.c.account_id, mine.c.generation, other.c.account_id)
    )
    for account_id, generation, other_id, other_generation in connection.execute(statement):
        text = f"its bot database is also that of {other_id!r}, generation {other_generation}"
        yield Finding(
            FindingKind.FINGERPRINT_SHARED, account_id, generation, GENERATIONS.name, str(generation), text
        )


def _shared_trades(connection: Connection) -> Iterator[Finding]:
    """Name each generation once that shares trades with another account, with the first of them."""
    if (connection.execute(select(func.count()).select_from(ACCOUNTS)).scalar() or 0) < 2:
        return
    same = [TRADES.c[name] for name in _SAME_TRADE]
    twice = select(*same).group_by(*same).having(func.count(TRADES.c.account_id.distinct()) > 1).subquery()
    owner = (TRADES.c.account_id, TRADES.c.generation)
    statement = (
        select(*owner, func.count(), func.min(TRADES.c.trade_id))
        .join(twice, and_(*(TRADES.c[name] == twice.c[name] for name in _SAME_TRADE)))
        .group_by(*owner)
        .order_by(*owner)
    )
    for account_id, generation, count, first in connection.execute(statement):
        text = f"{count} trades are recorded under another account too, from trade {first} on"
        yield Finding(FindingKind.TRADE_SHARED, account_id, generation, TRADES.name, str(first), text)


def _gaps(connection: Connection, table: Table) -> Iterator[Finding]:
    owner = (table.c.account_id, table.c.generation)
    newest = func.max(table.c.number)
    statement = select(*owner, func.count(), newest).group_by(*owner).having(newest != func.count())
    for account_id, generation, count, last in connection.execute(statement.order_by(*owner)):
        text = f"{last - count} rows are missing: there are {count} and the last has the number {last}"
        yield Finding(FindingKind.MISSING, account_id, generation, table.name, str(last), text)
