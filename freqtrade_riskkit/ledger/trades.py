"""The closed trades of an account: written once, changed where Freqtrade's database changed, never lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from freqtrade_riskkit.core.performance import ForeignRecord
from freqtrade_riskkit.core.records import Side, TradeRecord
from freqtrade_riskkit.ledger.bulk import insert_new
from freqtrade_riskkit.ledger.inputs import at_least_one, aware
from freqtrade_riskkit.ledger.owner import Owner
from freqtrade_riskkit.ledger.periods import within
from freqtrade_riskkit.ledger.schema import TRADES
from freqtrade_riskkit.ledger.store import Store
from freqtrade_riskkit.ledger.trade_arrays import TradeArrays, read_arrays
from freqtrade_riskkit.ledger.trade_form import digest_of_form, stored_form

_IDS_AT_ONCE = 2_000
"""Ids in one statement; SQLite takes some 32,000 values, PostgreSQL twice as many."""


class TradesPut(NamedTuple):
    """What came of putting trade records, each trade counted once.

    Attributes
    ----------
    added
        Trades that the store didn't have.
    changed
        Trades that it had otherwise, or as deleted ones.
    unchanged
        Trades that it had just so.
    """

    added: int
    changed: int
    unchanged: int


class _Row(NamedTuple):
    form: TradeRecord
    digest: str


@dataclass(frozen=True, slots=True)
class Trades:
    """The closed trades of one generation of one account."""

    store: Store
    owner: Owner

    def put(self, records: Iterable[TradeRecord], seen_at: datetime) -> TradesPut:
        """Write records in one transaction, those that are new or have changed."""
        moment = aware("seen_at", seen_at)
        rows = self._rows(records)
        if not rows:
            return TradesPut(0, 0, 0)
        with self.store.writing(f"record {len(rows)} trades") as connection:
            self.owner.hold(connection)
            known = self._known(connection, sorted(rows))
            added = [row for trade_id, row in rows.items() if trade_id not in known]
            changed = [row for trade_id, row in rows.items() if known.get(trade_id, row.digest) != row.digest]
            if added:
                insert_new(connection, TRADES, (self._values(row, moment) for row in added))
            if changed:
                self._replace(connection, changed, moment)
        return TradesPut(len(added), len(changed), len(rows) - len(added) - len(changed))

    def drop(self, trade_ids: Iterable[int], at: datetime) -> int:
        """Mark trades as deleted, and give how many weren't before."""
        moment = aware("at", at)
        wanted = sorted(set(trade_ids))
        dropped = 0
        with self.store.writing(f"mark {len(wanted)} trades as deleted") as connection:
            for ids in _portions(wanted):
                standing = TRADES.c.trade_id.in_(ids) & TRADES.c.deleted_at.is_(None)
                marking = update(TRADES).where(self.owner.owns(TRADES), standing).values(deleted_at=moment)
                dropped += connection.execute(marking).rowcount
        return dropped

    def closed(self, since: datetime | None, until: datetime | None, limit: int | None) -> list[TradeRecord]:
        """Give the trades in the order of closing."""
        columns = TRADES.c
        statement = select(*(columns[name] for name in TradeRecord._fields)).where(
            self.owner.owns(TRADES), columns.deleted_at.is_(None), *within(columns.exit_at, since, until)
        )
        if limit is None:
            statement = statement.order_by(columns.exit_at, columns.trade_id)
        else:
            statement = statement.order_by(columns.exit_at.desc(), columns.trade_id.desc())
            statement = statement.limit(at_least_one("limit", limit))
        action = "read the trades"
        with self.store.reading(action) as connection, self.store.rows_understood(action):
            trades = [
                TradeRecord._make((*row[:3], Side(row[3]), *row[4:])) for row in connection.execute(statement)
            ]
        if limit is not None:
            trades.reverse()
        return trades

    def digests(self) -> dict[int, str]:
        """Give the digest of each trade by its id."""
        statement = select(TRADES.c.trade_id, TRADES.c.digest).where(
            self.owner.owns(TRADES), TRADES.c.deleted_at.is_(None)
        )
        with self.store.reading("read the digests of the trades") as connection:
            return {row.trade_id: row.digest for row in connection.execute(statement)}

    def arrays(self) -> TradeArrays:
        """Give the figures of all trades as arrays."""
        mine = self.owner.owns(TRADES) & TRADES.c.deleted_at.is_(None)
        action = "read the figures of the trades"
        with self.store.reading(action) as connection, self.store.rows_understood(action):
            return read_arrays(connection, mine)

    def _rows(self, records: Iterable[TradeRecord]) -> dict[int, _Row]:
        """Give the row of each trade by its id; where an id comes twice, the later record counts."""
        rows: dict[int, _Row] = {}
        for record in records:
            if record.account_id != self.owner.account_id:
                raise ForeignRecord(self.owner.account_id, record.account_id)
            form = stored_form(record)
            rows[form.trade_id] = _Row(form, digest_of_form(form))
        return rows

    def _values(self, row: _Row, seen_at: datetime) -> tuple[object, ...]:
        """Give the value of each column."""
        form = row.form
        return (
            form.account_id,
            self.owner.generation,
            *form[1:3],
            form.side.value,
            *form[4:],
            row.digest,
            seen_at,
            None,
        )

    def _known(self, connection: Connection, trade_ids: Sequence[int]) -> dict[int, str | None]:
        """Give the digests of those trades that the store has; None for a deleted one."""
        columns = TRADES.c
        known: dict[int, str | None] = {}
        for ids in _portions(trade_ids):
            statement = select(columns.trade_id, columns.digest, columns.deleted_at.is_(None)).where(
                self.owner.owns(TRADES), columns.trade_id.in_(ids)
            )
            for trade_id, digest, stands in connection.execute(statement):
                known[trade_id] = digest if stands else None
        return known

    def _replace(self, connection: Connection, rows: list[_Row], seen_at: datetime) -> None:
        key = {column.name for column in TRADES.primary_key}
        names = [column.name for column in TRADES.columns]
        statement = (
            update(TRADES)
            .where(self.owner.owns(TRADES), TRADES.c.trade_id == bindparam("wanted"))
            .values({name: bindparam(name) for name in names if name not in key})
        )
        values = [dict(zip(names, self._values(row, seen_at), strict=True)) for row in rows]
        connection.execute(statement, [{"wanted": row.pop("trade_id"), **row} for row in values])


def _portions(trade_ids: Sequence[int]) -> Iterable[list[int]]:
    remaining = iter(trade_ids)
    while portion := list(islice(remaining, _IDS_AT_ONCE)):
        yield portion
