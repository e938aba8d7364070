"""The tables as they are today; ``migrations/`` brings an older store to this shape.

Every table belongs to one account: `account_id` is the first column of each primary key. The names are
prefixed so that the store may live in a database that holds other tables too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Constraint,
    DateTime,
    Dialect,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from freqtrade_riskkit.ledger.inputs import aware

SCHEMA_VERSION = "0003"
"""Newest revision in ``migrations/versions``; four digits, so that versions compare as text."""

VERSION_TABLE = "riskkit_schema_version"

METADATA = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, `timestamptz` in PostgreSQL, UTC text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else aware("a stored time", value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


ACCOUNTS = Table(
    "riskkit_accounts",
    METADATA,
    Column("account_id", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("account_id", name="pk_riskkit_accounts"),
)
"""One row for each account ever opened."""

GENERATIONS = Table(
    "riskkit_generations",
    METADATA,
    Column("account_id", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_opened_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("account_id", "generation", name="pk_riskkit_generations"),
    UniqueConstraint("account_id", "fingerprint", name="uq_riskkit_generations_fingerprint"),
    ForeignKeyConstraint(
        ["account_id"], ["riskkit_accounts.account_id"], name="fk_riskkit_generations_account"
    ),
)
"""One row for each bot database that an account has had, numbered from 1."""


def _of_a_generation(
    name: str, *parts: Column[Any] | Constraint | Index, key: tuple[str, ...], sqlite_with_rowid: bool = True
) -> Table:
    """Define a table whose rows belong to a generation of an account; `key` tells them apart within it."""
    return Table(
        name,
        METADATA,
        Column("account_id", Text, nullable=False),
        Column("generation", Integer, nullable=False),
        *parts,
        PrimaryKeyConstraint("account_id", "generation", *key, name=f"pk_{name}"),
        ForeignKeyConstraint(
            ["account_id", "generation"],
            ["riskkit_generations.account_id", "riskkit_generations.generation"],
            name=f"fk_{name}_generation",
        ),
        sqlite_with_rowid=sqlite_with_rowid,
    )


STATES = _of_a_generation(
    "riskkit_states",
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    key=("name",),
)
"""The latest state of each part of the kit that has to survive a restart."""

DECISIONS = _of_a_generation(
    "riskkit_decisions",
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("account_id", "generation", "digest", name="uq_riskkit_decisions_digest"),
    Index("ix_riskkit_decisions_at", "account_id", "generation", "at"),
    Index("ix_riskkit_decisions_kind", "account_id", "generation", "kind", "at"),
    key=("number",),
)
"""What was decided, numbered from 1 in the order of arrival; the digest makes a repeated write harmless."""

REQUESTS = _of_a_generation(
    "riskkit_requests",
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rule", Text, nullable=True),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("taken_at", UtcDateTime, nullable=True),
    Column("answer", Text, nullable=False),
    Index("ix_riskkit_requests_taken", "account_id", "generation", "taken_at"),
    key=("number",),
)
"""What people asked the bot for, numbered from 1; `taken_at` is null until the bot has taken it."""

TRADES = _of_a_generation(
    "riskkit_trades",
    Column("trade_id", BigInteger, nullable=False),
    Column("pair", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("entry_rate", Double, nullable=False),
    Column("exit_rate", Double, nullable=False),
    Column("amount", Double, nullable=False),
    Column("stake", Double, nullable=False),
    Column("gross_pnl", Double, nullable=False),
    Column("pnl_ratio", Double, nullable=False),
    Column("fees", Double, nullable=False),
    Column("net_pnl", Double, nullable=False),
    Column("entry_at", UtcDateTime, nullable=False),
    Column("exit_at", UtcDateTime, nullable=False),
    Column("enter_tag", Text, nullable=True),
    Column("exit_reason", Text, nullable=True),
    Column("leverage", Double, nullable=False),
    Column("fills", Integer, nullable=False),
    Column("realised_slippage", Double, nullable=True),
    Column("digest", String(32), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime, nullable=True),
    Index("ix_riskkit_trades_exit", "account_id", "generation", "exit_at"),
    key=("trade_id",),
    sqlite_with_rowid=False,
)
"""Closed trades as Freqtrade's database has them; its trade ids are unique in a generation only.

`seen_at` is when the row took the form it has; `deleted_at` says since when Freqtrade's database lacks it.
"""

EQUITY = _of_a_generation(
    "riskkit_equity",
    Column("at", UtcDateTime, nullable=False),
    Column("equity", Double, nullable=False),
    Column("realised", Double, nullable=False),
    Column("unrealised", Double, nullable=False),
    Column("peak", Double, nullable=False),
    Column("oldest_mark_seconds", Double, nullable=True),
    key=("at",),
    sqlite_with_rowid=False,
)
"""Samples of the equity, one a moment."""

CASH_FLOWS = _of_a_generation(
    "riskkit_cash_flows",
    Column("flow_id", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("amount", Double, nullable=False),
    key=("flow_id",),
    sqlite_with_rowid=False,
)
"""Deposits and withdrawals."""

ORDERS = _of_a_generation(
    "riskkit_orders",
    Column("pair", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("trade_id", BigInteger, nullable=False),
    Column("side", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("price", Double, nullable=False),
    Column("trigger_price", Double, nullable=True),
    Column("amount", Double, nullable=False),
    Column("filled", Double, nullable=False),
    Column("remaining", Double, nullable=False),
    Column("average", Double, nullable=True),
    Column("value", Double, nullable=False),
    Column("state", Text, nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("reserved_capital", Double, nullable=False),
    Index("ix_riskkit_orders_placed", "account_id", "generation", "placed_at"),
    Index("ix_riskkit_orders_state", "account_id", "generation", "state"),
    key=("pair", "order_id"),
    sqlite_with_rowid=False,
)
"""Orders as last seen; an exchange's order ids are unique within a pair only."""

ALERTS = _of_a_generation(
    "riskkit_alerts",
    Column("number", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("account_id", "generation", "digest", name="uq_riskkit_alerts_digest"),
    Index("ix_riskkit_alerts_at", "account_id", "generation", "at"),
    key=("number",),
)
"""What a person was told, numbered from 1; the digest makes a repeated write harmless."""
