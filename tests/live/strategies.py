"""Strategies that the bots under test run."""

from __future__ import annotations

import textwrap

_PUPPET = '''\
import dataclasses
import json
import secrets
from datetime import datetime
from pathlib import Path

from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskkit import RiskKitMixin


class {name}(RiskKitMixin, IStrategy):
    """Enters and exits as a file in user_data says, and writes down what its session knows."""

    INTERFACE_VERSION = 3
    timeframe = "1m"
    minimal_roi = {{}}
    stoploss = -0.99
    startup_candle_count = 0
    process_only_new_candles = False

    def bot_start(self, **kwargs):
        self.folder = Path(self.config["user_data_dir"])
        self.born = secrets.token_hex(8)
        self.loops = 0
        self.candles = set()
        self.positions = 0

    def bot_loop_start(self, current_time: datetime, **kwargs):
        self.hand = json.loads((self.folder / "hand.json").read_text())
        self.loops += 1
        self.candles.add(current_time.replace(second=0, microsecond=0).isoformat())
        self.positions += Trade.get_open_trade_count()
        session = self.riskkit
        books = session.books
        self.show({{
            "born": self.born,
            "hand": self.hand["version"],
            "loops": self.loops,
            "candles": sorted(self.candles),
            "failure": session.failure,
            "account_id": session.account_id,
            "status": dataclasses.asdict(session.status()),
            "metrics": session.metrics() and dataclasses.asdict(session.metrics()),
            "trades": [record._asdict() for record in session.trade_records()],
            "orders": dataclasses.asdict(session.open_orders(current_time)),
            "open_orders": [dataclasses.asdict(order) for order in self.orders_of_open_trades()],
            "finished_orders": books.orders.finished() if books else {{}},
            "held_capital": session.held_capital(),
            "available_capital": session.available_capital(),
            "entries": session.gate.entries.total,
            "high_confidence_share": session.gate.entries.high_confidence_share,
            "positions_a_loop": self.positions / self.loops,
            "average_positions": books.average_positions if books else None,
            "warnings": dict(session.gate.denials.warned),
        }})

    def orders_of_open_trades(self):
        from freqtrade_riskkit.host.translation import order_records

        return [
            record
            for trade in Trade.get_open_trades()
            for record in order_records(trade, self.riskkit.account_id)
        ]

    def show(self, seen: dict):
        fresh = self.folder / "seen.json.new"
        fresh.write_text(json.dumps(seen, default=str))
        fresh.replace(self.folder / "seen.json")

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        wished = self.hand["enter"]
        dataframe["enter_long"] = int(metadata["pair"] in wished)
        dataframe["enter_tag"] = wished.get(metadata["pair"])
        if self.hand["confidence"] is not None:
            dataframe["confidence"] = self.hand["confidence"].get(metadata["pair"], float("nan"))
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["exit_long"] = int(metadata["pair"] in self.hand["exit"])
        return dataframe

    def adjust_trade_position(self, trade, current_time, current_rate, current_profit, min_stake, max_stake,
                              *args, **kwargs):
        stake = self.hand["adjust"].get(trade.pair)
        return None if stake is None or trade.has_open_orders else stake

    def custom_entry_price(self, pair, trade, current_time, proposed_rate, entry_tag, side, **kwargs):
        return self.hand["limit"].get(pair, proposed_rate)
{body}'''

_DIP_BUYER = '''\
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskkit import RiskKitMixin


class {name}(RiskKitMixin, IStrategy):
    """Buys whatever doesn't rise, as dip buyers do, with a stop close below."""

    INTERFACE_VERSION = 3
    timeframe = "1m"
    minimal_roi = {{}}
    stoploss = -0.01
    startup_candle_count = 5
    process_only_new_candles = False

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["mean"] = dataframe["close"].rolling(5).mean()
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe.loc[dataframe["close"] <= dataframe["mean"] * 1.0001, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return dataframe
{body}'''


_BUYS_ONCE = """\
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy


class BuysOnce(IStrategy):
    timeframe = "1m"
    stoploss = -0.05
    minimal_roi = {{}}
    startup_candle_count = 30
    process_only_new_candles = False

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = {signal}
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe

    def confirm_trade_entry(self, *args, **kwargs):
        return not Trade.get_trades_proxy()
{body}"""

TRIES_SOON = """
from freqtrade import worker
worker.RETRY_TIMEOUT = 1
"""
"""A strategy's body: after a loop that an error of the exchange ended, the next one begins in 1 s, not 30."""

HURRIES = """
import time
from freqtrade import worker
worker.Worker._sleep = staticmethod(lambda seconds, sleep=time.sleep: sleep(min(seconds, 0.02)))
"""
"""A strategy's body: loops follow each other without the second's rest between them."""


def buys_once(body: str = "", signal: int = 1) -> str:
    """Write a strategy without the kit that enters once, or never where `signal` is 0."""
    return _BUYS_ONCE.format(signal=signal, body=_members(body))


def puppet(body: str = "") -> str:
    """Write a strategy that does what a test tells it through its bot; `body` adds members."""
    return _PUPPET.format(name="Puppet", body=_members(body))


def dip_buyer(body: str = "") -> str:
    """Write a strategy that buys into falling prices; `body` adds members."""
    return _DIP_BUYER.format(name="DipBuyer", body=_members(body))


def _members(body: str) -> str:
    return textwrap.indent(textwrap.dedent(body), "    ")
