"""Orders as last seen, cash flows and alerts: each once, none of another account."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.order_states import OrderState
from freqtrade_riskkit.core.performance import ForeignRecord
from freqtrade_riskkit.core.records import OrderType, Purpose
from freqtrade_riskkit.ledger import AccountLedger, AlertRow, LedgerUnavailable, RecordRefused
from tests.unit.ledger.records import BEGIN, order

Open = Callable[..., AccountLedger]
LATER = BEGIN + timedelta(minutes=1)


def test_orders_when_put_then_read_exactly_by_placement_and_openness(
    store_url: str, open_account: Open
) -> None:
    ledger = open_account(store_url)
    stop = order(
        "o2",
        side="sell",
        purpose=Purpose.STOP_LOSS,
        type=OrderType.STOP_LOSS,
        trigger_price=0.1 + 0.2,
        average=1 / 3,
        placed_at=LATER,
    )
    filled = order("o3", state=OrderState.FILLED, finished_at=LATER, placed_at=BEGIN - timedelta(hours=1))
    ledger.put_orders([stop, order("o1"), filled])
    assert ledger.orders() == [filled, order("o1"), stop]
    assert ledger.orders(open_only=True) == [order("o1"), stop]
    assert ledger.orders(since=LATER) == [stop]
    assert ledger.orders(open_only=True, since=BEGIN) == [order("o1"), stop]
    assert all(isinstance(one.state, OrderState) for one in ledger.orders())


def test_orders_when_they_move_then_one_row_each_and_an_ended_one_never_comes_back(
    store_url: str, open_account: Open
) -> None:
    """What was buffered may arrive late."""
    ledger = open_account(store_url)
    partly = order("o1", state=OrderState.PARTIALLY_FILLED, filled=0.05, remaining=0.05, updated_at=LATER)
    filled = replace(partly, state=OrderState.FILLED, filled=0.1, remaining=0.0, finished_at=LATER)
    late_fee = replace(filled, average=60_000.5)
    for step, expected in [
        (order("o1"), order("o1")),
        (partly, partly),
        (filled, filled),
        (partly, filled),
        (late_fee, late_fee),
        (late_fee, late_fee),
    ]:
        ledger.put_orders([step])
        assert ledger.orders() == [expected]


def test_orders_when_pairs_share_an_id_then_two_orders(store_url: str, open_account: Open) -> None:
    """Exchanges number the orders of each pair apart."""
    ledger = open_account(store_url)
    both = [order("7"), order("7", pair="ETH/USDT")]
    ledger.put_orders(both)
    ledger.put_orders(both)
    assert ledger.orders() == both


def test_orders_when_accounts_or_databases_differ_then_each_sees_its_own(
    store_url: str, open_account: Open
) -> None:
    main, newer = open_account(store_url), open_account(store_url, fingerprint="f2")
    other = open_account(store_url, account_id="other")
    main.put_orders([order("o1")])
    other.put_orders([order("o1", "other", amount=9.0)])
    assert [one.amount for one in main.orders() + newer.orders() + other.orders()] == [0.1, 9.0]
    with pytest.raises(ForeignRecord):
        main.put_orders([order("o2"), order("o3", "other")])
    assert main.orders() == [order("o1")]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"price": math.nan}, "price must be finite"),
        ({"average": math.inf}, "average must be finite"),
        ({"trigger_price": math.nan}, "trigger_price must be finite"),
        ({"reserved_capital": -math.inf}, "reserved_capital must be finite"),
        ({"placed_at": BEGIN.replace(tzinfo=None)}, "placed_at must be aware"),
        ({"finished_at": BEGIN.replace(tzinfo=None)}, "finished_at must be aware"),
        ({"state": "lost"}, "'lost' is not a valid OrderState"),
        ({"trade_id": -1}, "trade_id must be from 0"),
        ({"pair": " "}, "pair must not be empty"),
        ({"order_id": ""}, "order_id must not be empty"),
        ({"order_id": "x" * 256}, "order_id must have at most 255"),
    ],
)
def test_orders_when_a_value_cannot_be_stored_then_refused_by_name_and_nothing_is_written(
    open_account: Open, fields: dict[str, Any], says: str
) -> None:
    ledger = open_account()
    with pytest.raises(RecordRefused, match=f"^order .*: {says}"):
        ledger.put_orders([order("o1"), order(**{"order_id": "o9", **fields})])
    assert ledger.orders() == []


def test_orders_when_ids_are_odd_then_kept_readably(store_url: str, open_account: Open) -> None:
    ledger = open_account(store_url)
    ledger.put_orders([order("a\0b\ud800", pair="'; --"), order("x" * 255)])
    ledger.put_orders([order("a\0b\ud800", pair="'; --", filled=0.1)])
    assert [(one.order_id, one.pair, one.filled) for one in ledger.orders()] == [
        ("a\\x00b\\ud800", "'; --", 0.1),
        ("x" * 255, "BTC/USDT", 0.0),
    ]


def test_cash_flows_when_added_then_the_new_ones_are_told_and_a_known_id_stays_as_it_was(
    store_url: str, open_account: Open
) -> None:
    ledger = open_account(store_url)
    deposit, withdrawal = CashFlow(100.1, LATER, "d1"), CashFlow(-0.3, BEGIN, "w'1")
    assert ledger.add_cash_flows([deposit, withdrawal]) == [deposit, withdrawal]
    assert ledger.add_cash_flows([deposit, replace(withdrawal, amount=-9.0)]) == []
    fresh = CashFlow(5.0, LATER, "d2")
    assert ledger.add_cash_flows([fresh, deposit, fresh]) == [fresh]
    assert ledger.add_cash_flows([]) == []
    assert ledger.cash_flows() == [withdrawal, deposit, fresh]


def test_cash_flows_when_accounts_or_databases_differ_then_each_sees_its_own(
    store_url: str, open_account: Open
) -> None:
    main, newer = open_account(store_url), open_account(store_url, fingerprint="f2")
    other = open_account(store_url, account_id="other")
    flows = [CashFlow(amount, BEGIN, "d1") for amount in (1.0, 2.0)]
    main.add_cash_flows(flows[:1])
    other.add_cash_flows(flows[1:])
    assert [ledger.cash_flows() for ledger in (main, newer, other)] == [flows[:1], [], flows[1:]]


def test_cash_flows_when_the_id_is_no_key_then_refused_and_nothing_is_written(open_account: Open) -> None:
    ledger = open_account()
    with pytest.raises(RecordRefused, match="cash flow .*: flow_id must not be empty"):
        ledger.add_cash_flows([CashFlow(1.0, BEGIN, "d1"), CashFlow(1.0, BEGIN, " ")])
    assert ledger.cash_flows() == []


def test_alerts_when_added_then_numbered_once_and_read_newest_first(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    for _ in range(2):
        ledger.add_alert("DRAWDOWN_WARNING", now, "limit=0.10, value=0.12", "{}")
        ledger.add_alert("LIMIT_NEAR", now - timedelta(hours=1), "pair A\0B", "{}")
    ledger.add_alert("DRAWDOWN_WARNING", now, "limit=0.10, value=0.13", "{}")
    assert ledger.alerts() == [
        AlertRow(3, "DRAWDOWN_WARNING", now, "limit=0.10, value=0.13", "{}"),
        AlertRow(1, "DRAWDOWN_WARNING", now, "limit=0.10, value=0.12", "{}"),
        AlertRow(2, "LIMIT_NEAR", now - timedelta(hours=1), "pair A\\x00B", "{}"),
    ]
    assert [row.number for row in ledger.alerts(limit=1)] == [3]
    other = open_account(store_url, account_id="other")
    assert other.alerts() == []
    with pytest.raises(ValueError, match="limit must be 1 or more, was 0"):
        ledger.alerts(limit=0)
    with pytest.raises(ValueError, match="code must not be empty"):
        ledger.add_alert("", now, "", "{}")
    with pytest.raises(ValueError, match="at must be aware"):
        ledger.add_alert("X", now.replace(tzinfo=None), "", "{}")


def test_every_method_when_the_ledger_is_closed_then_unavailable(open_account: Open, now: datetime) -> None:
    ledger = open_account()
    ledger.close()
    calls: list[Callable[[], object]] = [
        lambda: ledger.put_orders([order("o1")]),
        ledger.orders,
        lambda: ledger.add_cash_flows([CashFlow(1.0, BEGIN, "d1")]),
        ledger.cash_flows,
        lambda: ledger.add_alert("X", now, "", "{}"),
        ledger.alerts,
    ]
    for call in calls:
        with pytest.raises(LedgerUnavailable, match="it was closed"):
            call()
