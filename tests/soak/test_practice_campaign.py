"""A long campaign: the real bot trades live while faults strike at random, and money is conserved.

Its length and seed come from the environment: SOAK_SECONDS (600) and SOAK_SEED (1). Where libfaketime is
installed, the exchange and the bot run at ten times the speed.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from freqtrade_riskkit.practice import PracticeServer, RandomWalkPrices
from freqtrade_riskkit.practice.actions import (
    Action,
    AnswerStatus,
    CancelOrders,
    ClockSkew,
    Crash,
    Delay,
    Deposit,
    Down,
    Drop,
    ForeignOrder,
    Gap,
    LoseResponse,
    PartialFill,
    Recover,
    Reject,
    Requests,
    Slip,
    Spike,
    Withdraw,
)
from freqtrade_riskkit.practice.trading.records import Side
from freqtrade_riskkit.practice.trading.refusal import Refusal
from tests.live import database
from tests.live.bot import STOPS_ON_EXCHANGE, Bot
from tests.live.fleet import fleet
from tests.live.replay import libfaketime
from tests.support.trading_floor import discrepancies

SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
PAIR = "BTC/USDT"
RESTLESS = """\
import random

from freqtrade.strategy import IStrategy


class Restless(IStrategy):
    timeframe = "1m"
    stoploss = -0.02
    minimal_roi = {"0": 0.01}
    startup_candle_count = 30
    process_only_new_candles = False

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe

    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        return "restless" if random.random() < 0.2 else None
"""

pytestmark = [pytest.mark.soak, pytest.mark.timeout(SECONDS + 180)]


def some_action(dice: random.Random) -> Action:
    """Give something that may go wrong; the shorter it lasts, the likelier the bot trades in between."""
    choices: list[Callable[[], Action]] = [
        lambda: Crash(by=dice.uniform(0.01, 0.1), within_seconds=dice.uniform(0, 60)),
        lambda: Gap(by=dice.uniform(-0.08, 0.08)),
        lambda: Spike(by=dice.uniform(-0.1, 0.1), within_seconds=dice.uniform(1, 20)),
        lambda: Recover(within_seconds=30),
        lambda: Reject(count=dice.randint(1, 3), requests=dice.choice(list(Requests)), code=-1015),
        lambda: AnswerStatus(status=dice.choice([418, 429, 500, 502, 503]), count=dice.randint(1, 5)),
        lambda: Delay(by_seconds=dice.uniform(0.1, 1), count=dice.randint(1, 5)),
        lambda: Drop(count=dice.randint(1, 3)),
        lambda: LoseResponse(requests=dice.choice([Requests.ORDERS, Requests.CANCELS])),
        lambda: PartialFill(share=Decimal("0.3")),
        lambda: Slip(by=Decimal("0.01"), for_seconds=20),
        lambda: ClockSkew(by_seconds=dice.uniform(-90, 90), for_seconds=20),
        lambda: Down(for_seconds=dice.uniform(1, 30)),
        lambda: ForeignOrder(
            account="main", pair=PAIR, side=dice.choice(list(Side)), amount=Decimal("0.001")
        ),
        lambda: CancelOrders(account="main"),
        lambda: Deposit(account="main", asset="USDT", amount=Decimal(100)),
        lambda: Withdraw(account="main", asset="USDT", amount=Decimal(50)),
    ]
    return dice.choice(choices)()


def clock_of_the_bot(server: PracticeServer, library: Path | None) -> Mapping[str, str]:
    """Give the environment in which a process's clock runs along with the exchange's."""
    if library is None:
        return {}
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME": server.market.clock.faketime(),
    }


def test_bot_when_anything_may_happen_then_it_lives_and_money_is_conserved(
    tmp_path: Path, bots: list[Bot]
) -> None:
    dice = random.Random(SEED)
    library = libfaketime(tmp_path)
    speed = 10 if library else 1
    prices = RandomWalkPrices(SEED, [PAIR], daily_volatility=0.3)
    with (
        PracticeServer(prices, speed=speed, state=tmp_path / "state.sqlite") as server,
        fleet(tmp_path, server.overlay(), RESTLESS, (PAIR,), bots, live=True) as make,
    ):
        bot = make(config={**STOPS_ON_EXCHANGE, "max_open_trades": 1, "stake_amount": 500})
        end = time.monotonic() + SECONDS
        bot.start(**clock_of_the_bot(server, library))
        bot.wait_for("its first order", lambda: orders_of(server))
        while time.monotonic() < end:
            time.sleep(dice.uniform(0.2, 3))
            try:
                server.exchange.perform(some_action(dice))
            except Refusal:
                continue  # somebody else's order that the account can't pay for
            with server.exchange.session() as floor:
                assert discrepancies(floor) == []
            assert bot.is_running
        server.exchange.faults.clear()
        code = bot.stop()

    assert code == 130
    assert database.trades(bot.database)
    assert "Fatal exception" not in bot.log()


def orders_of(server: PracticeServer) -> int:
    """Count the first account's orders."""
    with server.exchange.session() as floor:
        return len(floor.accounts["main"].orders)
