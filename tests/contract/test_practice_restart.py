"""As the docs say it: the command, its printed config, plain `freqtrade trade`; and both of them killed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.bot import STOPS_ON_EXCHANGE, Bot
from tests.live.database import closed_trades
from tests.live.fleet import fleet
from tests.live.strategies import buys_once
from tests.support.command import clean_environment

pytestmark = pytest.mark.timeout(180)
COMMAND = "from freqtrade_riskkit.cli.main import run; run()"
SCENARIO = """\
about: nothing happens by itself
prices: {source: flat, pairs: {BTC/USDT: 50000}}
"""


class PracticeProcess:
    """`riskkit practice` in a process of its own, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scenario = folder / "mine.yaml"
        self._scenario.write_text(SCENARIO)
        self._options = ["--scenario", str(self._scenario), "--state", str(folder / "state.sqlite")]
        self._process: subprocess.Popen[str] | None = None
        self._port = 0

    def start(self, *options: str) -> None:
        """Start the exchange and wait for its banner."""
        with (self._folder / "exchange.log").open("a") as log:
            self._process = subprocess.Popen(
                self._command("--port", str(self._port), *options),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=clean_environment(),
            )
        assert self._process.stdout is not None
        banner = "".join(self._process.stdout.readline() for _ in range(4))
        found = re.search(r"http://127\.0\.0\.1:(\d+)", banner)
        assert found is not None, banner
        self._port = int(found[1])

    def kill(self) -> None:
        """Kill it, as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def printed(self, *options: str) -> str:
        """Run the command for what it prints."""
        command = self._command("--port", str(self._port), *options)
        return subprocess.run(
            command, capture_output=True, text=True, timeout=60, env=clean_environment(), check=True
        ).stdout.strip()

    def ask(self, path: str, **words: object) -> Any:
        """Ask an admin address, or do something."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/practice/{path}",
            json.dumps(words).encode() if words else None,
            {"X-Practice-Token": self.printed("--print-token")},
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)

    def orders(self, kind: str, status: str) -> list[dict[str, Any]]:
        """Give the first account's orders of a type and status."""
        found = self.ask("accounts/main")["orders"]
        return [order for order in found if (order["type"], order["status"]) == (kind, status)]

    def _command(self, *options: str) -> list[str]:
        return [sys.executable, "-c", COMMAND, "practice", *self._options, *options]


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[PracticeProcess]:
    process = PracticeProcess(tmp_path)
    process.start()
    yield process
    process.kill()


def test_bot_and_exchange_when_both_are_killed_then_they_find_each_other_again(
    exchange: PracticeProcess, tmp_path: Path, bots: list[Bot]
) -> None:
    """The stop is filled while the bot is dead; it learns of it when it is back."""
    overlay = json.loads(exchange.printed("--print-config"))
    with fleet(tmp_path, overlay, buys_once(), ("BTC/USDT",), bots, live=True) as make:
        bot = make(config={**STOPS_ON_EXCHANGE, "max_open_trades": 1})
        bot.start()
        (stop,) = bot.wait_for("a stop", lambda: exchange.orders("STOP_LOSS_LIMIT", "NEW"))
        bot.wait_for("the bot to know of its stop", lambda: "stoploss limit order added" in bot.log())
        before = exchange.ask("accounts/main")
        bot.kill()
        exchange.kill()
        exchange.start("--resume")
        assert exchange.ask("accounts/main") == before
        exchange.ask("do", do="crash", by=0.1, within_seconds=0.5)
        bot.start()
        (trade,) = bot.wait_for("the trade's end", lambda: closed_trades(bot.database))

    (filled,) = exchange.orders("STOP_LOSS_LIMIT", "FILLED")
    assert filled["orderId"] == stop["orderId"]
    assert trade.exit_reason == "stoploss_on_exchange"
    assert (tmp_path / "exchange.log").read_text() == ""
