"""Stores as earlier versions of the kit left them."""

from __future__ import annotations

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from freqtrade_riskkit import ledger as ledger_package
from freqtrade_riskkit.ledger.schema import VERSION_TABLE
from freqtrade_riskkit.ledger.store import Store

MOMENT = "2026-03-01 12:30:15"
_ROWS = {
    "0001": (
        f"INSERT INTO riskkit_accounts VALUES ('main', '{MOMENT}')",
        f"INSERT INTO riskkit_generations VALUES ('main', 1, 'f1', '{MOMENT}', '{MOMENT}')",
        f"INSERT INTO riskkit_states VALUES ('main', 1, 'breaker', '{{\"version\"\\: 1}}', '{MOMENT}')",
        "INSERT INTO riskkit_decisions VALUES "
        f"('main', 1, 1, 'trip', 'MANUAL_TRIP', '{MOMENT}', 'by hand', '{{}}', 'digest')",
    ),
    "0002": (
        "INSERT INTO riskkit_requests VALUES "
        f"('main', 1, 1, 'trip', NULL, '{MOMENT}', 'exchange looks odd', NULL, '')",
    ),
}


def leave_schema(store: Store, version: str) -> None:
    """Leave what the kit of that schema left: its tables, and a row in each."""
    scripts = ScriptDirectory(str(Path(ledger_package.__file__).parent / "migrations"))
    with store.writing("begin") as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        with Operations.context(context):
            for script in reversed(list(scripts.iterate_revisions(version, "base"))):
                script.module.upgrade()
                context.stamp(scripts, script.revision)
                for statement in _ROWS[script.revision]:
                    connection.execute(text(statement))
