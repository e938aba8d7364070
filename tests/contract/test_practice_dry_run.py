"""The real bot in dry-run buys and is stopped out on a scripted fall."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from freqtrade_riskkit.practice import PracticeServer, ScriptedPrices, ScriptRow
from freqtrade_riskkit.practice.timeframes import TIMEFRAMES
from tests.support.command import clean_environment
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(120)

ALWAYS = """\
from freqtrade.strategy import IStrategy


class Always(IStrategy):
    timeframe = "1m"
    stoploss = -0.03
    minimal_roi = {}
    startup_candle_count = 30
    process_only_new_candles = False
    order_types = {"entry": "market", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe
"""
FALL_PER_SECOND = 0.99
SECONDS = 120
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """The first trade that the bot closed, as its database has it."""

    open_rate: float
    close_rate: float
    exit_reason: str
    open_date: str


def falling(pair: str) -> list[ScriptRow]:
    """One hundredth a second, for two minutes: the stop is met whenever the bot has bought."""
    prices = [100 * FALL_PER_SECOND**second for second in range(SECONDS + 1)]
    return [
        ScriptRow(pair, second, prices[second], prices[second], prices[second + 1], prices[second + 1], 1000)
        for second in range(SECONDS)
    ]


@pytest.fixture
def server() -> Iterator[PracticeServer]:
    with PracticeServer(ScriptedPrices(falling("BTC/USDT")), spread=0) as running:
        yield running


@pytest.fixture
def bot(server: PracticeServer, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    workspace = Workspace(tmp_path, server.overlay())
    workspace.write_strategies(ALWAYS)
    config = workspace.write_config(
        pairs=["BTC/USDT"],
        timeframe="1m",
        overrides={
            "initial_state": "running",
            "max_open_trades": 1,
            "db_url": f"sqlite:///{tmp_path / 'trades.sqlite'}",
            "internals": {"process_throttle_secs": 1},
        },
    )
    options = ["--config", str(config), "--userdir", str(workspace.user_data), "--strategy", "Always"]
    with (tmp_path / "bot.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "freqtrade", "trade", *options],
            cwd=tmp_path,
            env=clean_environment(),
            stdout=log,
            stderr=log,
            text=True,
        )
    yield process
    process.kill()
    process.wait()


def test_dry_run_when_prices_fall_by_the_second_then_it_buys_and_is_stopped_out(
    server: PracticeServer, bot: subprocess.Popen[str], tmp_path: Path
) -> None:
    trade = first_closed_trade(tmp_path / "trades.sqlite", bot)

    assert trade.exit_reason == "stop_loss"
    assert trade.close_rate < trade.open_rate * 0.975
    bought = datetime.fromisoformat(trade.open_date).replace(tzinfo=UTC)
    asked = server.market.candles(
        "BTCUSDT", TIMEFRAMES["1s"], limit=6, start_ms=int(bought.timestamp() * 1000) - 3000
    )
    assert min(candle.low for candle in asked) <= trade.open_rate <= max(candle.high for candle in asked)

    log = (tmp_path / "bot.log").read_text()  # a SIGTERM inside a commit makes Freqtrade print a traceback
    bot.send_signal(signal.SIGTERM)
    bot.wait(timeout=30)
    assert "Traceback" not in log
    assert "Unknown address" not in log


def first_closed_trade(database: Path, bot: subprocess.Popen[str]) -> ClosedTrade:
    """Wait until the bot has closed a trade."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        trade = read_closed_trade(database) if database.exists() else None
        if trade is not None:
            return trade
        assert bot.poll() is None, (database.parent / "bot.log").read_text()
        time.sleep(0.2)
    pytest.fail(f"no trade was closed:\n{(database.parent / 'bot.log').read_text()}")


def read_closed_trade(database: Path) -> ClosedTrade | None:
    query = "SELECT open_rate, close_rate, exit_reason, open_date FROM trades WHERE is_open = 0"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'trades'").fetchone()
        row = connection.execute(query).fetchone() if tables[0] else None
    return ClosedTrade(*row) if row else None
