"""The contamination check: silent about what the kit wrote, loud about everything else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.order_states import OrderState
from freqtrade_riskkit.ledger import (
    AccountLedger,
    Finding,
    FindingKind,
    LedgerUnavailable,
    RequestKind,
    verify,
)
from freqtrade_riskkit.ledger.place import locate
from freqtrade_riskkit.ledger.store import Store
from tests.unit.ledger.older_stores import leave_schema
from tests.unit.ledger.records import BEGIN, order, sample, trade

Open = Callable[..., AccountLedger]


def fill(ledger: AccountLedger, now: datetime) -> None:
    """A row or two in each table, none shared with another account."""
    shift = timedelta(microseconds=sum(ledger.account_id.encode()) + ledger.generation)
    trades = [trade(number, ledger.account_id) for number in (1, 2, 3)]
    ledger.put_trades([one._replace(entry_at=one.entry_at + shift) for one in trades], now)
    ledger.drop_trades([3], now)
    ledger.put_orders([order("o1", ledger.account_id)])
    ledger.add_equity([sample(BEGIN, 990.0), sample(now, 1_000.0)])
    ledger.add_cash_flows([CashFlow(10.0, BEGIN, "d1")])
    ledger.save_state("breaker", "{}", now)
    for number in (1, 2):
        ledger.add_decision("trip", "MANUAL_TRIP", now, str(number), "{}")
        ledger.add_alert("LIMIT_NEAR", now, str(number), "{}")
        ledger.add_request(RequestKind.TRIP, now, str(number))


@pytest.fixture
def filled(store_url: str, open_account: Open, now: datetime) -> AccountLedger:
    """The first of three owners whose rows fill the store."""
    ledgers = [
        open_account(store_url),
        open_account(store_url, fingerprint="f2"),
        open_account(store_url, account_id="other", fingerprint="g1"),
    ]
    for ledger in ledgers:
        fill(ledger, now)
    return ledgers[0]


@pytest.fixture
def tamper(store_url: str, tmp_path: Path) -> Callable[..., None]:
    """Change rows past the kit, foreign keys switched off."""

    def change(*statements: str) -> None:
        with closing(Store(locate(store_url, tmp_path), 5.0)) as store, store._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
            else:
                connection.exec_driver_sql("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(text(statement))
            connection.commit()

    return change


def brief(findings: list[Finding]) -> list[tuple[str, str, int | None, str, str]]:
    return [
        (str(one.kind), one.account_id, one.generation, one.table.removeprefix("riskkit_"), one.key)
        for one in findings
    ]


def test_verify_when_only_the_kit_wrote_then_nothing_is_found(
    store_url: str, tmp_path: Path, filled: AccountLedger, now: datetime
) -> None:
    assert verify(store_url, tmp_path, now) == []


def test_verify_when_there_is_no_store_then_nothing_is_found_and_nothing_made(
    store_url: str, tmp_path: Path, now: datetime
) -> None:
    assert verify(store_url, tmp_path, now) == []
    assert list(tmp_path.iterdir()) == []


def test_verify_when_an_older_kit_keeps_the_store_then_unavailable_with_the_remedy(
    store_url: str, tmp_path: Path, now: datetime
) -> None:
    with closing(Store(locate(store_url, tmp_path), 5.0)) as store:
        leave_schema(store, "0002")
    with pytest.raises(LedgerUnavailable, match="its schema is 0002, an older kit keeps it; start the bot"):
        verify(store_url, tmp_path, now)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE riskkit_trades SET net_pnl = 2.5, gross_pnl = 3.0"
            " WHERE account_id = 'other' AND trade_id = 2",
            ("altered", "other", 1, "trades", "2"),
        ),
        (
            "UPDATE riskkit_trades SET enter_tag = NULL"
            " WHERE account_id = 'main' AND generation = 2 AND trade_id = 3",
            ("altered", "main", 2, "trades", "3"),
        ),
        (
            "UPDATE riskkit_trades SET account_id = 'other', trade_id = 9"
            " WHERE account_id = 'main' AND generation = 1 AND trade_id = 1",
            ("altered", "other", 1, "trades", "9"),
        ),
        (
            "UPDATE riskkit_trades SET side = 'up' WHERE account_id = 'other' AND trade_id = 1",
            ("unreadable", "other", 1, "trades", "1"),
        ),
        (
            "UPDATE riskkit_decisions SET text = 'never' WHERE account_id = 'other' AND number = 2",
            ("altered", "other", 1, "decisions", "2"),
        ),
        (
            "UPDATE riskkit_alerts SET code = 'NONE' WHERE account_id = 'other' AND number = 1",
            ("altered", "other", 1, "alerts", "1"),
        ),
        (
            "DELETE FROM riskkit_decisions WHERE account_id = 'other' AND number = 1",
            ("missing", "other", 1, "decisions", "2"),
        ),
        (
            "DELETE FROM riskkit_requests WHERE account_id = 'other' AND number = 1",
            ("missing", "other", 1, "requests", "2"),
        ),
        (
            "UPDATE riskkit_orders SET state = 'lost' WHERE account_id = 'other'",
            ("unreadable", "other", 1, "orders", "BTC/USDT o1"),
        ),
        (
            "UPDATE riskkit_cash_flows SET amount = 0 WHERE account_id = 'other'",
            ("unreadable", "other", 1, "cash_flows", "d1"),
        ),
        (
            "UPDATE riskkit_generations SET fingerprint = 'f2' WHERE account_id = 'other'",
            ("fingerprint_shared", "other", 1, "generations", "1"),
        ),
        (
            "INSERT INTO riskkit_states VALUES ('main', 7, 'breaker', '{}', '2026-03-01 00:00:00')",
            ("owner_unknown", "main", 7, "states", "breaker"),
        ),
        (
            "UPDATE riskkit_cash_flows SET account_id = 'ghost' WHERE account_id = 'other'",
            ("owner_unknown", "ghost", 1, "cash_flows", "d1"),
        ),
        (
            "DELETE FROM riskkit_accounts WHERE account_id = 'other'",
            ("owner_unknown", "other", 1, "generations", "1"),
        ),
    ],
    ids=lambda value: value[:45] if isinstance(value, str) else "",
)
def test_verify_when_a_row_was_changed_past_the_kit_then_it_is_named(
    store_url: str,
    tmp_path: Path,
    filled: AccountLedger,
    tamper: Callable[..., None],
    now: datetime,
    statement: str,
    expected: tuple[str, str, int, str, str],
) -> None:
    tamper(statement)
    findings = verify(store_url, tmp_path, now)
    assert expected in brief(findings)
    assert {one.kind for one in findings} == {FindingKind(expected[0])}
    assert all("\n" not in one.text and one.text for one in findings)


def test_verify_when_a_bot_database_serves_two_accounts_then_both_and_their_common_trades_are_named(
    store_url: str, tmp_path: Path, open_account: Open, now: datetime
) -> None:
    """A copied database: the same trades are taken for two accounts' performance."""
    for account in ("one", "two"):
        ledger = open_account(store_url, account_id=account, fingerprint="copied")
        ledger.put_trades([trade(number, account) for number in range(1, 6)], now)
    mirror = open_account(store_url, account_id="mirror", fingerprint="m")
    mirror.put_trades([trade(1, "mirror", entry_at=BEGIN + timedelta(microseconds=7))], now)
    findings = verify(store_url, tmp_path, now)
    assert brief(findings) == [
        ("fingerprint_shared", "one", 1, "generations", "1"),
        ("fingerprint_shared", "two", 1, "generations", "1"),
        ("trade_shared", "one", 1, "trades", "1"),
        ("trade_shared", "two", 1, "trades", "1"),
    ]
    assert findings[0].text == "its bot database is also that of 'two', generation 1"
    assert findings[2].text == "5 trades are recorded under another account too, from trade 1 on"


