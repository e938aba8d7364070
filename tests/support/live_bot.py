"""The real bot in live mode on a practice exchange, with nothing of the kit in it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.support.command import clean_environment
from tests.support.workspace import Workspace

PATIENCE_SECONDS = 60.0
Found = TypeVar("Found")

BUYS_ONCE = """\
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy


class BuysOnce(IStrategy):
    timeframe = "1m"
    stoploss = -0.05
    minimal_roi = {}
    startup_candle_count = 30
    process_only_new_candles = False

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe

    def confirm_trade_entry(self, *args, **kwargs):
        return not Trade.get_trades_proxy()
"""


@dataclass(frozen=True, slots=True)
class BotTrade:
    """A trade as the bot's database has it."""

    is_open: bool
    amount: float
    open_rate: float
    close_rate: float | None
    exit_reason: str | None


class LiveBot:
    """A `freqtrade trade` with `dry_run: false`, killed at the end of the block come what may.

    Parameters
    ----------
    overlay
        The config part that leads it to the exchange, with an account's key.
    folder
        Where config, database and log go.
    environment
        Gives what is added to the process's environment, at its start.
    strategy
        Source of its strategy.
    overrides
        Of the config.
    """

    def __init__(
        self,
        overlay: Mapping[str, Any],
        folder: Path,
        environment: Callable[[], Mapping[str, str]] = dict,
        strategy: str = BUYS_ONCE,
        **overrides: Any,
    ) -> None:
        self._environment = environment
        self._database = folder / "trades.sqlite"
        self._log = folder / "bot.log"
        self._folder = folder
        workspace = Workspace(folder, overlay)
        (name,) = workspace.write_strategies(strategy)
        order_types: Mapping[str, Any] = {
            "entry": "market",
            "exit": "market",
            "stoploss": "limit",
            "stoploss_on_exchange": True,
            "stoploss_on_exchange_interval": 5,
            "stoploss_on_exchange_limit_ratio": 0.99,
        }
        config = workspace.write_config(
            pairs=["BTC/USDT"],
            timeframe="1m",
            overrides={
                "dry_run": False,
                "initial_state": "running",
                "max_open_trades": 1,
                "db_url": f"sqlite:///{self._database}",
                "internals": {"process_throttle_secs": 1},
                "order_types": order_types,
                **overrides,
            },
        )
        self._options = [
            "--config",
            str(config),
            "--userdir",
            str(workspace.user_data),
            "--strategy",
            name,
        ]

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Start the process, for the first time or again."""
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "freqtrade", "trade", *self._options],
                cwd=self._folder,
                env=clean_environment(self._environment()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """Kill the process, as a crash would."""
        self._process.kill()
        self._process.wait()

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def end(self) -> int:
        """Tell the bot to end, and wait for it."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE_SECONDS)

    def wait_for(self, what: str, look: Callable[[], Found | None]) -> Found:
        """Return the first truthy answer of `look`; fail with the log where it doesn't come in time."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            if self._process.poll() is not None:
                raise AssertionError(f"{what}: the bot ended\n{self.log()}")
            time.sleep(0.1)
        raise AssertionError(f"{what}: not in time\n{self.log()}")

    def trades(self) -> list[BotTrade]:
        """Give the trades that the bot knows of."""
        if not self._database.exists():
            return []
        query = "SELECT is_open, amount, open_rate, close_rate, exit_reason FROM trades ORDER BY id"
        tables = "SELECT count(*) FROM sqlite_master WHERE name = 'trades'"
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as connection:
            if not connection.execute(tables).fetchone()[0]:
                return []
            return [BotTrade(bool(row[0]), *row[1:]) for row in connection.execute(query)]

    def log(self) -> str:
        """Give the whole log."""
        return self._log.read_text(encoding="utf-8")
