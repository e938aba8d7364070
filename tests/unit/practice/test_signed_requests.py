"""Whose request it is, whether it is fresh and whether it is right: Binance's codes for all that isn't."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from freqtrade_riskkit.practice import FlatPrices, PracticeServer
from tests.support.practice_client import AccountClient

ACCOUNT = "/api/v3/account"
INVALID_SIGNATURE = (400, -1022, "Signature for this request is not valid.")


@pytest.fixture(scope="module")
def client() -> Iterator[AccountClient]:
    with PracticeServer(FlatPrices({"BTC/USDT": 50_000.0}), spread=0) as server:
        yield AccountClient(server)


def test_request_when_rightly_signed_then_answered(client: AccountClient) -> None:
    answer = client.get(ACCOUNT, omitZeroBalances="true")

    assert answer.status == 200
    assert answer.body["balances"] == [{"asset": "USDT", "free": "10000.00000000", "locked": "0.00000000"}]


def test_request_when_its_parameters_are_split_over_address_and_body_then_signed_as_one(
    client: AccountClient,
) -> None:
    import hashlib
    import hmac

    query, body = (
        "symbol=BTCUSDT&side=BUY&type=MARKET",
        f"quantity=0.001&timestamp={client.server.exchange.now_ms()}",
    )
    signature = hmac.new(client.secret.encode(), (query + body).encode(), hashlib.sha256).hexdigest()
    answer = client.send(
        "POST",
        f"/api/v3/order/test?{query}",
        headers={"X-MBX-APIKEY": client.key},
        body=f"{body}&signature={signature}",
    )

    assert (answer.status, answer.body) == (200, {})


@pytest.mark.parametrize(
    ("key", "error"),
    [
        (None, (401, -2014, "API-key format invalid.")),
        ("short", (401, -2014, "API-key format invalid.")),
        ("A" * 64, (401, -2015, "Invalid API-key, IP, or permissions for action.")),
    ],
)
def test_key_when_wrong_then_refused(
    client: AccountClient, key: str | None, error: tuple[int, int, str]
) -> None:
    headers = {} if key is None else {"X-MBX-APIKEY": key}

    assert client.send("GET", ACCOUNT, "timestamp=1&signature=00", headers).error == error


def test_signature_when_of_another_account_then_refused(client: AccountClient) -> None:
    other = AccountClient(client.server, "mirror")
    other.key = client.key

    assert other.get(ACCOUNT).error == INVALID_SIGNATURE


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"signature": "00"}, INVALID_SIGNATURE),
        ({"signature": "ü"}, INVALID_SIGNATURE),
        ({"timestamp": 1}, (400, -1021, "Timestamp for this request is outside of the recvWindow.")),
        (
            {"timestamp": 9_999_999_999_999},
            (400, -1021, "Timestamp for this request was 1000ms ahead of the server's time."),
        ),
        ({"recvWindow": 60_001}, (400, -1131, "recvWindow must be less than 60000")),
        (
            {"timestamp": "now"},
            (
                400,
                -1100,
                "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'.",
            ),
        ),
        ({"timestamp": ""}, (400, -1105, "Parameter 'timestamp' was empty.")),
        (
            {"nonsense": 1},
            (400, -1104, "Not all sent parameters were read; read '2' parameter(s) but was sent '3'."),
        ),
    ],
)
def test_request_when_something_is_wrong_then_binances_code(
    client: AccountClient, parameters: dict[str, object], error: tuple[int, int, str]
) -> None:
    assert client.get(ACCOUNT, **parameters).error == error


@pytest.mark.parametrize("missing", ["timestamp", "signature"])
def test_request_when_signing_is_missing_then_mandatory(client: AccountClient, missing: str) -> None:
    import hashlib
    import hmac

    query = (
        f"timestamp={client.server.exchange.now_ms()}" if missing == "signature" else "omitZeroBalances=true"
    )
    if missing == "timestamp":
        query += "&signature=" + hmac.new(client.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
    answer = client.send("GET", ACCOUNT, query, {"X-MBX-APIKEY": client.key})

    text = f"Mandatory parameter '{missing}' was not sent, was empty/null, or malformed."
    assert answer.error == (400, -1102, text)


def test_window_when_wider_then_an_older_request_is_taken(client: AccountClient) -> None:
    old = client.server.exchange.now_ms() - 30_000

    assert client.get(ACCOUNT, timestamp=old, recvWindow=59_999).status == 200
    assert client.get(ACCOUNT, timestamp=old).error[1] == -1021


@pytest.mark.parametrize(
    ("method", "path", "parameters", "error"),
    [
        ("POST", "order", {"side": "BUY", "type": "MARKET"}, (-1102, "Mandatory parameter 'symbol'")),
        ("POST", "order", {"symbol": "NOUSDT", "side": "BUY", "type": "MARKET"}, (-1121, "Invalid symbol.")),
        ("POST", "order", {"symbol": "BTCUSDT", "side": "HOLD", "type": "MARKET"}, (-1117, "Invalid side.")),
        ("POST", "order", {"symbol": "BTCUSDT", "side": "BUY", "type": "X"}, (-1116, "Invalid orderType.")),
        (
            "POST", "order",
            {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "EVER"},
            (-1115, "Invalid timeInForce."),
        ),
        (
            "POST", "order",
            {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "1e3"},
            (-1100, "Illegal characters found in parameter 'quantity'"),
        ),
        (
            "POST", "order",
            {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "-1"},
            (-1100, "Illegal characters found in parameter 'quantity'"),
        ),
        (
            "POST", "order",
            {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": 9, "newClientOrderId": "a b"},
            (-1100, "Illegal characters found in parameter 'newClientOrderId'"),
        ),
        (
            "POST", "order",
            {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": 9, "trailingDelta": 9},
            (-1020, "This operation is not supported."),
        ),
        ("GET", "order", {"symbol": "BTCUSDT"}, (-1102, "Param 'origClientOrderId' or 'orderId' must be")),
        ("GET", "order", {"symbol": "BTCUSDT", "orderId": 99}, (-2013, "Order does not exist.")),
        ("DELETE", "order", {"symbol": "BTCUSDT", "orderId": 99}, (-2011, "Unknown order sent.")),
        ("DELETE", "openOrders", {"symbol": "BTCUSDT"}, (-2011, "Unknown order sent.")),
        ("GET", "orderList", {"orderListId": 9}, (-2018, "Order list does not exist.")),
        ("DELETE", "orderList", {"symbol": "BTCUSDT", "orderListId": 9}, (-2011, "Unknown order sent.")),
        (
            "GET", "allOrders",
            {"symbol": "BTCUSDT", "startTime": 1, "endTime": 200_000_000},
            (-1127, "More than 24 hours between startTime and endTime."),
        ),
    ],
)  # fmt: skip
def test_request_when_malformed_then_binances_code(
    client: AccountClient, method: str, path: str, parameters: dict[str, object], error: tuple[int, str]
) -> None:
    answer = client.signed(method, f"/api/v3/{path}", **parameters)

    assert (answer.status, answer.body["code"]) == (400, error[0])
    assert answer.body["msg"].startswith(error[1])


def test_log_when_everything_is_asked_then_no_key_secret_or_signature_is_in_it(
    client: AccountClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get(ACCOUNT)
        client.get("/api/v3/nothing")
        client.get(ACCOUNT, signature="00")

    assert caplog.text
    assert client.key not in caplog.text
    assert client.secret not in caplog.text
    assert "signature" not in caplog.text
    assert client.secret not in repr(client.server.exchange.credentials("main"))
    assert client.key.startswith("PRACTICEKEY")
    assert client.secret.startswith("PRACTICESECRET")
