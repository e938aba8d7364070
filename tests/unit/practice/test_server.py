"""Starting and stopping: the port, the thread, and what can't be started."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from freqtrade_riskkit.practice import CandleFolder, FlatPrices, PracticeError, PracticeServer


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_server_when_left_then_neither_thread_nor_port_is_there() -> None:
    before = set(threading.enumerate())
    with PracticeServer(FlatPrices()) as server:
        port = server.port
        assert server.url == f"http://127.0.0.1:{port}"
        assert is_open(port)
        states = [server.is_running]
    states.append(server.is_running)

    assert states == [True, False]
    assert not is_open(port)
    assert set(threading.enumerate()) == before


def test_server_when_stopped_then_it_can_be_started_again_on_its_port() -> None:
    with PracticeServer(FlatPrices()) as server:
        port = server.port
    again = PracticeServer(FlatPrices(), port=port)
    for _ in range(2):
        assert again.start().port == port
        again.stop()
        again.stop()


def test_server_when_an_error_ends_the_block_then_it_is_stopped() -> None:
    server = PracticeServer(FlatPrices())
    with pytest.raises(KeyError), server:
        raise KeyError

    assert not server.is_running


def test_server_when_over_the_shipped_candles_then_it_starts_quickly() -> None:
    begin = time.perf_counter()
    with PracticeServer():
        assert time.perf_counter() - begin < 2  # 0.02 s on an idle machine


def test_server_when_two_run_then_each_has_its_own_port_and_prices() -> None:
    with PracticeServer(FlatPrices({"BTC/USDT": 1.0})) as one, PracticeServer(FlatPrices()) as other:
        assert one.port != other.port
        assert one.market.price("BTCUSDT") == 1
        assert other.market.price("BTCUSDT") == 95_000


def test_server_when_the_port_is_taken_then_one_line_says_so() -> None:
    with PracticeServer(FlatPrices()) as server:
        second = PracticeServer(FlatPrices(), port=server.port)
        with pytest.raises(PracticeError) as error:
            second.start()

        assert str(error.value) == (
            f"can't listen on 127.0.0.1 port {server.port}: Address already in use; choose another port"
        )
        assert server.is_running
        assert not second.is_running


def test_server_when_its_prices_can_not_be_read_then_the_port_is_free_again(tmp_path: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(PracticeError):
        PracticeServer(CandleFolder(tmp_path), port=port).start()

    assert not is_open(port)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "::1", "example.com", "127.1", ""])
def test_server_when_the_host_is_not_loopback_then_refused(host: str) -> None:
    with pytest.raises(PracticeError, match=r"host must be a loopback address such as 127\.0\.0\.1"):
        PracticeServer(FlatPrices(), host=host)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"port": -1}, "port must be in 0 to 65535, was -1"),
        ({"port": 65536}, "port must be in 0 to 65535, was 65536"),
        ({"spread": 5}, r"spread must be in \[0, 1\), was 5"),
        ({"max_algo_orders": 0}, "max_algo_orders must be at least 1, was 0"),
    ],
)
def test_server_when_misconfigured_then_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(PracticeError, match=message):
        PracticeServer(FlatPrices(), **options)


def test_server_when_not_running_then_its_port_is_unknown() -> None:
    with pytest.raises(RuntimeError, match=r"call start\(\) first"):
        _ = PracticeServer(FlatPrices()).port


def test_server_when_started_twice_then_refused() -> None:
    with PracticeServer(FlatPrices()) as server, pytest.raises(RuntimeError, match="runs already"):
        server.start()


def test_pairs_when_two_have_one_symbol_then_refused() -> None:
    with pytest.raises(PracticeError, match="A1/USDT and A/1USDT can't both be listed: both are A1USDT"):
        PracticeServer(FlatPrices({"A1/USDT": 1.0, "A/1USDT": 1.0})).start()
