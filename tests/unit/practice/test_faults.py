"""Every fault, on cue: what a client gets, and what the exchange has in its books."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import RemoteDisconnected

import pytest

from freqtrade_riskkit.practice import FlatPrices, PracticeServer
from freqtrade_riskkit.practice.actions import Down, LoseResponse
from tests.support.practice_client import AccountClient

BROKEN = (RemoteDisconnected, ConnectionResetError)


@pytest.fixture
def client() -> Iterator[AccountClient]:
    with PracticeServer(FlatPrices({"BTC/USDT": 100.0}), spread=0) as server:
        yield AccountClient(server)


def do(client: AccountClient, **words: object) -> None:
    answer = client.do(**words)
    assert answer.status == 200, answer.body


def test_reject_when_switched_on_then_the_next_orders_only(client: AccountClient) -> None:
    do(client, do="reject", count=2, code=-1015, message="Too many new orders.")
    answers = [client.order(quantity="1") for _ in range(3)]

    assert [answer.status for answer in answers] == [400, 400, 200]
    assert answers[0].error == (400, -1015, "Too many new orders.")
    assert client.get("/api/v3/account").status == 200
    assert len(client.get("/api/v3/allOrders", symbol="BTCUSDT").body) == 1


def test_reject_when_on_cancels_then_orders_still_go_through(client: AccountClient) -> None:
    do(client, do="reject", requests="cancels", code=-2011, message="Unknown order sent.")
    placed = client.order(type="LIMIT", quantity="1", price="90", timeInForce="GTC").body
    terms = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}

    assert client.delete("/api/v3/order", **terms).body["code"] == -2011
    assert client.delete("/api/v3/order", **terms).status == 200


def test_reject_when_on_one_pairs_market_data_then_others_are_answered() -> None:
    with PracticeServer(FlatPrices({"BTC/USDT": 100.0, "ETH/USDT": 10.0})) as server:
        client = AccountClient(server)
        do(client, do="reject", requests="market", pair="BTC/USDT", count=None)
        asked = [client.send("GET", f"/api/v3/depth?symbol={symbol}") for symbol in ("BTCUSDT", "ETHUSDT")]
        assert [answer.status for answer in asked] == [400, 200]
        assert client.send("GET", "/api/v3/time").status == 200
        refused = client.do(do="reject", requests="queries", pair="BTC/USDT")
        assert "a pair goes with requests: market only" in str(refused.body)


def test_reject_when_on_the_wallet_then_only_its_history_is_refused(client: AccountClient) -> None:
    do(client, do="reject", requests="wallet", count=None)

    assert client.get("/sapi/v1/capital/deposit/hisrec").status == 400
    assert client.get("/api/v3/account").status == 200


def test_money_when_it_is_not_listed_then_it_is_there_and_in_no_history(client: AccountClient) -> None:
    before = client.get("/sapi/v1/capital/deposit/hisrec").body
    do(client, do="deposit", account="main", asset="ETH", amount="3", listed=False)
    do(client, do="withdraw", account="main", asset="ETH", amount="1", listed=False)

    held = {row["asset"]: row["free"] for row in client.get("/api/v3/account").body["balances"]}
    assert float(held["ETH"]) == 2
    assert client.get("/sapi/v1/capital/deposit/hisrec").body == before
    assert client.get("/sapi/v1/capital/withdraw/history").body == []


@pytest.mark.parametrize(
    ("status", "code", "wait"), [(418, -1003, "7"), (429, -1003, "7"), (503, -1001, None)]
)
def test_status_when_switched_on_then_it_is_answered(
    client: AccountClient, status: int, code: int, wait: str | None
) -> None:
    do(client, do="status", status=status, count=1, retry_after_seconds=7)
    answer = client.send("GET", "/api/v3/ping")

    assert (answer.status, answer.body["code"], answer.headers.get("retry-after")) == (status, code, wait)
    assert client.send("GET", "/api/v3/ping").status == 200


def test_status_when_the_web_server_fails_then_its_page(client: AccountClient) -> None:
    do(client, do="status", status=502, count=1)
    answer = client.send("GET", "/api/v3/ping")

    assert answer.status == 502
    assert "502 Bad Gateway" in answer.body


def test_delay_when_switched_on_then_answers_come_late(client: AccountClient) -> None:
    do(client, do="delay", by_seconds=0.3, count=1)
    begin = time.monotonic()
    client.send("GET", "/api/v3/ping")

    assert time.monotonic() - begin >= 0.3


def test_drop_when_switched_on_then_nothing_happened(client: AccountClient) -> None:
    do(client, do="drop", requests="orders")
    with pytest.raises(BROKEN):
        client.order(quantity="1")

    assert client.get("/api/v3/allOrders", symbol="BTCUSDT").body == []


def test_lost_response_when_switched_on_then_the_order_is_there_all_the_same(client: AccountClient) -> None:
    client.server.exchange.perform(LoseResponse())
    with pytest.raises(BROKEN):
        client.order(quantity="1", newClientOrderId="lost")

    (order,) = client.get("/api/v3/allOrders", symbol="BTCUSDT").body
    assert (order["clientOrderId"], order["status"]) == ("lost", "FILLED")
    assert client.held("BTC") == ("0.99900000", "0.00000000")


def test_lost_response_when_the_order_is_refused_then_it_waits_for_one_that_is_not(
    client: AccountClient,
) -> None:
    do(client, do="lose_response")

    assert client.order(quantity="1000").status == 400
    with pytest.raises(BROKEN):
        client.order(quantity="1")
    assert client.order(quantity="1").status == 200


def test_down_when_over_then_back_with_everything(client: AccountClient) -> None:
    client.order(quantity="1")
    client.server.exchange.perform(Down(for_seconds=0.4))
    with pytest.raises(BROKEN):
        client.send("GET", "/api/v3/ping")
    time.sleep(0.5)

    assert client.held("BTC") == ("0.99900000", "0.00000000")


def test_partial_fill_when_switched_on_then_the_next_order_hangs(client: AccountClient) -> None:
    do(client, do="partial_fill", share="0.4")
    first, second = (
        client.order(type="LIMIT", quantity="1", price="100", timeInForce="GTC") for _ in range(2)
    )

    assert (first.body["status"], first.body["executedQty"]) == ("PARTIALLY_FILLED", "0.40000000")
    assert second.body["status"] == "FILLED"


def test_slip_when_switched_on_then_orders_pay_it(client: AccountClient) -> None:
    do(client, do="slip", by="0.02")

    assert client.order(quantity="1").body["fills"][0]["price"] == "102.00000000"


def test_clock_skew_when_switched_on_then_timestamps_are_wrong(client: AccountClient) -> None:
    now = client.server.market.clock.now_ms()
    do(client, do="clock_skew", by_seconds=-10)

    assert client.get("/api/v3/account", timestamp=now).error[1] == -1021
    assert client.send("GET", "/api/v3/time").body["serverTime"] < now - 5000


def test_foreign_order_when_placed_then_the_account_has_it(client: AccountClient) -> None:
    do(client, do="foreign_order", account="main", pair="BTC/USDT", side="BUY", amount="2")
    do(
        client,
        do="foreign_order", account="main", pair="BTC/USDT", side="SELL", type="STOP_LOSS",
        amount="1", stop_price="90",
    )  # fmt: skip

    assert client.held("BTC") == ("0.99800000", "1.00000000")
    assert client.get("/api/v3/openOrders").body[0]["clientOrderId"].startswith("foreign")


def test_order_when_cancelled_behind_its_owners_back_then_gone(client: AccountClient) -> None:
    placed = client.order(type="LIMIT", quantity="1", price="90", timeInForce="GTC").body
    do(client, do="cancel_orders", account="main", order_id=placed["orderId"])

    assert (
        client.get("/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"]).body["status"] == "CANCELED"
    )


def test_fault_when_of_one_account_then_the_others_are_spared(client: AccountClient) -> None:
    do(client, do="reject", account="mirror", count=1)

    assert client.order(quantity="1").status == 200
    assert AccountClient(client.server, "mirror").order(quantity="1").status == 400


def test_faults_when_cleared_then_none_strikes(client: AccountClient) -> None:
    do(client, do="down")
    token = {"X-Practice-Token": client.server.exchange.admin_token()}
    seen = client.send("GET", "/practice/status", headers=token).body
    client.send("DELETE", "/practice/faults", headers=token)

    assert [fault["do"] for fault in seen["faults"]] == ["down"]
    assert client.send("GET", "/api/v3/ping").status == 200


def test_account_when_watched_by_the_admin_side_then_books_and_balances(client: AccountClient) -> None:
    client.order(quantity="1")
    token = {"X-Practice-Token": client.server.exchange.admin_token()}
    seen = client.send("GET", "/practice/accounts/main", headers=token).body

    assert seen["balances"]["USDT"] == {"free": "9900.00000000", "locked": "0.00000000"}
    assert [(order["status"], order["side"]) for order in seen["orders"]] == [("FILLED", "BUY")]
    assert len(seen["trades"]) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"X-Practice-Token": "guess"}, 401), ({"Host": "evil.example"}, 403)],
)
def test_admin_side_when_not_let_in_then_nothing_is_done(
    client: AccountClient, headers: dict[str, str], status: int
) -> None:
    answer = client.send("POST", "/practice/do", headers=headers, body='{"do": "down"}')

    assert answer.status == status
    assert client.server.exchange.faults.switched_on() == ()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"do": "dance"}, "Input tag 'dance' found using 'do' does not match any of the expected tags"),
        ({"by": 0.1}, "Unable to extract tag using discriminator 'do'"),
        ({"do": "crash", "by": 10}, "crash.by: Input should be less than 1, was 10"),
        ({"do": "crash"}, "crash.by: Field required"),
        ({"do": "crash", "by": 0.1, "pair": "NO/USDT"}, "pair 'NO/USDT' isn't listed here"),
        (
            {"do": "deposit", "account": "nobody", "asset": "USDT", "amount": 1},
            "there is no account 'nobody'",
        ),
        ({"do": "deposit", "account": "main", "asset": "../x", "amount": 1}, "a currency's name must be"),
        (
            {"do": "slip", "by": 0.1, "account": "nobody"},
            "there is no account 'nobody'; there are main, mirror",
        ),
        ({"do": "drop", "times": 3}, "drop.times: Extra inputs are not permitted"),
    ],
)
def test_words_when_they_make_no_sense_then_one_line(
    client: AccountClient, words: dict[str, object], text: str
) -> None:
    answer = client.do(**words)

    assert answer.status == 422
    assert text in answer.body["detail"]
    assert "\n" not in answer.body["detail"]


def test_deed_when_the_exchange_refuses_it_then_its_code(client: AccountClient) -> None:
    answer = client.do(do="withdraw", account="main", asset="USDT", amount="10001")

    assert answer.error == (400, -4026, "User has insufficient balance.")
