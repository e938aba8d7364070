"""Rules of size, price and number, with Binance's codes and texts."""

from __future__ import annotations

import pytest

from freqtrade_riskkit.practice.trading.filters import Rules
from freqtrade_riskkit.practice.trading.records import Status, TimeInForce
from freqtrade_riskkit.practice.trading.refusal import Refusal
from tests.support.trading_floor import Hall, request

GTC = TimeInForce.GTC
RICH = {"main": {"USDT": "1000000", "BTC": "500"}}


@pytest.fixture
def hall() -> Hall:
    return Hall({"BTC/USDT": [100.0, 100.0]}, RICH, rules=Rules(max_algo_orders=2, max_orders=4))


@pytest.mark.parametrize(
    ("kind", "terms", "code", "message"),
    [
        (
            "LIMIT",
            {"amount": "1", "price": "99"},
            -1102,
            "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.",
        ),
        (
            "LIMIT",
            {"amount": "1", "time_in_force": GTC},
            -1102,
            "Mandatory parameter 'price' was not sent, was empty/null, or malformed.",
        ),
        (
            "STOP_LOSS",
            {"amount": "1"},
            -1102,
            "Mandatory parameter 'stopPrice' was not sent, was empty/null, or malformed.",
        ),
        ("MARKET", {}, -1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"),
        (
            "MARKET",
            {"amount": "1", "quote_amount": "9"},
            -1106,
            "Parameter 'quoteOrderQty' sent when not required.",
        ),
        ("MARKET", {"amount": "1", "price": "99"}, -1106, "Parameter 'price' sent when not required."),
        (
            "MARKET",
            {"amount": "1", "time_in_force": GTC},
            -1106,
            "Parameter 'timeInForce' sent when not required.",
        ),
        (
            "LIMIT_MAKER",
            {"amount": "1", "price": "99", "stop_price": "98"},
            -1106,
            "Parameter 'stopPrice' sent when not required.",
        ),
        ("MARKET", {"amount": "1.000000001"}, -1111, "Parameter 'quantity' has too much precision."),
        ("MARKET", {"amount": "1.000001"}, -1013, "Filter failure: LOT_SIZE"),
        ("MARKET", {"amount": "0.000001"}, -1013, "Filter failure: LOT_SIZE"),
        ("MARKET", {"amount": "0"}, -1013, "Invalid quantity."),
        ("MARKET", {"amount": "99999999999"}, -1013, "Filter failure: LOT_SIZE"),
        ("MARKET", {"amount": "200"}, -1013, "Filter failure: MARKET_LOT_SIZE"),
        ("MARKET", {"amount": "0.01"}, -1013, "Filter failure: NOTIONAL"),
        ("MARKET", {"quote_amount": "4.99"}, -1013, "Filter failure: NOTIONAL"),
        (
            "LIMIT",
            {"amount": "0.05", "price": "99.99", "time_in_force": GTC},
            -1013,
            "Filter failure: NOTIONAL",
        ),
        (
            "LIMIT",
            {"amount": "1", "price": "99.999", "time_in_force": GTC},
            -1013,
            "Filter failure: PRICE_FILTER",
        ),
        (
            "LIMIT",
            {"amount": "1", "price": "99999999", "time_in_force": GTC},
            -1013,
            "Filter failure: PRICE_FILTER",
        ),
        (
            "LIMIT",
            {"amount": "1", "price": "501", "time_in_force": GTC},
            -1013,
            "Filter failure: PERCENT_PRICE_BY_SIDE",
        ),
        (
            "LIMIT",
            {"amount": "1", "price": "19", "time_in_force": GTC},
            -1013,
            "Filter failure: PERCENT_PRICE_BY_SIDE",
        ),
        ("LIMIT", {"amount": "1", "price": "-1", "time_in_force": GTC}, -1013, "Invalid price."),
        ("STOP_LOSS", {"amount": "1", "stop_price": "98.001"}, -1013, "Filter failure: PRICE_FILTER"),
    ],
)
def test_order_when_it_breaks_a_rule_then_binances_code_and_text(
    hall: Hall, kind: str, terms: dict[str, object], code: int, message: str
) -> None:
    with pytest.raises(Refusal) as error:
        hall.order("SELL", kind, **terms)

    assert (error.value.code, error.value.message) == (code, message)
    assert hall.account.orders == {}


def test_algo_orders_when_one_too_many_then_refused_until_one_is_cancelled(hall: Hall) -> None:
    first, _ = (hall.order("SELL", "STOP_LOSS", amount="1", stop_price="90") for _ in range(2))
    with pytest.raises(Refusal, match="Filter failure: MAX_NUM_ALGO_ORDERS"):
        hall.order("SELL", "STOP_LOSS", amount="1", stop_price="90")
    hall.floor.cancel(hall.account, first)

    assert hall.order("SELL", "STOP_LOSS", amount="1", stop_price="90").status is Status.NEW


def test_orders_when_one_too_many_then_refused(hall: Hall) -> None:
    for _ in range(4):
        hall.order("SELL", "LIMIT", amount="1", price="110", time_in_force=GTC)
    with pytest.raises(Refusal, match="Filter failure: MAX_NUM_ORDERS"):
        hall.order("SELL", "LIMIT", amount="1", price="110", time_in_force=GTC)


def test_client_name_when_an_open_order_has_it_then_refused_and_free_again_later(hall: Hall) -> None:
    first = hall.order("SELL", "LIMIT", amount="1", price="110", time_in_force=GTC, client_id="mine")
    with pytest.raises(Refusal, match="Duplicate order sent."):
        hall.order("SELL", "LIMIT", amount="1", price="110", time_in_force=GTC, client_id="mine")
    hall.floor.cancel(hall.account, first)
    second = hall.order("SELL", "LIMIT", amount="1", price="110", time_in_force=GTC, client_id="mine")

    assert hall.floor.find(hall.account, "BTCUSDT", None, "mine") is second


@pytest.mark.parametrize(
    ("order_id", "client_id"), [(77, None), (None, "nobody"), (1, "nobody"), (None, None)]
)
def test_order_when_it_is_not_there_then_no_such_order(
    hall: Hall, order_id: int | None, client_id: str | None
) -> None:
    hall.floor.place(hall.account, request("BUY", "MARKET", amount="1"))
    with pytest.raises(Refusal, match="Order does not exist.") as error:
        hall.floor.find(hall.account, "BTCUSDT", order_id, client_id)

    assert error.value.code == -2013


def test_cancel_when_filled_already_then_unknown_order(hall: Hall) -> None:
    order = hall.order("BUY", "MARKET", amount="1")
    with pytest.raises(Refusal, match="Unknown order sent.") as error:
        hall.floor.cancel(hall.account, order)

    assert error.value.code == -2011