def test_verify_when_records_contradict_time_or_themselves_then_each_is_named(
    store_url: str, tmp_path: Path, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    ahead = now + timedelta(minutes=6)
    ledger.put_trades(
        [
            trade(1),
            trade(2, entry_at=BEGIN + timedelta(days=1)),
            trade(3, exit_at=ahead),
            trade(4, gross_pnl=9.0),
            trade(5, exit_at=now + timedelta(minutes=4)),
        ],
        now,
    )
    ledger.add_equity([sample(BEGIN, 1_000.5), sample(ahead, 1.0)])
    ledger.add_cash_flows([CashFlow(1.0, ahead, "d1")])
    ended: dict[str, Any] = {"state": OrderState.FILLED, "finished_at": BEGIN - timedelta(seconds=1)}
    ledger.put_orders(
        [order("late", placed_at=ahead), order("ended", **ended, reserved_capital=0.0), order("open")]
    )
    ledger.put_orders([order("holds", state=OrderState.CANCELLED, finished_at=BEGIN)])
    ledger.add_decision("trip", "MANUAL_TRIP", ahead, "", "{}")
    ledger.add_alert("LIMIT_NEAR", ahead, "", "{}")
    found = brief(verify(store_url, tmp_path, now))
    assert sorted((kind, table, key) for kind, _, _, table, key in found if table != "equity") == [
        ("mismatched", "orders", "BTC/USDT holds"),
        ("mismatched", "trades", "4"),
        ("out_of_order", "alerts", "1"),
        ("out_of_order", "cash_flows", "d1"),
        ("out_of_order", "decisions", "1"),
        ("out_of_order", "orders", "BTC/USDT ended"),
        ("out_of_order", "orders", "BTC/USDT late"),
        ("out_of_order", "trades", "2"),
        ("out_of_order", "trades", "3"),
    ]
    of_equity = [(kind, key[:16]) for kind, _, _, table, key in found if table == "equity"]
    assert sorted(of_equity) == [
        ("mismatched", "2026-02-01 00:00"),
        ("out_of_order", f"{ahead:%Y-%m-%d %H:%M}"),
    ]


def test_verify_when_it_ran_then_the_store_is_as_before(
    tmp_path: Path, open_account: Open, now: datetime
) -> None:
    ledger = open_account()
    fill(ledger, now)
    ledger.close()
    file = tmp_path / "riskkit.sqlite"
    before = file.read_bytes()
    assert verify("sqlite:///riskkit.sqlite", tmp_path, now) == []
    assert file.read_bytes() == before
    with pytest.raises(ValueError, match="now must be aware"):
        verify("sqlite:///riskkit.sqlite", tmp_path, now.replace(tzinfo=None))
