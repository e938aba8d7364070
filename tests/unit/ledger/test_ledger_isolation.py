"""No account ever sees another's rows, whatever happens in whatever order."""

from __future__ import annotations

import copy
import importlib
import pickle
import pkgutil
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import event

from freqtrade_riskkit import ledger as ledger_package
from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.ledger import AccountLedger, list_accounts, open_ledger
from tests.unit.ledger.records import order, sample, trade

Open = Callable[..., AccountLedger]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
URL = "sqlite:///riskkit.sqlite"
ACCOUNTS = ("main", "main'; --")
FINGERPRINTS = ("f1", "f2")
NAMES = ("breaker", "tracker")
KINDS = ("trip", "reset")

accounts = st.sampled_from(ACCOUNTS)
bodies = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
moments = st.integers(0, 3).map(lambda seconds: NOW + timedelta(seconds=seconds))


class TwoAccountsInOneStore(RuleBasedStateMachine):
    """Whatever two accounts do, each reads what a store of its own would hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="riskkit-ledger-"))
        self.ledgers: dict[str, AccountLedger] = {}
        self.fingerprints: dict[str, list[str]] = defaultdict(list)
        self.states: dict[tuple[str, int, str], str] = {}
        self.decisions: dict[tuple[str, int], list[tuple[datetime, int, str, str]]] = defaultdict(list)

    def teardown(self) -> None:
        for ledger in self.ledgers.values():
            ledger.close()
        shutil.rmtree(self.folder)

    @initialize()
    def open_both(self) -> None:
        for account in ACCOUNTS:
            self.open(account, "f1")

    @rule(account=accounts, fingerprint=st.sampled_from(FINGERPRINTS))
    def open(self, account: str, fingerprint: str) -> None:
        if account in self.ledgers:
            self.ledgers[account].close()
        self.ledgers[account] = open_ledger(URL, self.folder, account, fingerprint, NOW)
        if fingerprint not in self.fingerprints[account]:
            self.fingerprints[account].append(fingerprint)
        assert self.ledgers[account].generation == self.fingerprints[account].index(fingerprint) + 1

    @rule(account=accounts, name=st.sampled_from(NAMES), body=bodies, at=moments)
    def save_state(self, account: str, name: str, body: str, at: datetime) -> None:
        ledger = self.ledgers[account]
        ledger.save_state(name, body, at)
        self.states[account, ledger.generation, name] = body

    @rule(account=accounts, kind=st.sampled_from(KINDS), text=bodies, at=moments)
    def add_decision(self, account: str, kind: str, text: str, at: datetime) -> None:
        ledger = self.ledgers[account]
        ledger.add_decision(kind, "MANUAL_TRIP", at, text, "{}")
        rows = self.decisions[account, ledger.generation]
        if not any((row[0], row[2], row[3]) == (at, kind, text) for row in rows):
            rows.append((at, len(rows) + 1, kind, text))

    @invariant()
    def each_reads_its_own(self) -> None:
        for account, ledger in self.ledgers.items():
            for name in NAMES:
                assert ledger.load_state(name) == self.states.get((account, ledger.generation, name))
            expected = sorted(self.decisions[account, ledger.generation], reverse=True)
            assert [(row.at, row.number, row.kind, row.text) for row in ledger.decisions()] == expected
            for kind in KINDS:
                of_kind = [row for row in expected if row[2] == kind]
                assert [(row.at, row.number, row.kind, row.text) for row in ledger.decisions(kind)] == of_kind

    @invariant()
    def the_list_names_each_generation_once(self) -> None:
        listed = [(row.account_id, row.generation) for row in list_accounts(URL, self.folder)]
        assert listed == [
            (account, number)
            for account in sorted(self.ledgers)
            for number in range(1, len(self.fingerprints[account]) + 1)
        ]


TwoAccountsInOneStore.TestCase.settings = settings(
    max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTwoAccountsInOneStore = TwoAccountsInOneStore.TestCase


def test_every_statement_when_an_account_is_used_then_names_the_account(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    statements: list[str] = []
    event.listen(
        ledger._store._engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, parameters, context, many: statements.append(statement),
    )
    ledger.save_state("breaker", "{}", now)
    ledger.load_state("breaker")
    ledger.add_decision("trip", "MANUAL_TRIP", now, "", "{}")
    ledger.decisions("trip")
    ledger.put_trades([trade(1)], now)
    ledger.put_trades([trade(1, fees=0.6)], now)
    ledger.drop_trades([1], now)
    ledger.trades(limit=1)
    ledger.trade_digests()
    ledger.trade_arrays()
    ledger.put_orders([order("o1")])
    ledger.orders(open_only=True)
    ledger.add_equity([sample(now - timedelta(days=9, seconds=second), 5.0) for second in range(9)])
    ledger.equity()
    assert ledger.thin_equity(now) > 0
    ledger.add_cash_flows([CashFlow(1.0, now, "d1")])
    ledger.cash_flows()
    ledger.add_alert("LIMIT_NEAR", now, "", "{}")
    ledger.alerts()
    on_tables = [statement for statement in statements if "riskkit_" in statement]
    assert len(on_tables) >= 25
    assert all("account_id" in statement for statement in on_tables)


def modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(ledger_package.__path__, f"{ledger_package.__name__}.")
    return [ledger_package] + [importlib.import_module(module.name) for module in found]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_modules_when_taken_along_to_another_process_then_everything_in_them_pickles(
    module: ModuleType,
) -> None:
    for name, value in vars(module).items():
        if not name.startswith("__") and not isinstance(value, ModuleType):
            pickle.dumps(value)


def test_ledger_when_pickled_or_copied_then_refused(open_account: Open) -> None:
    ledger = open_account()
    with pytest.raises(TypeError, match="an open ledger can't be pickled"):
        pickle.dumps(ledger)
    with pytest.raises(TypeError, match="an open ledger can't be pickled"):
        copy.deepcopy(ledger)
