"""What orders are filled with, at which price, and what is locked meanwhile; sums worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from freqtrade_riskkit.practice.book import BookShape
from freqtrade_riskkit.practice.trading.fees import FeeSchedule
from freqtrade_riskkit.practice.trading.records import Status, TimeInForce
from freqtrade_riskkit.practice.trading.refusal import Refusal
from tests.support.trading_floor import START_MS, Hall, discrepancies, text

FLAT = [100.0, 100.0]
RICH = {"main": {"USDT": "10000", "BTC": "50"}}


def flat(**options: object) -> Hall:
    return Hall({"BTC/USDT": FLAT}, RICH, **options)  # type: ignore[arg-type]


def test_market_buy_when_it_needs_three_levels_then_each_at_its_price() -> None:
    """The first level offers 1,000 / 100 = 10 coins, the next 2,000 / 100.01 = 19.9981 (in whole steps)."""
    hall = flat()
    order = hall.order("BUY", "MARKET", amount="30")

    fills = [(text(f.price), text(f.amount)) for f in hall.account.fills]
    assert order.status is Status.FILLED
    assert fills == [("100", "10"), ("100.01", "19.99801"), ("100.02", "0.00199")]
    assert text(order.filled_value) == "3000.2000199"
    assert hall.money("USDT", "BTC") == [("6999.7999801", "0"), ("80", "0")]


def test_market_sell_when_over_a_quote_amount_then_no_more_than_that_comes_in() -> None:
    hall = flat()
    order = hall.order("SELL", "MARKET", quote_amount="250.55555")

    assert (text(order.amount), text(order.filled_value)) == ("2.50555", "250.555")
    assert hall.money("USDT", "BTC") == [("10250.555", "0"), ("47.49445", "0")]


def test_market_buy_when_over_a_quote_amount_then_whole_steps_for_it() -> None:
    hall = flat()
    order = hall.order("BUY", "MARKET", quote_amount="33.3333")

    assert (order.status, text(order.amount), text(order.filled_value)) == (
        Status.FILLED,
        "0.33333",
        "33.333",
    )


def test_market_buy_when_dearer_than_the_money_then_refused_and_nothing_changed() -> None:
    hall = flat()
    with pytest.raises(Refusal, match="Account has insufficient balance for requested action") as error:
        hall.order("BUY", "MARKET", amount="100.5")

    assert error.value.code == -2010
    assert hall.money("USDT", "BTC") == [("10000", "0"), ("50", "0")]
    assert hall.account.orders == {}


def test_limit_buy_when_below_the_market_then_it_locks_and_waits() -> None:
    hall = flat()
    order = hall.order("BUY", "LIMIT", amount="2", price="99", time_in_force=TimeInForce.GTC)

    assert order.status is Status.NEW
    assert hall.money("USDT") == [("9802", "198")]
    hall.floor.cancel(hall.account, order)
    assert hall.money("USDT") == [("10000", "0")]


def test_limit_buy_when_above_the_market_then_the_better_price_and_the_rest_is_free() -> None:
    hall = flat()
    order = hall.order("BUY", "LIMIT", amount="2", price="101", time_in_force=TimeInForce.GTC)

    assert (order.status, text(order.filled_value)) == (Status.FILLED, "200")
    assert hall.money("USDT") == [("9800", "0")]


def test_limit_buy_when_larger_than_the_depth_then_filled_second_by_second() -> None:
    """Ten coins are offered at 100; they are there again with the next full second."""
    hall = flat()
    order = hall.order("BUY", "LIMIT", amount="25", price="100", time_in_force=TimeInForce.GTC)
    seen = [(order.status, text(order.filled), hall.money("USDT")[0])]
    for _ in range(2):
        hall.after(1)
        seen.append((order.status, text(order.filled), hall.money("USDT")[0]))

    assert seen == [
        (Status.PARTIALLY_FILLED, "10", ("7500", "1500")),
        (Status.PARTIALLY_FILLED, "20", ("7500", "500")),
        (Status.FILLED, "25", ("7500", "0")),
    ]
    assert [fill.is_maker for fill in hall.account.fills] == [False, True, True]


def test_limit_buy_when_nobody_looks_then_the_same_fills_at_the_same_times() -> None:
    often, seldom = flat(), flat()
    for hall in (often, seldom):
        hall.order("BUY", "LIMIT", amount="35", price="100", time_in_force=TimeInForce.GTC)
    for _ in range(50):
        often.after(0.1)
    seldom.after(5)

    assert often.account.fills == seldom.account.fills
    assert [fill.at_ms - START_MS for fill in seldom.account.fills] == [0, 1000, 2000, 3000]


@pytest.mark.parametrize(
    ("time_in_force", "amount", "status", "filled"),
    [
        (TimeInForce.IOC, "25", Status.EXPIRED, "10"),
        (TimeInForce.IOC, "5", Status.FILLED, "5"),
        (TimeInForce.FOK, "25", Status.EXPIRED, "0"),
        (TimeInForce.FOK, "10", Status.FILLED, "10"),
    ],
)
def test_limit_buy_when_it_must_not_wait_then_the_rest_expires(
    time_in_force: TimeInForce, amount: str, status: Status, filled: str
) -> None:
    hall = flat()
    order = hall.order("BUY", "LIMIT", amount=amount, price="100", time_in_force=time_in_force)

    assert (order.status, text(order.filled)) == (status, filled)
    assert hall.money("USDT")[0][1] == "0"


def test_limit_maker_when_it_would_take_then_refused() -> None:
    with pytest.raises(Refusal, match="Order would immediately match and take."):
        flat().order("BUY", "LIMIT_MAKER", amount="1", price="100")


def test_limit_sell_when_the_price_rises_to_it_then_filled_at_its_own_price_then() -> None:
    """From 100 to 110 in ten seconds: 105 is met after five."""
    hall = Hall({"BTC/USDT": [100.0, 110.0]}, RICH)
    order = hall.order("SELL", "LIMIT", amount="1", price="105", time_in_force=TimeInForce.GTC)
    hall.after(4.9)
    assert order.status is Status.NEW
    hall.after(5)

    (fill,) = hall.account.fills
    assert (text(fill.price), fill.is_maker) == ("105", True)
    assert fill.at_ms - START_MS == pytest.approx(5000, abs=100)


def test_stop_loss_limit_when_the_price_falls_then_set_off_and_filled_on_the_way() -> None:
    """The price falls by 1 a second: 97 is met after three seconds; the bid is then 97, above the limit."""
    hall = Hall({"BTC/USDT": [100.0, 90.0]}, RICH)
    order = hall.order(
        "SELL", "STOP_LOSS_LIMIT", amount="3", stop_price="97", price="96", time_in_force=TimeInForce.GTC
    )
    assert (order.is_waiting, hall.money("BTC")) == (True, [("47", "3")])
    hall.after(9)

    (fill,) = hall.account.fills
    assert (order.status, text(fill.price), fill.is_maker) == (Status.FILLED, "97", False)
    assert order.working_ms == fill.at_ms == pytest.approx(START_MS + 3000, abs=100)
    assert hall.money("USDT", "BTC") == [("10291", "0"), ("47", "0")]


def test_stop_loss_limit_when_the_price_jumps_below_its_limit_then_it_waits_in_the_book() -> None:
    """A gap from 100 to 90 within 1 ms of a bar's border leaves a sell at 96 hanging."""
    hall = Hall({"BTC/USDT": [100.0, 100.0, 90.0, 90.0]}, RICH, seconds=0.003)
    order = hall.order(
        "SELL", "STOP_LOSS_LIMIT", amount="3", stop_price="97", price="96", time_in_force=TimeInForce.GTC
    )
    hall.after(5)

    assert (order.status, order.is_waiting, text(order.filled)) == (Status.NEW, False, "0")


