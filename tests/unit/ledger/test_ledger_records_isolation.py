"""Trades, orders, equity and cash flows in a shared store: each account reads what its own would hold."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.core.records import OrderRecord, TradeRecord
from freqtrade_riskkit.ledger import AccountLedger, open_ledger, trade_digest, verify
from tests.unit.ledger.records import order, sample, trade

NOW = datetime(2026, 3, 1, tzinfo=UTC)
URL = "sqlite:///riskkit.sqlite"
OWNERS = (("main", "f1"), ("main", "f2"), ("main'; --", "g1"))

Owner = tuple[str, str]
owners = st.sampled_from(OWNERS)
ids = st.lists(st.integers(1, 4), max_size=3)
amounts = st.integers(1, 3).map(float)


class RecordsOfThreeOwners(RuleBasedStateMachine):
    """Two bot databases of one account, and another account, in one store."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="riskkit-ledger-"))
        self.ledgers: dict[Owner, AccountLedger] = {
            owner: open_ledger(URL, self.folder, *owner, NOW) for owner in OWNERS
        }
        self.trades: dict[Owner, dict[int, TradeRecord]] = defaultdict(dict)
        self.orders: dict[Owner, dict[str, OrderRecord]] = defaultdict(dict)
        self.equity: dict[Owner, dict[datetime, EquitySample]] = defaultdict(dict)
        self.flows: dict[Owner, dict[str, CashFlow]] = defaultdict(dict)

    def teardown(self) -> None:
        for ledger in self.ledgers.values():
            ledger.close()
        shutil.rmtree(self.folder)

    @rule(owner=owners, numbers=ids, fees=amounts)
    def put_trades(self, owner: Owner, numbers: list[int], fees: float) -> None:
        # Moments of their own, for the same trade under two accounts is a finding.
        entry = NOW - timedelta(days=9, seconds=OWNERS.index(owner))
        records = [
            trade(number, owner[0], fees=fees, gross_pnl=fees + 1, entry_at=entry, exit_at=entry)
            for number in numbers
        ]
        known = self.trades[owner]
        added = {number for number in numbers if number not in known}
        put = self.ledgers[owner].put_trades(records, NOW)
        assert put.added == len(added) or put.added + put.changed == len(set(numbers))
        known.update({record.trade_id: record for record in records})

    @rule(owner=owners, numbers=ids)
    def drop_trades(self, owner: Owner, numbers: list[int]) -> None:
        known = self.trades[owner]
        assert self.ledgers[owner].drop_trades(numbers, NOW) == len(known.keys() & set(numbers))
        for number in numbers:
            known.pop(number, None)

    @rule(owner=owners, number=st.integers(1, 3), filled=amounts)
    def put_order(self, owner: Owner, number: int, filled: float) -> None:
        record = order(str(number), owner[0], filled=filled)
        self.ledgers[owner].put_orders([record])
        self.orders[owner][record.order_id] = record

    @rule(owner=owners, days=st.integers(0, 3), seconds=st.integers(0, 5), equity=amounts)
    def add_equity(self, owner: Owner, days: int, seconds: int, equity: float) -> None:
        one = sample(NOW - timedelta(days=days, seconds=seconds), equity)
        self.ledgers[owner].add_equity([one])
        self.equity[owner][one.at] = one

    @rule(owner=owners)
    def thin_equity(self, owner: Owner) -> None:
        self.ledgers[owner].thin_equity(NOW)
        left = self.ledgers[owner].equity()
        assert set(left) <= set(self.equity[owner].values())
        self.equity[owner] = {one.at: one for one in left}

    @rule(owner=owners, number=st.integers(1, 3), amount=amounts)
    def add_flow(self, owner: Owner, number: int, amount: float) -> None:
        flow = CashFlow(amount, NOW, str(number))
        new = self.flows[owner].setdefault(flow.id, flow) is flow
        assert self.ledgers[owner].add_cash_flows([flow]) == ([flow] if new else [])

    @invariant()
    def each_reads_its_own(self) -> None:
        for owner, ledger in self.ledgers.items():
            trades = self.trades[owner]
            assert {record.trade_id: record for record in ledger.trades()} == trades
            assert ledger.trade_digests() == {number: trade_digest(one) for number, one in trades.items()}
            assert ledger.trade_arrays().trade_id.tolist() == sorted(trades)
            assert {record.order_id: record for record in ledger.orders()} == self.orders[owner]
            assert ledger.equity() == [one for _, one in sorted(self.equity[owner].items())]
            assert {flow.id: flow for flow in ledger.cash_flows()} == self.flows[owner]

    @invariant()
    def the_store_is_clean(self) -> None:
        assert verify(URL, self.folder, NOW) == []


RecordsOfThreeOwners.TestCase.settings = settings(
    max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestRecordsOfThreeOwners = RecordsOfThreeOwners.TestCase
