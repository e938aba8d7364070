"""ccxt's own Binance parser reads the account side; its answers have the fields that Binance documents."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import ccxt
import pytest

from freqtrade_riskkit.practice import FlatPrices, PracticeServer
from freqtrade_riskkit.practice.actions import (
    Action,
    AnswerStatus,
    ClockSkew,
    Deposit,
    Drop,
    Reject,
    Withdraw,
)
from tests.support.practice_client import AccountClient

PAIR = "BTC/USDT"
LIMIT = {
    "symbol": "LTCBTC",
    "orderId": 1,
    "orderListId": -1,
    "clientOrderId": "myOrder1",
    "price": "0.1",
    "origQty": "1.0",
    "executedQty": "0.0",
    "cummulativeQuoteQty": "0.0",
    "status": "NEW",
    "timeInForce": "GTC",
    "type": "LIMIT",
    "side": "BUY",
    "stopPrice": "0.0",
    "icebergQty": "0.0",
    "time": 1499827319559,
    "updateTime": 1499827319559,
    "isWorking": True,
    "workingTime": 1499827319559,
    "origQuoteOrderQty": "0.000000",
    "selfTradePreventionMode": "NONE",
}
MARKET = {
    "symbol": "BTCUSDT",
    "orderId": 28,
    "orderListId": -1,
    "clientOrderId": "6gCrw2kRUAF9CvJDGP16IP",
    "transactTime": 1507725176595,
    "price": "0.00000000",
    "origQty": "10.00000000",
    "executedQty": "10.00000000",
    "cummulativeQuoteQty": "10.00000000",
    "status": "FILLED",
    "timeInForce": "GTC",
    "type": "MARKET",
    "side": "SELL",
    "workingTime": 1507725176595,
    "selfTradePreventionMode": "NONE",
    "fills": [
        {
            "price": "4000.00000000",
            "qty": "1.00000000",
            "commission": "4.00000000",
            "commissionAsset": "USDT",
            "tradeId": 56,
        }
    ],
}
CANCEL = {
    "symbol": "LTCBTC",
    "origClientOrderId": "myOrder1",
    "orderId": 4,
    "orderListId": -1,
    "clientOrderId": "cancelMyOrder1",
    "price": "2.00000000",
    "origQty": "1.00000000",
    "executedQty": "0.00000000",
    "cummulativeQuoteQty": "0.00000000",
    "status": "CANCELED",
    "timeInForce": "GTC",
    "type": "LIMIT",
    "side": "BUY",
    "selfTradePreventionMode": "NONE",
}
TRADE = {
    "symbol": "BNBBTC",
    "id": 28457,
    "orderId": 100234,
    "orderListId": -1,
    "price": "4.00000100",
    "qty": "12.00000000",
    "quoteQty": "48.000012",
    "commission": "10.10000000",
    "commissionAsset": "BNB",
    "time": 1499865549590,
    "isBuyer": True,
    "isMaker": False,
    "isBestMatch": True,
}
ACCOUNT = {
    "makerCommission": 15,
    "takerCommission": 15,
    "buyerCommission": 0,
    "sellerCommission": 0,
    "canTrade": True,
    "canWithdraw": True,
    "canDeposit": True,
    "updateTime": 123456789,
    "accountType": "SPOT",
    "balances": [{"asset": "BTC", "free": "4723846.89208129", "locked": "0.00000000"}],
    "permissions": ["SPOT"],
}
LIST = {
    "orderListId": 0,
    "contingencyType": "OCO",
    "listStatusType": "EXEC_STARTED",
    "listOrderStatus": "EXECUTING",
    "listClientOrderId": "JYVpp3F0f5CAG15DhtrqLp",
    "transactionTime": 1563417480525,
    "symbol": "LTCBTC",
    "orders": [{"symbol": "LTCBTC", "orderId": 2, "clientOrderId": "Kk7sqHb9J6mJWTMDVW7Vos"}],
    "orderReports": [
        {
            "symbol": "LTCBTC",
            "orderId": 2,
            "orderListId": 0,
            "clientOrderId": "Kk7sqHb9J6mJWTMDVW7Vos",
            "transactTime": 1563417480525,
            "price": "0.000000",
            "origQty": "0.624363",
            "executedQty": "0.000000",
            "cummulativeQuoteQty": "0.000000",
            "status": "NEW",
            "timeInForce": "GTC",
            "type": "STOP_LOSS",
            "side": "BUY",
        }
    ],
}
"""Answers as Binance's documentation shows them."""


