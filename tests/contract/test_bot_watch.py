"""The real bot in live mode on the practice exchange, watched: what each fault is, counted once.

The bot runs in this process and is driven loop by loop, so that what each loop told can be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest
from freqtrade.configuration import Configuration
from freqtrade.enums import RunMode
from freqtrade.exceptions import TemporaryError
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import PairLocks, Trade
from freqtrade.rpc import RPC

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.bot_watch import BotWatch
from freqtrade_riskkit.host.error_watch import ErrorSeen, SuccessSeen
from freqtrade_riskkit.host.stop_flood import StopFloodAlarm
from freqtrade_riskkit.practice import FlatPrices, PracticeServer
from freqtrade_riskkit.practice.actions import (
    Action,
    AnswerStatus,
    Down,
    Drop,
    LoseResponse,
    Reject,
    Requests,
)
from tests.support.backtest import forget
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

FIRST, SECOND = "BTC/USDT", "ETH/USDT"
STRATEGY = """\
from freqtrade.strategy import IStrategy

from freqtrade_riskkit import RiskKitMixin


class Told(RiskKitMixin, IStrategy):
    timeframe = "1m"
    stoploss = -0.05
    minimal_roi = {}
    startup_candle_count = 0
    process_only_new_candles = False
    position_adjustment_enable = True
    wanted = set()
    added = None
    raises = False

    def populate_indicators(self, dataframe, metadata):
        if self.raises:
            raise KeyError("a bug in the strategy")
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = int(metadata["pair"] in self.wanted)
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe

    def adjust_trade_position(self, trade, *args, **kwargs):
        return self.added
