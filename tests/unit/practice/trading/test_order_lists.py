"""OCO lists: coins are held once, and one order's end is the other's."""

from __future__ import annotations

import pytest

from freqtrade_riskkit.practice.trading.order_lists import ListRequest, classic_list, place_list
from freqtrade_riskkit.practice.trading.records import OrderRequest, Status, TimeInForce
from freqtrade_riskkit.practice.trading.refusal import Refusal
from tests.support.trading_floor import Hall, request

GTC = TimeInForce.GTC


def sell_pair(price: str = "105", stop_price: str = "97") -> ListRequest:
    return classic_list(
        request("SELL", "LIMIT_MAKER", amount="2", price=price),
        request("SELL", "STOP_LOSS_LIMIT", amount="2", price="96", stop_price=stop_price, time_in_force=GTC),
    )


@pytest.mark.parametrize(
    ("prices", "statuses", "money"),
    [
        ([100.0, 110.0], [Status.FILLED, Status.EXPIRED], [("210", "0"), ("3", "0")]),
        ([100.0, 90.0], [Status.EXPIRED, Status.FILLED], [("194", "0"), ("3", "0")]),
        ([100.0, 101.0], [Status.NEW, Status.NEW], [("0", "0"), ("3", "2")]),
    ],
)
def test_sell_list_when_one_is_filled_then_the_other_expires(
    prices: list[float], statuses: list[Status], money: list[tuple[str, str]]
) -> None:
    hall = Hall({"BTC/USDT": prices}, {"main": {"BTC": "5"}})
    place_list(hall.floor, hall.account, sell_pair())
    assert hall.money("BTC") == [("3", "2")]
    hall.after(10)

    assert [order.status for order in hall.account.orders.values()] == statuses
    assert hall.money("USDT", "BTC") == money
    (both,) = hall.account.lists.values()
    assert both.is_done == (Status.NEW not in statuses)


def test_buy_list_when_its_lower_order_is_filled_then_the_dearer_ones_money_is_free() -> None:
    """The stop above needs 105 × 1.01 = 106.05 a coin; bought is at 95."""
    hall = Hall({"BTC/USDT": [100.0, 90.0]}, {"main": {"USDT": "1000"}})
    place_list(
        hall.floor,
        hall.account,
        ListRequest(
            above=request(
                "BUY", "STOP_LOSS_LIMIT", amount="2", price="106.05", stop_price="105", time_in_force=GTC
            ),
            below=request("BUY", "LIMIT_MAKER", amount="2", price="95"),
        ),
    )
    assert hall.money("USDT") == [("787.9", "212.1")]
    hall.after(10)

    assert hall.money("USDT", "BTC") == [("810", "0"), ("2", "0")]


def test_list_when_one_order_is_cancelled_then_both_are() -> None:
    hall = Hall({"BTC/USDT": [100.0, 100.0]}, {"main": {"BTC": "5"}})
    both = place_list(hall.floor, hall.account, sell_pair())
    cancelled = hall.floor.cancel(hall.account, hall.account.orders[both.second_id])

    assert [order.status for order in cancelled] == [Status.CANCELED] * 2
    assert both.is_done
    assert hall.money("BTC") == [("5", "0")]


@pytest.mark.parametrize(
    ("list_request", "code"),
    [
        (sell_pair(price="99"), -2010),
        (sell_pair(stop_price="101"), -2010),
        (
            ListRequest(
                request("SELL", "LIMIT", amount="2", price="105", time_in_force=GTC),
                request("SELL", "STOP_LOSS", amount="2", stop_price="95"),
            ),
            -1158,
        ),
        (
            ListRequest(
                request("SELL", "STOP_LOSS", amount="2", stop_price="105"),
                request("SELL", "STOP_LOSS", amount="2", stop_price="95"),
            ),
            -1197,
        ),
        (
            ListRequest(
                request("BUY", "LIMIT_MAKER", amount="2", price="105"),
                request("BUY", "STOP_LOSS", amount="2", stop_price="95"),
            ),
            -1165,
        ),
        (
            ListRequest(
                request("SELL", "LIMIT_MAKER", amount="2", price="105"),
                request("SELL", "LIMIT_MAKER", amount="2", price="95"),
            ),
            -1168,
        ),
        (
            ListRequest(
                request("SELL", "LIMIT_MAKER", amount="9", price="105"),
                request("SELL", "STOP_LOSS", amount="9", stop_price="95"),
            ),
            -2010,
        ),
    ],
)
def test_list_when_it_can_not_be_then_refused_and_nothing_is_held(
    list_request: ListRequest, code: int
) -> None:
    hall = Hall({"BTC/USDT": [100.0, 100.0]}, {"main": {"BTC": "5", "USDT": "1000"}})
    with pytest.raises(Refusal) as error:
        place_list(hall.floor, hall.account, list_request)

    assert error.value.code == code
    assert hall.money("USDT", "BTC") == [("1000", "0"), ("5", "0")]
    assert hall.account.orders == {}


def test_requests_when_compared_then_by_value() -> None:
    assert isinstance(sell_pair().above, OrderRequest)
    assert sell_pair() == sell_pair()
