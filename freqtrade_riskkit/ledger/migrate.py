"""Brings a store to the newest schema: at once where it is there already, through Alembic where not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from freqtrade_riskkit.ledger.schema import SCHEMA_VERSION, VERSION_TABLE
from freqtrade_riskkit.ledger.store import Store
from freqtrade_riskkit.ledger.version import schema_version

_SCRIPTS = Path(__file__).parent / "migrations"
_LONGEST_MIGRATION = "60s"

MIGRATION_LOCK = 0x7269736B6B6974
"""The advisory lock that the bots of one PostgreSQL database share: "riskkit" in ASCII."""


def ensure_schema(store: Store) -> None:
    """Create or upgrade the tables. One transaction: it happens whole or not at all.

    Several processes may do this at once; one migrates, the others wait for it and find the work done.

    Raises
    ------
    LedgerUnavailable
        The store can't be used, or a newer kit has written it.
    """
    action = "prepare the tables"
    if store.place.file is not None:
        with store.failures_told(action):
            store.place.file.parent.mkdir(parents=True, exist_ok=True)
    with store.reading(action) as connection:
        version = schema_version(store, action, connection)
    if version != SCHEMA_VERSION:
        with store.writing(action) as connection:
            _wait_for_turn(connection)
            if schema_version(store, action, connection) != SCHEMA_VERSION:
                upgrade(connection)


def upgrade(connection: Connection) -> None:
    """Run the missing revisions within the caller's transaction, without a word in the log."""
    with _alembic_quiet():
        # Imported here: it takes longer than opening a store that needs no migration, and it logs.
        from alembic.operations import Operations
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        scripts = ScriptDirectory(str(_SCRIPTS))
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        missing = list(scripts.iterate_revisions("head", context.get_current_revision() or "base"))
        with Operations.context(context):
            for script in reversed(missing):
                script.module.upgrade()
                context.stamp(scripts, script.revision)


def _wait_for_turn(connection: Connection) -> None:
    """Let one process migrate at a time; an SQLite writer has the file to itself already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{_LONGEST_MIGRATION}'"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})


@contextmanager
def _alembic_quiet() -> Iterator[None]:
    """Keep Alembic's progress out of the bot's log, unless its logger was given a level on purpose."""
    logger = logging.getLogger("alembic")
    if logger.level != logging.NOTSET:
        yield
        return
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(logging.NOTSET)