def test_stop_loss_when_set_off_then_sold_at_the_market() -> None:
    hall = Hall({"BTC/USDT": [100.0, 90.0]}, RICH)
    order = hall.order("SELL", "STOP_LOSS", amount="20", stop_price="97")
    hall.after(9)

    assert [text(f.price) for f in hall.account.fills] == ["97", "96.99"]
    assert order.status is Status.FILLED


def test_stop_loss_buy_when_dearer_than_was_held_then_more_is_taken_from_what_is_free() -> None:
    hall = Hall({"BTC/USDT": [100.0, 110.0]}, {"main": {"USDT": "2000"}})
    order = hall.order("BUY", "STOP_LOSS", amount="18", stop_price="105")
    assert hall.money("USDT") == [("110", "1890")]
    hall.after(9)

    assert (order.status, text(order.filled_value)) == (Status.FILLED, "1890.0847619")
    assert hall.money("USDT", "BTC") == [("109.9152381", "0"), ("18", "0")]


@pytest.mark.parametrize(
    ("side", "kind", "stop_price", "set_off"),
    [
        ("SELL", "STOP_LOSS", "99", False),
        ("SELL", "STOP_LOSS", "100", True),
        ("SELL", "TAKE_PROFIT", "101", False),
        ("SELL", "TAKE_PROFIT", "99", True),
        ("BUY", "STOP_LOSS", "101", False),
        ("BUY", "STOP_LOSS", "99", True),
        ("BUY", "TAKE_PROFIT", "99", False),
        ("BUY", "TAKE_PROFIT", "100", True),
    ],
)
def test_stop_price_when_met_already_then_refused(
    side: str, kind: str, stop_price: str, set_off: bool
) -> None:
    hall = flat()
    if set_off:
        with pytest.raises(Refusal, match="Stop price would trigger immediately."):
            hall.order(side, kind, amount="1", stop_price=stop_price)
    else:
        assert hall.order(side, kind, amount="1", stop_price=stop_price).is_waiting