@pytest.fixture
def server() -> Iterator[PracticeServer]:
    with PracticeServer(FlatPrices({PAIR: 100.0}), spread=0) as running:
        yield running


def connect(server: PracticeServer, account: str | None = None) -> Any:
    overlay = server.overlay(account)["exchange"]
    return ccxt.binance({**overlay["ccxt_config"], "apiKey": overlay["key"], "secret": overlay["secret"]})


@pytest.fixture
def exchange(server: PracticeServer) -> Any:
    return connect(server)


def differences(ours: Any, documented: Any, where: str = "") -> list[str]:
    """Say where ours lacks a documented field, or has it of another kind."""
    if type(ours) is not type(documented):
        return [f"{where} is {ours!r}, documented as {documented!r}"]
    if isinstance(documented, dict):
        missing = [f"{where}.{name} is missing" for name in documented if name not in ours]
        known = (name for name in documented if name in ours)
        return missing + [
            d for name in known for d in differences(ours[name], documented[name], f"{where}.{name}")
        ]
    if isinstance(documented, list) and documented:
        return [] if not ours else differences(ours[0], documented[0], f"{where}[0]")
    if isinstance(documented, str) and _is_number(documented) != _is_number(ours):
        return [f"{where} is {ours!r}, documented as {documented!r}"]
    return []


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_answers_when_compared_with_the_documented_ones_then_no_field_is_missing(
    server: PracticeServer,
) -> None:
    client = AccountClient(server)
    bought = client.order(quantity="10").body
    placed = client.order(type="LIMIT", quantity="1", price="90", timeInForce="GTC").body
    number = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    terms = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "1", "price": "110", "stopPrice": "90"}

    assert differences(bought, MARKET) == []
    assert differences(client.get("/api/v3/order", **number).body, LIMIT) == []
    assert differences(client.get("/api/v3/openOrders").body, [LIMIT]) == []
    assert differences(client.get("/api/v3/allOrders", symbol="BTCUSDT").body, [LIMIT]) == []
    assert differences(client.get("/api/v3/myTrades", symbol="BTCUSDT").body, [TRADE]) == []
    assert differences(client.get("/api/v3/account").body, ACCOUNT) == []
    assert differences(client.delete("/api/v3/order", **number).body, CANCEL) == []
    assert differences(client.post("/api/v3/order/oco", **terms).body, LIST) == []


def test_market_order_when_placed_then_ccxt_knows_price_cost_and_fee(exchange: Any) -> None:
    order = exchange.create_order(PAIR, "market", "buy", 2)
    (trade,) = exchange.fetch_my_trades(PAIR)

    assert (order["status"], order["filled"], order["average"], order["cost"]) == ("closed", 2, 100, 200)
    assert order["fees"] == [{"currency": "BTC", "cost": 0.002}]
    assert (trade["order"], trade["takerOrMaker"], trade["cost"]) == (order["id"], "taker", 200)
    balance = exchange.fetch_balance()
    assert (balance["USDT"]["free"], balance["BTC"]["total"]) == (9800, 1.998)


@pytest.mark.parametrize(
    ("kind", "side", "price", "parameters", "status", "seen"),
    [
        ("limit", "buy", 90, {}, "open", "limit"),
        ("limit", "buy", 110, {"timeInForce": "IOC"}, "closed", "limit"),
        ("limit", "buy", 90, {"timeInForce": "FOK"}, "expired", "limit"),
        ("limit", "buy", 90, {"postOnly": True}, "open", "limit"),
        ("stop_loss_limit", "sell", 89, {"stopPrice": 90}, "open", "limit"),
        ("stop_loss", "sell", None, {"stopPrice": 90}, "open", "market"),
        ("take_profit_limit", "sell", 111, {"stopPrice": 110}, "open", "limit"),
        ("take_profit", "sell", None, {"stopPrice": 110}, "open", "market"),
    ],
)
def test_order_of_any_type_when_placed_then_ccxt_finds_and_cancels_it(
    exchange: Any,
    kind: str,
    side: str,
    price: float | None,
    parameters: dict[str, Any],
    status: str,
    seen: str,
) -> None:
    exchange.create_order(PAIR, "market", "buy", 5)
    placed = exchange.create_order(PAIR, kind, side, 1, price, parameters)
    found = exchange.fetch_order(placed["id"], PAIR)

    assert (found["status"], found["type"], found["side"], found["amount"]) == (status, seen, side, 1)
    assert found["stopPrice"] == parameters.get("stopPrice")
    assert found["postOnly"] is bool(parameters.get("postOnly"))
    if status == "open":
        assert [order["id"] for order in exchange.fetch_open_orders(PAIR)] == [found["id"]]
        assert exchange.cancel_order(found["id"], PAIR)["status"] == "canceled"
    assert len(exchange.fetch_orders(PAIR)) == 2


