"""The schema: how a store gets it, and what the bot's log sees of that."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from freqtrade_riskkit import ledger as ledger_package
from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.ledger import AccountLedger, LedgerUnavailable, TradesPut, list_accounts
from freqtrade_riskkit.ledger.migrate import upgrade
from freqtrade_riskkit.ledger.place import locate
from freqtrade_riskkit.ledger.schema import METADATA, SCHEMA_VERSION, VERSION_TABLE
from freqtrade_riskkit.ledger.store import Store
from tests.unit.ledger.older_stores import leave_schema
from tests.unit.ledger.records import order, sample, trade

Open = Callable[..., AccountLedger]


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    with closing(Store(locate(store_url, tmp_path), 5.0)) as opened:
        yield opened


def test_schema_version_when_compared_with_the_revisions_then_newest_of_one_line() -> None:
    package = Path(ledger_package.__file__).parent
    scripts = ScriptDirectory(str(package / "migrations"))
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert scripts.get_heads() == [SCHEMA_VERSION]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]


def test_upgrade_when_run_on_an_empty_store_then_the_tables_are_those_of_the_schema(store: Store) -> None:
    with store.writing("migrate") as connection:
        upgrade(connection)
    with store.reading("compare") as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []


def test_upgrade_when_run_again_then_nothing_changes(store: Store) -> None:
    for _ in range(2):
        with store.writing("migrate") as connection:
            upgrade(connection)
    with store.reading("look") as connection:
        versions = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()
    assert versions == [SCHEMA_VERSION]


def test_upgrade_when_it_breaks_off_then_the_store_is_as_before(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing("migrate") as connection:
        upgrade(connection)
        assert inspect(connection).has_table("riskkit_states")
        raise ZeroDivisionError
    with store.reading("look") as connection:
        assert inspect(connection).get_table_names() == []


def test_open_when_a_newer_kit_has_written_the_store_then_refused_and_nothing_changes(
    store_url: str, store: Store, tmp_path: Path, open_account: Open
) -> None:
    open_account(store_url).close()
    with store.writing("age") as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    says = "its schema is 9999, this freqtrade-riskkit knows up to .*; upgrade freqtrade-riskkit"
    with pytest.raises(LedgerUnavailable, match=says):
        open_account(store_url, fingerprint="f2")
    with pytest.raises(LedgerUnavailable, match=says):
        list_accounts(store_url, tmp_path)
    with store.reading("look") as connection:
        assert connection.execute(text("SELECT count(*) FROM riskkit_generations")).scalar() == 1


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_store_of_an_earlier_schema_when_a_bot_opens_it_then_its_rows_stay_and_all_is_there(
    store_url: str, store: Store, open_account: Open, now: datetime, version: str
) -> None:
    leave_schema(store, version)
    ledger = open_account(store_url)
    assert ledger.generation == 1
    assert ledger.load_state("breaker") == '{"version": 1}'
    assert [(row.number, row.code, row.text) for row in ledger.decisions()] == [(1, "MANUAL_TRIP", "by hand")]
    asked = [row.text for row in ledger.open_requests()]
    assert asked == ([] if version == "0001" else ["exchange looks odd"])
    assert ledger.put_trades([trade(1)], now) == TradesPut(1, 0, 0)
    ledger.put_orders([order("o1")])
    ledger.add_equity([sample(now, 1_000.0)])
    ledger.add_cash_flows([CashFlow(5.0, now, "d1")])
    ledger.add_alert("LIMIT_NEAR", now, "", "{}")
    assert open_account(store_url).trades() == [trade(1)]
    with store.reading("compare") as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []


def test_rows_when_their_account_has_no_generation_then_the_store_refuses_them(
    store_url: str, store: Store, open_account: Open
) -> None:
    open_account(store_url)
    with pytest.raises(LedgerUnavailable, match=r"(?i)foreign key"), store.writing("smuggle") as connection:
        connection.execute(
            text("INSERT INTO riskkit_states VALUES ('main', 2, 'breaker', '{}', '2026-03-01 00:00:00')")
        )


def test_tables_when_they_hold_anything_then_the_account_comes_first_in_their_key() -> None:
    assert METADATA.tables
    for table in METADATA.tables.values():
        assert next(iter(table.primary_key.columns)).name == "account_id", table.name


def test_open_when_the_bot_logs_at_info_then_no_line_and_no_logger_is_changed(
    tmp_path: Path,
) -> None:
    """In a process of its own: Alembic logs when it is first imported."""
    script = f"""
import logging, sys
from datetime import UTC, datetime
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(name)s %(message)s")
handlers = list(logging.root.handlers)
from freqtrade_riskkit.ledger import open_ledger
assert "alembic" not in sys.modules, "imported before it is needed"
assert not any(name == "freqtrade" or name.startswith("freqtrade.") for name in sys.modules)
open_ledger("sqlite:///riskkit.sqlite", {str(tmp_path)!r}, "main", "f1", datetime.now(UTC)).close()
assert "alembic" in sys.modules
assert logging.root.handlers == handlers
assert logging.root.level == logging.INFO
assert logging.getLogger("alembic").level == logging.NOTSET
assert not logging.getLogger("alembic").disabled
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_open_when_the_user_set_a_level_for_alembic_then_it_is_respected(
    open_account: Open, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="alembic"):
        open_account()
    assert any(record.name.startswith("alembic") for record in caplog.records)
