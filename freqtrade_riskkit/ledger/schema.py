"""The tables as they are today; ``migrations/`` brings an older store to this shape.

Every table belongs to one account: `account_id` is the first column of each primary key. The names are
prefixed so that the store may live in a database that holds other tables too.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
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

SCHEMA_VERSION = "0001"
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

STATES = Table(
    "riskkit_states",
    METADATA,
    Column("account_id", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("account_id", "generation", "name", name="pk_riskkit_states"),
    ForeignKeyConstraint(
        ["account_id", "generation"],
        ["riskkit_generations.account_id", "riskkit_generations.generation"],
        name="fk_riskkit_states_generation",
    ),
)
"""The latest state of each part of the kit that has to survive a restart."""

DECISIONS = Table(
    "riskkit_decisions",
    METADATA,
    Column("account_id", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    PrimaryKeyConstraint("account_id", "generation", "number", name="pk_riskkit_decisions"),
    UniqueConstraint("account_id", "generation", "digest", name="uq_riskkit_decisions_digest"),
    ForeignKeyConstraint(
        ["account_id", "generation"],
        ["riskkit_generations.account_id", "riskkit_generations.generation"],
        name="fk_riskkit_decisions_generation",
    ),
    Index("ix_riskkit_decisions_at", "account_id", "generation", "at"),
    Index("ix_riskkit_decisions_kind", "account_id", "generation", "kind", "at"),
)
"""What was decided, numbered from 1 in the order of arrival; the digest makes a repeated write harmless."""
