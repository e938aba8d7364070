"""State in a file: another process goes on where the last one was, whatever became of it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from freqtrade_riskkit.practice import FlatPrices, PracticeError, PracticeServer, ScriptedPrices, ScriptRow
from freqtrade_riskkit.practice.actions import Gap
from freqtrade_riskkit.practice.state.store import Store
from tests.support.practice_client import AccountClient
from tests.support.trading_floor import discrepancies

FLAT = FlatPrices({"BTC/USDT": 100.0})


def falling(offset: float = 0.5) -> ScriptedPrices:
    return ScriptedPrices(
        [
            ScriptRow("BTC/USDT", 0, 100, 100, 100, 100, 1),
            ScriptRow("BTC/USDT", offset, 100, 100, 50, 50, 1),
            ScriptRow("BTC/USDT", offset + 0.5, 50, 50, 50, 50, 1),
        ]
    )


def test_state_when_started_again_then_keys_orders_and_money_are_there(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with PracticeServer(FLAT, spread=0, state=state) as server:
        client = AccountClient(server)
        overlay = server.overlay()["exchange"]["key"]
        client.order(quantity="2")
        client.order(type="LIMIT", quantity="1", price="90", timeInForce="GTC", newClientOrderId="stays")
        terms = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "1", "price": "110", "stopPrice": "90"}
        client.post("/api/v3/order/oco", **terms)
        questions = ["openOrders", "openOrderList", "account"]
        before = [client.get(f"/api/v3/{question}").body for question in questions]
        trades = client.get("/api/v3/myTrades", symbol="BTCUSDT").body
        port = server.port
    with PracticeServer(FLAT, spread=0, state=state, port=port) as server:
        client = AccountClient(server)
        assert server.overlay()["exchange"]["key"] == overlay
        assert [client.get(f"/api/v3/{question}").body for question in questions] == before
        assert client.get("/api/v3/myTrades", symbol="BTCUSDT").body == trades
        assert client.order(quantity="1").body["orderId"] == 5
        with server.exchange.session() as floor:
            assert discrepancies(floor) == []
    assert stat.S_IMODE(state.stat().st_mode) == 0o600


def test_stop_order_when_the_exchange_was_gone_then_filled_by_the_path_meanwhile(tmp_path: Path) -> None:
    """The script falls half a second after the first start; whether somebody serves it then or not."""
    state = tmp_path / "state.sqlite"
    with PracticeServer(falling(), spread=0, state=state) as server:
        client = AccountClient(server)
        began = server.market.clock.start_ms
        client.order(quantity="1")
        placed = client.order("SELL", "STOP_LOSS", quantity="0.5", stopPrice="80")
        assert placed.status == 200, placed.body
    with PracticeServer(falling(), spread=0, state=state) as server:
        server.market.clock.advance(2000)
        client = AccountClient(server)
        assert server.market.clock.start_ms == began
        order = client.get("/api/v3/order", symbol="BTCUSDT", orderId=2).body

    assert order["status"] == "FILLED"
    assert 500 < order["updateTime"] - began < 1000
    assert float(order["cummulativeQuoteQty"]) == pytest.approx(40, rel=0.01)


def test_move_when_made_before_the_end_then_prices_stay_moved(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with PracticeServer(FLAT, state=state) as server:
        server.exchange.perform(Gap(by=-0.25))
    with PracticeServer(FLAT, state=state) as server:
        assert server.market.price("BTCUSDT") == 75


def test_state_when_another_exchange_has_it_then_refused(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with (
        PracticeServer(FLAT, state=state),
        pytest.raises(PracticeError, match="is in use by another practice exchange"),
    ):
        PracticeServer(FLAT, state=state).start()


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be read as one" * 20])
def test_state_when_the_file_is_something_else_then_one_line(tmp_path: Path, content: bytes) -> None:
    state = tmp_path / "state.sqlite"
    state.write_bytes(content)
    with pytest.raises(PracticeError, match="can't hold a practice exchange's state: file is not a database"):
        PracticeServer(FLAT, state=state).start()


def test_store_when_begun_anew_then_only_the_keys_stay(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    with PracticeServer(FLAT, spread=0, state=state) as server:
        AccountClient(server).order(quantity="1")
        key = server.overlay()["exchange"]["key"]
    store = Store(state)
    store.begin_anew()
    store.close()
    with PracticeServer(FLAT, spread=0, state=state) as server:
        assert server.overlay()["exchange"]["key"] == key
        assert AccountClient(server).held("USDT") == ("10000.00000000", "0.00000000")
