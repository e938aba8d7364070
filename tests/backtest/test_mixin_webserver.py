"""Backtests of FreqUI, through the REST interface of the real ``freqtrade webserver``."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.live.waiting import wait_for
from tests.support import candles
from tests.support.command import clean_environment
from tests.support.scripted import scripted, scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

FALLING = {"BTC/USDT": candles.from_opens([100.0, 100.0, 100.0, 98.0, 98.0, 96.0, *[96.0] * 18])}
SCRIPT = {
    "BTC/USDT": {
        "enter": ["2024-01-01 02:00", "2024-01-01 04:00", "2024-01-01 06:00"],
        "exit": ["2024-01-01 03:00", "2024-01-01 05:00"],
    }
}
SECTION = {"circuit_breaker": {"loss_streak": {"limit": 2}}}
REQUEST = {"enable_protections": True, "timerange": "20240101-20240102", "backtest_cache": "none"}


def test_freqtrade_ui_when_it_backtests_twice_then_both_results_carry_the_kits(workspace: Workspace) -> None:
    """As FreqUI does: it lists the strategies, backtests, and backtests again on the object it has kept."""
    workspace.write_strategies(scripted_with_kit("Carries"), file="carries.py")
    workspace.write_strategies(scripted("Plain"), file="plain.py")
    workspace.write_candles(FALLING, timeframe="1h")

    with _webserver(workspace) as api:
        assert {"Carries", "Plain"} <= set(api.get("strategies")["strategies"])
        first = api.backtest("Carries")
        (file,) = workspace.results.glob("*.riskkit.json")
        written = json.loads(file.read_text(encoding="utf-8"))["strategies"]
        again = api.backtest("Carries")
        unguarded = api.backtest("Carries", enable_protections=False)
        plain = api.backtest("Plain")
        history = api.get("backtest/history")

    assert [trip["code"] for trip in first["riskkit"]["trips"]] == ["CONSECUTIVE_LOSSES_EXCEEDED"]
    assert first["total_trades"] == 2
    assert again["riskkit"] == first["riskkit"]
    assert not unguarded["riskkit"]["breaker_simulated"]
    assert unguarded["total_trades"] == 3
    assert "riskkit" not in plain
    assert list(written) == ["Carries"]
    assert written["Carries"]["trips"] == first["riskkit"]["trips"]
    assert set(written["Carries"]) == set(first["riskkit"])
    # Results of the same second replace one another. No file of the kit's passes for one of Freqtrade's.
    assert {entry["filename"] for entry in history} == {file.stem for file in workspace.results.glob("*.zip")}


class Api:
    """The server's REST interface, logged in."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self._url = f"{url}/api/v1/"
        self._process = process
        self._auth = ("tester", "on loopback only")

    def get(self, path: str) -> Any:
        answer = requests.get(self._url + path, auth=self._auth, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def answers(self) -> bool:
        assert self._process.poll() is None, "the server has ended"
        try:
            return bool(self.get("ping"))
        except requests.ConnectionError:
            return False

    def backtest(self, strategy: str, **options: Any) -> dict[str, Any]:
        """Run a backtest and give the strategy's statistics once it has ended."""
        request = {"strategy": strategy, **REQUEST, **options}
        requests.post(self._url + "backtest", json=request, auth=self._auth, timeout=30).raise_for_status()

        def ended() -> dict[str, Any] | None:
            state = self.get("backtest")
            return None if state["running"] else state

        state = wait_for("the backtest to end", ended)
        assert state["status"] == "ended", state
        return state["backtest_result"]["strategy"][strategy]


@contextmanager
def _webserver(workspace: Workspace) -> Iterator[Api]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = {
        "enabled": True,
        "listen_ip_address": "127.0.0.1",
        "listen_port": port,
        "username": "tester",
        "password": "on loopback only",
        "jwt_secret_key": "a key for this test alone, thirty-two letters at least",
    }
    config = workspace.write_config(
        pairs=list(FALLING),
        timeframe="1h",
        riskkit=SECTION,
        overrides={"script": SCRIPT, "api_server": server},
    )
    command = ("webserver", "--config", str(config), "--userdir", str(workspace.user_data))
    log = workspace.root / "webserver.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "freqtrade", *command],
            cwd=workspace.root,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            api = Api(f"http://127.0.0.1:{port}", process)
            wait_for("the server to answer", api.answers)
            yield api
        finally:
            process.terminate()
            process.wait(30)
            print(log.read_text(encoding="utf-8"))
