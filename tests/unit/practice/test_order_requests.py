"""Orders over HTTP: what Binance's addresses answer, and that accounts don't see each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from freqtrade_riskkit.practice import FlatPrices, PracticeServer
from tests.support.practice_client import AccountClient

ORDER = "/api/v3/order"


@pytest.fixture
def client() -> Iterator[AccountClient]:
    with PracticeServer(FlatPrices({"BTC/USDT": 100.0}), spread=0) as server:
        yield AccountClient(server)


def limit(client: AccountClient, price: str = "90", **terms: object) -> dict[str, object]:
    answer = client.order(type="LIMIT", quantity="1", price=price, timeInForce="GTC", **terms)
    assert answer.status == 200, answer.body
    found: dict[str, object] = answer.body
    return found


def test_market_order_when_filled_then_the_full_answer(client: AccountClient) -> None:
    body = client.order(quantity="2", newClientOrderId="mine").body

    assert (body["status"], body["executedQty"], body["cummulativeQuoteQty"]) == (
        "FILLED",
        "2.00000000",
        "200.00000000",
    )
    assert body["clientOrderId"] == "mine"
    assert body["fills"] == [
        {
            "price": "100.00000000",
            "qty": "2.00000000",
            "commission": "0.00200000",
            "commissionAsset": "BTC",
            "tradeId": 1,
        }
    ]
    assert client.held("BTC") == ("1.99800000", "0.00000000")


@pytest.mark.parametrize(
    ("wanted", "has", "has_not"),
    [("ACK", "orderId", "status"), ("RESULT", "status", "fills"), ("FULL", "fills", "no")],
)
def test_answer_when_another_is_wanted_then_that(
    client: AccountClient, wanted: str, has: str, has_not: str
) -> None:
    body = client.order(quantity="1", newOrderRespType=wanted).body

    assert has in body
    assert has_not not in body


def test_order_when_asked_for_by_number_or_name_then_its_state(client: AccountClient) -> None:
    placed = limit(client, newClientOrderId="mine")
    by_number = client.get(ORDER, symbol="BTCUSDT", orderId=placed["orderId"]).body
    by_name = client.get(ORDER, symbol="BTCUSDT", origClientOrderId="mine").body

    assert by_number == by_name
    assert (by_number["status"], by_number["isWorking"], by_number["price"]) == ("NEW", True, "90.00000000")
    assert client.get("/api/v3/openOrders").body == [by_number]
    assert client.held("USDT") == ("9910.00000000", "90.00000000")


def test_cancel_when_open_then_money_is_free_and_the_order_stays_in_the_books(client: AccountClient) -> None:
    placed = limit(client, newClientOrderId="mine")
    body = client.delete(ORDER, symbol="BTCUSDT", origClientOrderId="mine", newClientOrderId="off").body

    assert (body["status"], body["origClientOrderId"], body["clientOrderId"]) == ("CANCELED", "mine", "off")
    assert client.held("USDT") == ("10000.00000000", "0.00000000")
    (found,) = client.get("/api/v3/allOrders", symbol="BTCUSDT").body
    assert (found["orderId"], found["status"]) == (placed["orderId"], "CANCELED")


def test_cancel_all_when_lists_are_among_them_then_all_are_reported(client: AccountClient) -> None:
    client.order(quantity="2")
    limit(client)
    terms = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "1", "price": "110", "stopPrice": "90"}
    client.post("/api/v3/order/oco", **terms)
    reports = client.delete("/api/v3/openOrders", symbol="BTCUSDT").body

    assert [len(report.get("orderReports", [1])) for report in reports] == [1, 2]
    assert client.get("/api/v3/openOrders").body == []


def test_replace_when_all_goes_well_then_both_answers(client: AccountClient) -> None:
    placed = limit(client)
    answer = client.post(
        "/api/v3/order/cancelReplace",
        symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="1", price="91",
        cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=placed["orderId"],
    )  # fmt: skip

    assert (answer.body["cancelResult"], answer.body["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    assert answer.body["cancelResponse"]["orderId"] == placed["orderId"]
    assert answer.body["newOrderResponse"]["price"] == "91.00000000"
    assert client.held("USDT") == ("9909.00000000", "91.00000000")


@pytest.mark.parametrize(
    ("mode", "there", "price", "status", "code", "states"),
    [
        ("STOP_ON_FAILURE", False, "91", 400, -2022, ("FAILURE", "NOT_ATTEMPTED")),
        ("ALLOW_FAILURE", False, "91", 409, -2021, ("FAILURE", "SUCCESS")),
        ("ALLOW_FAILURE", True, "499", 409, -2021, ("SUCCESS", "FAILURE")),
        ("ALLOW_FAILURE", False, "499", 400, -2022, ("FAILURE", "FAILURE")),
    ],
)
def test_replace_when_a_half_fails_then_which_one_is_told(
    client: AccountClient, mode: str, there: bool, price: str, status: int, code: int, states: tuple[str, str]
) -> None:
    number = limit(client)["orderId"] if there else 99
    answer = client.post(
        "/api/v3/order/cancelReplace",
        symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="30", price=price,
        cancelReplaceMode=mode, cancelOrderId=number,
    )  # fmt: skip

    data = answer.body["data"]
    assert (answer.status, answer.body["code"]) == (status, code)
    assert (data["cancelResult"], data["newOrderResult"]) == states


def test_replace_when_the_new_order_breaks_a_rule_then_nothing_is_cancelled(client: AccountClient) -> None:
    placed = limit(client)
    answer = client.post(
        "/api/v3/order/cancelReplace",
        symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="1", price="91.001",
        cancelReplaceMode="ALLOW_FAILURE", cancelOrderId=placed["orderId"],
    )  # fmt: skip

    assert answer.error == (400, -1013, "Filter failure: PRICE_FILTER")
    assert len(client.get("/api/v3/openOrders").body) == 1


def test_order_list_when_placed_and_cancelled_then_its_state_is_told(client: AccountClient) -> None:
    client.order(quantity="2")
    placed = client.post(
        "/api/v3/orderList/oco",
        symbol="BTCUSDT", side="SELL", quantity="1", listClientOrderId="pair",
        aboveType="LIMIT_MAKER", abovePrice="110",
        belowType="STOP_LOSS_LIMIT", belowStopPrice="90", belowPrice="89", belowTimeInForce="GTC",
    ).body  # fmt: skip
    seen = client.get("/api/v3/orderList", origClientOrderId="pair").body
    assert [report["type"] for report in placed["orderReports"]] == ["LIMIT_MAKER", "STOP_LOSS_LIMIT"]
    assert client.get("/api/v3/openOrderList").body == [seen]
    assert client.held("BTC") == ("0.99800000", "1.00000000")
    done = client.delete("/api/v3/orderList", symbol="BTCUSDT", listClientOrderId="pair").body

    assert (done["listOrderStatus"], len(done["orderReports"])) == ("ALL_DONE", 2)
    assert client.get("/api/v3/openOrderList").body == []
    assert client.get("/api/v3/allOrderList").body[0]["listOrderStatus"] == "ALL_DONE"


def test_accounts_when_two_then_neither_sees_the_others_orders_and_money(client: AccountClient) -> None:
    mirror = AccountClient(client.server, "mirror")
    placed = limit(client)

    assert mirror.get(ORDER, symbol="BTCUSDT", orderId=placed["orderId"]).body["code"] == -2013
    assert mirror.get("/api/v3/openOrders").body == []
    assert mirror.held("USDT") == ("10000.00000000", "0.00000000")


def test_trades_when_asked_for_then_by_order_and_from_a_number(client: AccountClient) -> None:
    for _ in range(3):
        client.order(quantity="1")
    trades = client.get("/api/v3/myTrades", symbol="BTCUSDT").body

    assert [trade["id"] for trade in trades] == [1, 2, 3]
    assert client.get("/api/v3/myTrades", symbol="BTCUSDT", orderId=2).body == [trades[1]]
    assert client.get("/api/v3/myTrades", symbol="BTCUSDT", fromId=2, limit=1).body == [trades[1]]
    assert client.get("/api/v3/myTrades", symbol="BTCUSDT", limit=1).body == [trades[2]]


def test_transfers_when_money_comes_and_goes_then_the_wallet_tells(client: AccountClient) -> None:
    client.do(do="deposit", account="main", asset="BTC", amount="1.5")
    client.do(do="withdraw", account="main", asset="USDT", amount="250")

    deposits = client.get("/sapi/v1/capital/deposit/hisrec").body
    (withdrawal,) = client.get("/sapi/v1/capital/withdraw/history", coin="USDT").body
    assert [(d["coin"], d["amount"], d["status"]) for d in deposits] == [
        ("BTC", "1.50000000", 1),
        ("USDT", "10000.00000000", 1),
    ]
    assert (withdrawal["amount"], withdrawal["status"]) == ("250.00000000", 6)
    assert client.held("USDT") == ("9750.00000000", "0.00000000")


def test_fees_when_asked_for_then_the_accounts(client: AccountClient) -> None:
    (fee,) = client.get("/sapi/v1/asset/tradeFee", symbol="BTCUSDT").body
    rates = client.get("/api/v3/account/commission", symbol="BTCUSDT").body

    assert fee == {"symbol": "BTCUSDT", "makerCommission": "0.001", "takerCommission": "0.001"}
    assert rates["standardCommission"]["taker"] == "0.00100000"
