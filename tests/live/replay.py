"""Candles that are replayed to a bot, loop by loop: its clock and the exchange's stand still in between.

The bot waits between its loops until a test gives it a turn. Before each turn the test sets both clocks, so
that a slow machine makes a replay longer and never other than it is.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.listings import listing_for
from freqtrade_riskkit.practice.paths import BarPath, Bars, joined_bars
from freqtrade_riskkit.practice.sources import (
    FLAT_END_MS,
    FLAT_START_MS,
    PairPrices,
    PriceFeed,
    flat_bar,
    tick_of,
)
from tests.live.bot import Bot

CANDLE = pd.Timedelta("1h")
PRICES = ("open", "high", "low", "close")
FOLLOWS_CANDLES = '''\
import json
import os
import time
from pathlib import Path

from freqtrade.enums import TRADE_MODES
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskkit import RiskKitMixin


class FollowsCandles(RiskKitMixin, IStrategy):
    """Enters after a candle that rose, leaves after one that fell; a bot takes one loop a turn."""

    INTERFACE_VERSION = 3
    timeframe = "1h"
    minimal_roi = {}
    stoploss = -0.99
    startup_candle_count = 0
    process_only_new_candles = True
    order_types = {"entry": "market", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}

    def bot_start(self, **kwargs):
        if self.dp.runmode not in TRADE_MODES:
            return
        from freqtrade import worker

        self.turns = 0
        self.folder = Path(self.config["user_data_dir"])
        worker.Worker._sleep = staticmethod(self.wait_for_turn)

    def wait_for_turn(self, seconds):
        fresh = self.folder / "taken.json.new"
        fresh.write_text(json.dumps({"turns": self.turns, "denied": self.riskkit.gate.denials.denied}))
        fresh.replace(self.folder / "taken.json")
        given = self.folder / "turn.json"
        while not given.exists() or (turn := json.loads(given.read_text()))["number"] == self.turns:
            time.sleep(0.005)
        self.turns = turn["number"]
        os.environ["FAKETIME"] = turn["at"]

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["enter_long"] = (dataframe["close"] > dataframe["open"]).astype(int)
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["exit_long"] = (dataframe["close"] < dataframe["open"]).astype(int)
        return dataframe
'''


class ReplayedPrices:
    """Candles at their own dates. A pair costs its candle's open until the candle is over.

    Parameters
    ----------
    frames
        Candles by pair, all of `CANDLE` and without gaps. Before them a pair stood still.
    start
        The exchange's first moment.
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame], start: datetime) -> None:
        self._frames = frames
        self.clock = PracticeClock(_milliseconds(start), speed=0)

    def open(self) -> PriceFeed:
        return PriceFeed(self.clock, tuple(_prices(*item) for item in self._frames.items()))


def _prices(pair: str, frame: pd.DataFrame) -> PairPrices:
    first, last = float(frame["open"].iloc[0]), float(frame["close"].iloc[-1])
    listing = listing_for(pair, first, tick_of(frame[list(PRICES)].to_numpy()))
    starts = frame["date"].dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64)
    ends = starts + int(CANDLE / pd.Timedelta("1ms"))
    before = flat_bar(listing, first, FLAT_START_MS, int(starts[0]))
    after = flat_bar(listing, last, int(ends[-1]), FLAT_END_MS)
    volume = frame["volume"].to_numpy()
    opens, highs, lows, closes = (frame[column].to_numpy() for column in PRICES)
    seen = Bars(starts, ends, opens, highs, lows, closes, volume)
    held = Bars(starts, ends, opens, opens, opens, opens, volume)
    return PairPrices(
        listing, BarPath(joined_bars(before, held, after)), BarPath(joined_bars(before, seen, after))
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


class Replay:
    """Gives a bot its turns, each at a moment that both clocks are set to.

    Parameters
    ----------
    bot
        Not started yet; of the strategy `FOLLOWS_CANDLES`.
    clock
        The exchange's, standing still.
    """

    def __init__(self, bot: Bot, clock: PracticeClock) -> None:
        self._bot = bot
        self._clock = clock
        self._folder = bot.files.user_data
        self._turn = 0

    def start(self, library: Path) -> None:
        """Start the bot at the exchange's present moment; its first loop is run when this returns."""
        self._bot.start(
            LD_PRELOAD=str(library),
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            FAKETIME_NO_CACHE="1",
            FAKETIME=self._now(),
            TZ="UTC",
        )
        self._wait()

    def turn(self, at: datetime) -> None:
        """Let the bot run one loop at this moment, and wait for its end."""
        self._clock.advance(_milliseconds(at) - self._clock.now_ms())
        self._turn += 1
        fresh = self._folder / "turn.json.new"
        fresh.write_text(json.dumps({"number": self._turn, "at": self._now()}), encoding="utf-8")
        fresh.replace(self._folder / "turn.json")
        self._wait()

    def denied(self) -> dict[str, int]:
        """Give the bot's denials by code."""
        return self._taken()["denied"]

    def _now(self) -> str:
        """Give the exchange's moment as libfaketime reads it."""
        return f"{datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC):%Y-%m-%d %H:%M:%S}"

    def _wait(self) -> None:
        self._bot.wait_for(f"the end of turn {self._turn}", lambda: self._taken()["turns"] == self._turn)

    def _taken(self) -> dict[str, Any]:
        file = self._folder / "taken.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"turns": -1}


def libfaketime(folder: Path) -> Path | None:
    """Give the library by which a process sees another time, linked into a folder; None where there is none.

    LD_PRELOAD reads a space in a path as its end, and the project may lie in such a path.
    """
    found = importlib.util.find_spec("libfaketime")
    if found is None or found.origin is None:
        return None
    link = folder / "libfaketime.so.1"
    if not link.exists():
        link.symlink_to(Path(found.origin).parent / "vendor" / "libfaketime" / "src" / link.name)
    if any(separator in str(link) for separator in " :"):
        raise ValueError(f"LD_PRELOAD can't name a path with a space or a colon: {link}")
    return link
