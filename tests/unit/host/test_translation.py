"""Freqtrade's orders as records: states, purposes and money that a backtest never shows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from freqtrade_riskkit.host.translation import finished_orders, order_records, trade_record
from tests.unit.host.freqtrade_cases import START, closed, order, trade


@pytest.mark.parametrize(
    ("status", "is_open", "filled", "state"),
    [
        ("open", True, 0.0, "open"),
        ("new", True, 0.0, "open"),
        ("open", True, 4.0, "partially_filled"),
        ("closed", False, 10.0, "filled"),
        ("canceled", False, 0.0, "cancelled"),
        ("cancelled", False, 4.0, "cancelled"),
        ("expired", False, 0.0, "expired"),
        ("rejected", False, 0.0, "rejected"),
        ("open", False, 0.0, "cancelled"),
        (None, True, 0.0, "open"),
        ("something new", True, 0.0, "open"),
    ],
)
def test_state_when_freqtrade_gives_a_status_then_translated(
    status: str | None, is_open: bool, filled: float, state: str
) -> None:
    placed = order(
        "buy", 10.0, 100.0, status=status, ft_is_open=is_open, filled=filled, remaining=10 - filled
    )

    (record,) = order_records(trade(placed), "main")

    assert str(record.state) == state
    assert (record.finished_at is None) is (state in ("open", "partially_filled"))
    assert (record.average is None) is (filled == 0)


@pytest.mark.parametrize(
    ("filled", "leverage", "reserved"), [(0.0, 1.0, 1000.0), (4.0, 1.0, 600.0), (4.0, 3.0, 200.0)]
)
def test_capital_when_an_entry_is_filled_in_part_then_the_rest_is_held(
    filled: float, leverage: float, reserved: float
) -> None:
    placed = order("buy", 10.0, 100.0, status="open", ft_is_open=True, filled=filled, remaining=10 - filled)

    (record,) = order_records(trade(placed, leverage=leverage), "main")

    assert record.reserved_capital == pytest.approx(reserved)
    assert record.value == 1000


def test_purposes_when_entries_and_exits_follow_each_other_then_by_what_was_filled_before() -> None:
    """A first entry that was cancelled unfilled leaves its successor the first one."""
    orders = [
        order("buy", 10.0, 99.0, hours=0, status="canceled", filled=0.0, remaining=10.0),
        order("buy", 10.0, 100.0, hours=1),
        order("buy", 5.0, 90.0, hours=2),
        order("sell", 7.5, 105.0, hours=3),
        order(
            "stoploss",
            7.5,
            80.0,
            hours=4,
            stop_price=80.0,
            order_type="stop_loss_limit",
            status="canceled",
            filled=0.0,
            remaining=7.5,
        ),
        order("sell", 7.5, 110.0, hours=5),
    ]
    whole = closed(*orders, profit=100.0, amount=7.5)

    records = order_records(whole, "main")

    assert [str(record.purpose) for record in records] == [
        *("entry", "entry", "added_entry", "partial_exit", "stop_loss", "exit"),
    ]
    assert [str(record.type) for record in records][4] == "stop_loss"
    assert (records[4].trigger_price, str(records[4].state)) == (80.0, "cancelled")
    assert finished_orders(whole) == [(record.purpose, record.state) for record in records]


def test_exit_when_half_was_sold_and_the_position_goes_on_then_partial_and_the_resting_rest_whole() -> None:
    """Five of ten are sold, five are left, and an order for those five rests."""
    held = trade(
        order("buy", 10.0, 100.0),
        order("sell", 5.0, 105.0, hours=1),
        order("sell", 5.0, 120.0, hours=2, status="open", ft_is_open=True, filled=0.0, remaining=5.0),
        amount=5.0,
    )

    assert [str(record.purpose) for record in order_records(held, "main")] == [
        *("entry", "partial_exit", "exit"),
    ]


def test_trade_when_it_was_short_then_slippage_is_what_was_sold_cheaper_and_bought_dearer() -> None:
    """Ten sold at 99.5 where 100 was asked for, bought at 90.25 instead of 90: 5 and 2.50."""
    whole = closed(
        order("sell", 10.0, 100.0, average=99.5),
        order("buy", 10.0, 90.0, hours=5, average=90.25),
        profit=90.6,
        is_short=True,
        leverage=2.0,
    )

    record = trade_record(whole, "main")

    assert record.realised_slippage == pytest.approx(7.5)
    assert record.fees == pytest.approx(0.001 * (995 + 902.5))
    assert record.gross_pnl == pytest.approx(90.6 + record.fees)
    assert (str(record.side), record.leverage, record.fills) == ("short", 2.0, 2)


def test_trade_when_its_dates_have_no_timezone_then_they_are_utc() -> None:
    naive = START.replace(tzinfo=None)
    whole = closed(order("buy", 10.0, 100.0), order("sell", 10.0, 110.0), profit=97.9)
    whole.open_date, whole.close_date = naive, naive + timedelta(hours=2)

    record = trade_record(whole, "main")

    assert (record.entry_at, record.holding_seconds) == (START, 7200)


@pytest.mark.parametrize("missing", ["close_date", "close_rate", "close_profit_abs"])
def test_trade_when_it_is_not_closed_completely_then_refused(missing: str) -> None:
    half = closed(order("buy", 10.0, 100.0), profit=0.0)
    setattr(half, missing, None)

    with pytest.raises(ValueError, match=r"trade 1 \(BTC/USDT\) is not closed completely"):
        trade_record(half, "main")