def test_fees_when_standard_then_buys_pay_in_base_and_sells_in_quote() -> None:
    hall = flat(fees=FeeSchedule())
    hall.order("BUY", "MARKET", amount="2")
    hall.order("SELL", "MARKET", amount="1")

    assert [(text(f.fee), f.fee_asset) for f in hall.account.fills] == [("0.002", "BTC"), ("0.1", "USDT")]
    assert hall.money("USDT", "BTC") == [("9899.9", "0"), ("50.998", "0")]


def test_fees_when_in_bnb_then_a_quarter_off_until_it_is_used_up() -> None:
    """2 BTC at 100 are 200 USDT: 0.1 % less a quarter is 0.15 USDT, at 500 a BNB 0.0003 BNB."""
    hall = Hall(
        {"BTC/USDT": FLAT, "BNB/USDT": [500.0, 500.0]},
        {"main": {"USDT": "10000", "BNB": "0.0005"}},
        fees=FeeSchedule(in_bnb=True),
    )
    for _ in range(2):
        hall.order("BUY", "MARKET", amount="2")

    assert [(text(f.fee), f.fee_asset) for f in hall.account.fills] == [("0.0003", "BNB"), ("0.002", "BTC")]
    assert discrepancies(hall.floor) == []


def test_slip_when_set_then_takers_pay_it_up_to_their_limit() -> None:
    hall = flat()
    hall.floor.matching.slip = Decimal("0.01")
    hall.order("BUY", "MARKET", amount="1")
    hall.order("SELL", "MARKET", amount="1")
    limited = hall.order("BUY", "LIMIT", amount="1", price="100.5", time_in_force=TimeInForce.IOC)

    assert [text(f.price) for f in hall.account.fills] == ["101", "99"]
    assert limited.status is Status.EXPIRED


def test_order_when_a_fault_holds_it_then_it_hangs_partly_filled_until_cancelled() -> None:
    from tests.support.trading_floor import request

    hall = flat()
    terms = request("BUY", "LIMIT", amount="4", price="100", time_in_force=TimeInForce.GTC)
    order = hall.floor.place(hall.account, terms, fill_share=Decimal("0.25"))
    hall.after(9)
    assert (order.status, text(order.filled)) == (Status.PARTIALLY_FILLED, "1")
    hall.floor.cancel(hall.account, order)

    assert hall.money("USDT", "BTC") == [("9900", "0"), ("51", "0")]


def test_depth_when_the_book_is_thick_then_one_fill() -> None:
    hall = flat(shape=BookShape())
    hall.order("BUY", "MARKET", amount="30")

    assert [text(f.price) for f in hall.account.fills] == ["100.01"]
