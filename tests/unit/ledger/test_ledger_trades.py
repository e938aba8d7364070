"""Closed trades: recorded once, changed where they changed, dropped without being lost, read in order."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from freqtrade_riskkit.core.performance import ForeignRecord
from freqtrade_riskkit.core.records import Side, TradeRecord
from freqtrade_riskkit.ledger import (
    AccountLedger,
    LedgerUnavailable,
    RecordRefused,
    TradesPut,
    open_ledger,
    trade_digest,
)
from freqtrade_riskkit.ledger.schema import TRADES
from freqtrade_riskkit.ledger.trade_form import stored_form
from tests.unit.ledger.records import BEGIN, odd_trades, trade

Open = Callable[..., AccountLedger]
URL = "sqlite:///riskkit.sqlite"


def test_trades_when_put_then_read_as_they_were_in_the_order_of_closing(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    same_moment = BEGIN + timedelta(hours=2)
    records = [
        trade(3, exit_at=same_moment, realised_slippage=-0.1, enter_tag=None, exit_reason=""),
        trade(1, net_pnl=0.1 + 0.2, side=Side.SHORT, enter_tag="ünï 🚀"),
        trade(2, exit_at=same_moment, entry_at=BEGIN + timedelta(microseconds=1)),
    ]
    assert ledger.put_trades(records, now) == TradesPut(3, 0, 0)
    assert ledger.trades() == [records[1], records[2], records[0]]
    assert [type(record.side) for record in ledger.trades()] == [Side] * 3
    assert ledger.trade_digests() == {record.trade_id: trade_digest(record) for record in records}


@pytest.mark.parametrize(
    ("since", "until", "limit", "ids"),
    [
        (2, None, None, [2, 3, 4]),
        (None, 3, None, [1, 2]),
        (2, 4, None, [2, 3]),
        (None, None, 2, [3, 4]),
        (1, 4, 1, [3]),
        (3, 3, None, []),
    ],
)
def test_trades_when_a_period_and_a_limit_are_given_then_the_last_of_those_closed_in_it(
    store_url: str,
    open_account: Open,
    now: datetime,
    since: int | None,
    until: int | None,
    limit: int | None,
    ids: list[int],
) -> None:
    ledger = open_account(store_url)
    ledger.put_trades(map(trade, range(1, 5)), now)
    begin, end = (None if hour is None else BEGIN + timedelta(hours=hour) for hour in (since, until))
    assert [record.trade_id for record in ledger.trades(begin, end, limit)] == ids


def test_trades_when_put_again_then_unchanged_and_what_changed_takes_its_new_form(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    ledger.put_trades([trade(1), trade(2)], now)
    late_fee = trade(2, fees=0.6, net_pnl=0.9)
    later = now + timedelta(minutes=1)
    assert ledger.put_trades([trade(1), late_fee, trade(3)], later) == TradesPut(1, 1, 1)
    assert ledger.trades() == [trade(1), late_fee, trade(3)]
    assert ledger.trade_digests()[2] == trade_digest(late_fee)
    with ledger._store.reading("look") as connection:
        seen = connection.execute(select(TRADES.c.seen_at).order_by(TRADES.c.trade_id)).scalars().all()
    assert seen == [now, later, later]


def test_trades_when_one_comes_twice_in_a_call_then_the_later_record_counts(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    assert ledger.put_trades([trade(1), trade(1, fees=0.6)], now) == TradesPut(1, 0, 0)
    assert ledger.trades() == [trade(1, fees=0.6)]


def test_trades_when_dropped_then_out_of_every_figure_but_kept_and_back_when_offered_again(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    ledger.put_trades(map(trade, range(1, 4)), now)
    assert ledger.drop_trades([2, 3, 99, 2], now) == 2
    assert ledger.drop_trades([2, 3], now + timedelta(minutes=1)) == 0
    assert ledger.trades() == [trade(1)]
    assert ledger.trade_digests() == {1: trade_digest(trade(1))}
    assert ledger.trade_arrays().trade_id.tolist() == [1]
    with ledger._store.reading("look") as connection:
        kept = connection.execute(select(TRADES.c.trade_id, TRADES.c.deleted_at).order_by("trade_id")).all()
    assert [tuple(row) for row in kept] == [(1, None), (2, now), (3, now)]
    assert ledger.put_trades([trade(2)], now) == TradesPut(0, 1, 0)
    assert [record.trade_id for record in ledger.trades()] == [1, 2]


def test_trades_when_accounts_or_databases_share_ids_then_each_sees_its_own(
    store_url: str, open_account: Open, now: datetime
) -> None:
    """A bot database that was begun anew numbers its trades from 1 again."""
    main, newer = open_account(store_url), open_account(store_url, fingerprint="f2")
    other = open_account(store_url, account_id="other")
    main.put_trades([trade(1), trade(2)], now)
    newer.put_trades([trade(1, fees=0.7)], now)
    other.put_trades([trade(1, "other", fees=0.8)], now)
    assert other.drop_trades([1, 2], now) == 1
    assert [ledger.trades() for ledger in (main, newer, other)] == [
        [trade(1), trade(2)],
        [trade(1, fees=0.7)],
        [],
    ]


def test_trades_when_one_is_of_another_account_then_refused_and_nothing_is_written(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    with pytest.raises(ForeignRecord, match="belongs to account 'other', not to 'main'"):
        ledger.put_trades([trade(1), trade(2, "other")], now)
    assert ledger.trades() == []


FLOATS = [name for name, kind in TradeRecord.__annotations__.items() if "float" in str(kind)]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("field", FLOATS)
def test_trades_when_a_number_is_not_finite_then_refused_by_name_and_nothing_is_written(
    open_account: Open, now: datetime, field: str, value: float
) -> None:
    ledger = open_account()
    fields: dict[str, Any] = {field: value}
    says = rf"^trade 7 \(BTC/USDT\): {field} must be finite, was {value}$"
    with pytest.raises(RecordRefused, match=says) as caught:
        ledger.put_trades([trade(1), trade(7, **fields)], now)
    assert caught.value.record == "trade 7 (BTC/USDT)"
    assert ledger.trades() == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"entry_at": BEGIN.replace(tzinfo=None)}, "entry_at must be aware"),
        ({"exit_at": BEGIN.replace(tzinfo=None)}, "exit_at must be aware"),
        ({"side": "both"}, "'both' is not a valid Side"),
        ({"fills": -1}, "fills must be from 0"),
        ({"fills": 2**31}, "fills must be from 0"),
        ({"trade_id": -1}, "trade_id must be from 0"),
        ({"trade_id": 2**63}, "trade_id must be from 0"),
    ],
)
def test_trades_when_a_value_cannot_be_stored_then_refused_with_the_trade_named(
    open_account: Open, now: datetime, fields: dict[str, Any], says: str
) -> None:
    ledger = open_account()
    bad = trade(7)._replace(**fields)
    with pytest.raises(RecordRefused, match=rf"trade {bad.trade_id} \(BTC/USDT\): {says}"):
        ledger.put_trades([bad], now)
    with pytest.raises(ValueError, match="seen_at must be aware"):
        ledger.put_trades([trade(1)], now.replace(tzinfo=None))
    assert ledger.trades() == []


def test_trades_when_large_numbers_add_up_beyond_any_float_then_kept_all_the_same(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    huge = trade(1, entry_rate=1.7e308, exit_rate=1.7e308)
    ledger.put_trades([huge], now)
    assert ledger.trades() == [huge]


def test_texts_when_no_database_could_keep_them_then_spelled_out_and_found_unchanged_again(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    hostile = trade(
        1, pair="A\0B/USDT", enter_tag="\ud800tag", exit_reason="'; DROP TABLE riskkit_trades; --"
    )
    ledger.put_trades([hostile], now)
    (kept,) = ledger.trades()
    assert (kept.pair, kept.enter_tag, kept.exit_reason) == (
        "A\\x00B/USDT",
        "\\ud800tag",
        "'; DROP TABLE riskkit_trades; --",
    )
    assert ledger.trade_digests() == {1: trade_digest(hostile)} == {1: trade_digest(kept)}
    assert ledger.put_trades([hostile], now) == ledger.put_trades([kept], now) == TradesPut(0, 0, 1)


def test_times_when_of_another_zone_then_the_same_trade_in_utc(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    there = timezone(timedelta(hours=-7))
    ledger.put_trades([trade(1, exit_at=BEGIN.astimezone(there), entry_at=BEGIN.astimezone(there))], now)
    (kept,) = ledger.trades()
    assert (kept.exit_at.isoformat(), kept.entry_at.isoformat()) == (BEGIN.isoformat(), BEGIN.isoformat())
    assert ledger.put_trades([trade(1, exit_at=BEGIN, entry_at=BEGIN)], now) == TradesPut(0, 0, 1)


def test_digest_when_any_field_differs_then_another_one() -> None:
    base = trade(1)
    other: dict[str, Any] = {
        "account_id": "other",
        "trade_id": 2,
        "pair": "BTC/USDC",
        "side": Side.SHORT,
        "entry_at": base.entry_at + timedelta(microseconds=1),
        "exit_at": base.exit_at + timedelta(microseconds=1),
        "enter_tag": None,
        "exit_reason": "",
        "fills": 3,
        "realised_slippage": 0.0,
        **{name: math.nextafter(1.5, 2) for name in FLOATS if name != "realised_slippage"},
    }
    assert set(other) == set(TradeRecord._fields)
    digests = [trade_digest(base._replace(**{name: value})) for name, value in other.items()]
    assert len({trade_digest(base), *digests}) == len(other) + 1
    assert trade_digest(base._replace(enter_tag="a", exit_reason="b")) != trade_digest(
        base._replace(enter_tag="ab", exit_reason="")
    )
    assert trade_digest(trade(1, enter_tag="")) != trade_digest(trade(1, enter_tag=None))


@pytest.mark.parametrize("count", [0, 1, 5_000])
def test_arrays_when_read_then_the_figures_of_the_records_in_the_order_of_closing(
    store_url: str, open_account: Open, now: datetime, count: int
) -> None:
    ledger = open_account(store_url)
    records = [
        trade(
            number,
            exit_at=BEGIN + timedelta(seconds=number * 7919 % 1000, microseconds=number % 3),
            entry_at=BEGIN - timedelta(seconds=number, microseconds=number * 37 % 1_000_000),
            net_pnl=number * 0.1,
            pnl_ratio=number / 3,
        )
        for number in range(1, count + 1)
    ]
    ledger.put_trades(records, now)
    arrays = ledger.trade_arrays()
    ordered = ledger.trades()
    assert ordered == sorted(records, key=lambda record: (record.exit_at, record.trade_id))
    assert arrays.trade_id.tolist() == [record.trade_id for record in ordered]
    assert arrays.net_pnl.tolist() == [record.net_pnl for record in ordered]
    assert arrays.fees.tolist() == [record.fees for record in ordered]
    assert arrays.pnl_ratio.tolist() == [record.pnl_ratio for record in ordered]
    assert arrays.holding_seconds.tolist() == [record.holding_seconds for record in ordered]
    assert arrays.exit_at.dtype == np.dtype("datetime64[us]")
    assert arrays.exit_at.tolist() == [record.exit_at.replace(tzinfo=None) for record in ordered]


def test_rows_when_something_else_wrote_them_then_unavailable_with_the_way_to_look(
    open_account: Open, now: datetime
) -> None:
    ledger = open_account()
    ledger.put_trades([trade(1)], now)
    with ledger._store.writing("spoil") as connection:
        connection.exec_driver_sql("UPDATE riskkit_trades SET side = 'sideways'")
    with pytest.raises(
        LedgerUnavailable, match="'sideways' is not a valid Side; see riskkit report --verify"
    ):
        ledger.trades()
    with ledger._store.writing("spoil") as connection:
        connection.exec_driver_sql("UPDATE riskkit_trades SET exit_at = 'noon'")
    with pytest.raises(LedgerUnavailable, match="see riskkit report --verify"):
        ledger.trade_arrays()


def test_put_when_nothing_is_offered_then_the_store_is_not_touched(open_account: Open, now: datetime) -> None:
    ledger = open_account()
    ledger.close()
    assert ledger.put_trades([], now) == TradesPut(0, 0, 0)
    with pytest.raises(LedgerUnavailable, match="it was closed"):
        ledger.put_trades([trade(1)], now)


def test_put_when_many_come_at_once_then_the_statements_are_few(open_account: Open, now: datetime) -> None:
    """A look-up or a write for each row would be ten times as slow."""
    ledger = open_account()
    statements: list[str] = []
    event.listen(
        ledger._store._engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, parameters, context, many: statements.append(statement),
    )
    records = [trade(number) for number in range(1, 4_001)]
    assert ledger.put_trades(records, now) == TradesPut(4_000, 0, 0)
    assert len(statements) <= 5


@settings(max_examples=60, deadline=None)
@given(st.lists(odd_trades(), max_size=6, unique_by=lambda record: record.trade_id))
def test_any_trades_when_put_twice_then_stored_once_and_exactly(records: list[TradeRecord]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_ledger(URL, Path(folder), "main", "f1", BEGIN)) as ledger,
    ):
        assert ledger.put_trades(records, BEGIN) == TradesPut(len(records), 0, 0)
        before = ledger.trades()
        assert ledger.put_trades(records, BEGIN) == TradesPut(0, 0, len(records))
        assert ledger.put_trades(before, BEGIN) == TradesPut(0, 0, len(records))
        assert ledger.trades() == before
        kept = {record.trade_id: record for record in before}
        assert kept == {record.trade_id: stored_form(record) for record in records}
        for record in records:
            found = kept[record.trade_id]
            assert found[4:14] == record[4:14]
            assert (found.leverage, found.realised_slippage) == (
                record.leverage,
                record.realised_slippage,
            )