"""
REJECTED = Reject(count=None, code=-1013, message="Filter failure: PRICE_FILTER")
NO_FUNDS = Reject(count=None, code=-2010, message="Account has insufficient balance for requested action.")
ORDERS = {"rejection", "funds", "network", "exchange_down"}
EXCHANGE = {"network", "exchange_down"}
ALL_WELL = EXCHANGE | {"strategy"}


class Rig:
    """A bot, its exchange, and what its watch was told."""

    def __init__(self, server: PracticeServer, bot: FreqtradeBot, stops_a_minute: int) -> None:
        self.server = server
        self.bot = bot
        self.placed: list[EntryKind] = []
        self.alerts: list[str] = []
        alarm = StopFloodAlarm(stops_a_minute, self.alerts.append)
        self.watch = BotWatch(self._order_placed, alarm)
        bot.strategy.riskkit.watch = self.watch

    def _order_placed(self, kind: EntryKind, at: datetime) -> None:
        self.placed.append(kind)

    def want(self, *pairs: str) -> None:
        self.bot.strategy.wanted = set(pairs)

    def fault(self, action: Action | None) -> None:
        """Let a fault begin in place of the one before, or end."""
        self.server.exchange.faults.clear()
        if action is not None:
            self.server.exchange.perform(action)

    def loop(self) -> list[str | set[str]]:
        """Let the bot go through a loop; give the kinds of errors and what successes answer for."""
        with suppress(TemporaryError):  # its worker waits and goes on
            self.bot.process()
        return [
            {str(kind) for kind in event.kinds} if isinstance(event, SuccessSeen) else str(event.kind)
            for event in self.watch.take()
        ]


@pytest.fixture
def server() -> Iterator[PracticeServer]:
    with PracticeServer(FlatPrices({FIRST: 50_000.0, SECOND: 2_000.0})) as running:
        yield running


@pytest.fixture
def rig(server: PracticeServer, tmp_path: Path) -> Iterator[Rig]:
    with started(server, tmp_path) as bot:
        yield Rig(server, bot, stops_a_minute=60)


@contextmanager
def started(server: PracticeServer, folder: Path) -> Iterator[FreqtradeBot]:
    workspace = Workspace(folder, server.overlay())
    workspace.write_strategies(STRATEGY)
    config_file = workspace.write_config(
        pairs=[FIRST, SECOND],
        timeframe="1m",
        overrides={
            "strategy": "Told",
            "dry_run": False,
            "initial_state": "running",
            "force_entry_enable": True,
            "db_url": f"sqlite:///{folder / 'trades.sqlite'}",
            "order_types": {
                "entry": "market",
                "exit": "market",
                "stoploss": "limit",
                "stoploss_on_exchange": True,
            },
        },
    )
    arguments = {"config": [str(config_file)], "user_data_dir": str(workspace.user_data)}
    try:
        bot = FreqtradeBot(Configuration(arguments, RunMode.LIVE).get_config())
        try:
            bot.startup()
            yield bot
        finally:
            bot.cleanup()
    finally:
        Trade.session.remove()
        forget()


def test_entry_when_rejected_each_loop_then_one_error_each_and_an_accepted_order_answers_for_them(
    rig: Rig,
) -> None:
    rig.want(FIRST)
    rig.fault(REJECTED)
    assert [rig.loop() for _ in range(3)] == [["rejection", ALL_WELL]] * 3

    rig.fault(NO_FUNDS)
    assert rig.loop() == ["funds", ALL_WELL]
    assert rig.placed == []

    rig.fault(None)
    assert rig.loop() == [ORDERS, ALL_WELL]
    assert rig.placed == [EntryKind.INITIAL]
    assert Trade.get_open_trade_count() == 1


def test_orders_when_entry_added_entry_and_stop_are_placed_then_only_what_adds_risk_counts(
    server: PracticeServer, tmp_path: Path
) -> None:
    """The stop is placed again after the added entry; three stops and an exit within a minute are a flood."""
    with started(server, tmp_path) as bot:
        rig = Rig(server, bot, stops_a_minute=2)
        rig.want(FIRST)
        rig.loop()
        rig.want()
        rig.loop()
        rig.bot.strategy.added = 100.0
        rig.loop()
        rig.bot.strategy.added = None
        rig.loop()
        assert rig.placed == [EntryKind.INITIAL, EntryKind.ADDED]
        assert rig.alerts == []

        RPC(bot)._rpc_force_exit("all")
        RPC(bot)._rpc_force_entry(SECOND, None)
        rig.loop()

    assert rig.placed == [EntryKind.INITIAL, EntryKind.ADDED, EntryKind.INITIAL]
    (alert,) = rig.alerts
    assert alert.startswith("STOP_FLOOD: limit=2, value=3")


def test_answers_when_missing_then_one_error_a_loop_until_a_loop_that_was_answered(rig: Rig) -> None:
    """Down, the exchange breaks every connection: candles, orders and stops all fail in the same loop."""
    rig.want(FIRST)
    rig.loop()
    rig.want(FIRST, SECOND)
    assert Trade.get_open_trade_count() == 1

    rig.fault(Down(for_seconds=None))
    for _ in range(2):
        (error, strategy) = rig.loop()
        assert error in EXCHANGE
        assert strategy == {"strategy"}

    rig.fault(None)
    assert rig.loop()[-1] == ALL_WELL


def test_exchange_when_it_answers_with_failures_then_it_is_down(rig: Rig) -> None:
    rig.want(FIRST)
    rig.loop()
    rig.fault(AnswerStatus(status=503))

    assert rig.loop() == ["exchange_down", {"strategy"}]


def test_connection_when_it_breaks_once_and_the_retry_is_answered_then_no_error(rig: Rig) -> None:
    rig.want(FIRST)
    rig.loop()
    rig.loop()
    rig.fault(Drop(requests=Requests.QUERIES, count=1))

    assert rig.loop() == [ALL_WELL]


def test_answer_to_an_order_when_lost_each_loop_then_the_network_fails_though_prices_flow(rig: Rig) -> None:
    """Each of them is filled and the bot never knows: candles that arrive must not answer for it."""
    rig.want(FIRST)
    rig.fault(LoseResponse(count=None))

    assert [rig.loop() for _ in range(2)] == [["network", {"strategy"}]] * 2
    assert rig.placed == []


def test_stop_when_refused_then_one_error_and_the_emergency_exit_answers_for_it(rig: Rig) -> None:
    rig.want(FIRST)
    rig.loop()
    rig.want()
    rig.fault(Reject(count=1, message="Stop price would trigger immediately."))

    assert rig.loop() == ["rejection", ORDERS, ALL_WELL]
    assert Trade.get_open_trade_count() == 0


def test_strategy_when_it_raises_for_both_pairs_then_one_error_a_loop_until_it_does_not(rig: Rig) -> None:
    """In the second loop nothing is asked of the exchange: the candles are there."""
    rig.bot.strategy.raises = True
    assert rig.loop() == ["strategy", EXCHANGE]
    assert rig.loop() in (["strategy"], ["strategy", EXCHANGE])  # where a new candle began

    rig.bot.strategy.raises = False
    (success,) = rig.loop()
    assert "strategy" in success


def test_bot_when_it_has_no_watch_then_it_runs_as_ever(server: PracticeServer, tmp_path: Path) -> None:
    with started(server, tmp_path) as bot:
        bot.strategy.wanted = {FIRST}
        bot.process()
        assert Trade.get_open_trade_count() == 1
        assert PairLocks.get_pair_locks(None) == []


def test_texts_when_kept_then_they_hold_neither_key_nor_signature(rig: Rig) -> None:
    rig.want(FIRST)
    rig.loop()
    rig.fault(Down(for_seconds=None))
    with suppress(TemporaryError):
        rig.bot.process()
    texts = [event.text for event in rig.watch.take() if isinstance(event, ErrorSeen)]
    key = rig.server.overlay()["exchange"]["key"]

    assert texts
    assert not [text for text in texts if key in text or "signature" in text or "timestamp=" in text]
