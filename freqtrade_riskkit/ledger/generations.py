"""Which generation of an account a bot database belongs to, and which accounts a store holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, update

from freqtrade_riskkit.ledger.dialect import insert
from freqtrade_riskkit.ledger.schema import ACCOUNTS, GENERATIONS
from freqtrade_riskkit.ledger.store import Store
from freqtrade_riskkit.ledger.version import schema_version


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One generation of one account, for a list; it holds no figures, so nothing can be added up.

    Attributes
    ----------
    account_id
        The account.
    generation
        Number of the bot database that the account had, from 1.
    fingerprint
        What that database is known by.
    opened_at, last_opened_at
        When a bot first and last opened it, UTC.
    """

    account_id: str
    generation: int
    fingerprint: str
    opened_at: datetime
    last_opened_at: datetime


def last_used(rows: Iterable[AccountRow]) -> AccountRow:
    """Return the generation that a bot opened last; where two were opened at once, the newer."""
    return max(rows, key=lambda row: (row.last_opened_at, row.generation))


def open_generation(store: Store, account_id: str, fingerprint: str, now: datetime) -> int:
    """Return the generation that the fingerprint stands for; one never seen opens the next number."""
    with store.writing(f"open the account {account_id!r}") as connection:
        connection.execute(
            insert(connection, ACCOUNTS)
            .values(account_id=account_id, opened_at=now)
            .on_conflict_do_nothing(index_elements=[ACCOUNTS.c.account_id])
        )
        # Held until the end: two bots that open the account at once get their numbers one after the other.
        connection.execute(
            select(ACCOUNTS.c.account_id).where(ACCOUNTS.c.account_id == account_id).with_for_update()
        )
        mine = GENERATIONS.c.account_id == account_id
        known = connection.execute(
            select(GENERATIONS.c.generation).where(mine, GENERATIONS.c.fingerprint == fingerprint)
        ).scalar()
        if known is not None:
            # An import opens it as of its last trade: that never takes the place of a bot's own opening.
            earlier = and_(mine, GENERATIONS.c.generation == known, GENERATIONS.c.last_opened_at < now)
            connection.execute(update(GENERATIONS).where(earlier).values(last_opened_at=now))
            return int(known)
        newest = connection.execute(select(func.max(GENERATIONS.c.generation)).where(mine)).scalar()
        generation = int(newest or 0) + 1
        connection.execute(
            insert(connection, GENERATIONS).values(
                account_id=account_id,
                generation=generation,
                fingerprint=fingerprint,
                opened_at=now,
                last_opened_at=now,
            )
        )
        return generation


def read_accounts(store: Store) -> list[AccountRow]:
    """Return every generation of every account, by name and number; none where there are no tables yet."""
    action = "list the accounts"
    with store.reading(action) as connection:
        if schema_version(store, action, connection) is None:
            return []
        rows = connection.execute(
            select(
                GENERATIONS.c.account_id,
                GENERATIONS.c.generation,
                GENERATIONS.c.fingerprint,
                GENERATIONS.c.opened_at,
                GENERATIONS.c.last_opened_at,
            )
        )
        # Sorted here, because databases order text by their own collations.
        return sorted((AccountRow(*row) for row in rows), key=lambda row: (row.account_id, row.generation))