def test_order_when_edited_then_cancelled_and_replaced(exchange: Any) -> None:
    first = exchange.create_order(PAIR, "limit", "buy", 1, 90)
    second = exchange.edit_order(first["id"], PAIR, "limit", "buy", 1, 91)

    assert (second["price"], exchange.fetch_order(first["id"], PAIR)["status"]) == (91, "canceled")


def test_fees_when_asked_for_then_the_accounts(exchange: Any) -> None:
    fees = exchange.fetch_trading_fees()

    assert (fees[PAIR]["maker"], fees[PAIR]["taker"]) == (0.001, 0.001)


def test_transfers_when_fetched_then_ccxt_knows_them(server: PracticeServer, exchange: Any) -> None:
    server.exchange.perform(Deposit(account="main", asset="BTC", amount="1.5"))
    server.exchange.perform(Withdraw(account="main", asset="USDT", amount="40"))
    exchange.options["fetchCurrencies"] = False
    deposits = exchange.fetch_deposits()
    (withdrawal,) = exchange.fetch_withdrawals()

    assert {(deposit["currency"], deposit["amount"], deposit["status"]) for deposit in deposits} == {
        ("BTC", 1.5, "ok"),
        ("USDT", 10_000, "ok"),
    }
    assert (withdrawal["currency"], withdrawal["amount"], withdrawal["status"]) == ("USDT", 40, "ok")


@pytest.mark.parametrize(
    ("kind", "side", "amount", "price", "parameters", "error"),
    [
        ("market", "buy", 101, None, {}, ccxt.InsufficientFunds),
        ("limit", "buy", 1, 110, {"postOnly": True}, ccxt.OrderImmediatelyFillable),
        ("stop_loss_limit", "sell", 1, 109, {"stopPrice": 110}, ccxt.OrderImmediatelyFillable),
        ("limit", "buy", 0.01, 90, {}, ccxt.BadRequest),
    ],
)
def test_order_when_refused_then_ccxt_says_why(
    exchange: Any,
    kind: str,
    side: str,
    amount: float,
    price: float | None,
    parameters: Any,
    error: type[Exception],
) -> None:
    exchange.create_order(PAIR, "market", "buy", 5)
    with pytest.raises(error):
        exchange.create_order(PAIR, kind, side, amount, price, parameters)


def test_order_when_it_is_not_there_then_ccxt_says_so(exchange: Any) -> None:
    with pytest.raises(ccxt.OrderNotFound):
        exchange.fetch_order("77", PAIR)
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order("77", PAIR)


def test_key_when_wrong_then_ccxt_calls_it_one(server: PracticeServer) -> None:
    exchange = connect(server)
    exchange.secret = connect(server, "mirror").secret
    with pytest.raises(ccxt.AuthenticationError, match="-1022"):
        exchange.fetch_balance()
    exchange.apiKey = "X" * 64
    with pytest.raises(ccxt.AuthenticationError, match="-2015"):
        exchange.fetch_balance()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (AnswerStatus(status=429), ccxt.DDoSProtection),
        (AnswerStatus(status=418), ccxt.DDoSProtection),
        (AnswerStatus(status=502), ccxt.ExchangeNotAvailable),
        (AnswerStatus(status=503), ccxt.OperationFailed),
        (Drop(), ccxt.NetworkError),
        (ClockSkew(by_seconds=60), ccxt.InvalidNonce),
        (Reject(requests="all", code=-1003, message="Too many requests."), ccxt.RateLimitExceeded),
    ],
)
def test_fault_when_it_strikes_then_ccxt_calls_it_by_its_name(
    server: PracticeServer, exchange: Any, fault: Action, error: type[Exception]
) -> None:
    exchange.load_markets()
    server.exchange.perform(fault)
    begin = time.monotonic()
    with pytest.raises(error):
        exchange.fetch_balance()

    assert time.monotonic() - begin < 5
