"""What live marks and the watch over data believe of Freqtrade's exchange, and see of a real server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ccxt
import pytest
from freqtrade.configuration import Configuration
from freqtrade.enums import ExitCheckTuple, ExitType, RunMode
from freqtrade.exceptions import TemporaryError
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import LocalTrade
from freqtrade.resolvers import ExchangeResolver

from freqtrade_riskkit.core.freshness import Freshness
from freqtrade_riskkit.host.balances import Balances
from freqtrade_riskkit.host.data_watch import DataWatch
from freqtrade_riskkit.host.exchange_clock import ExchangeClock
from freqtrade_riskkit.host.marks_live import LiveMarks
from freqtrade_riskkit.host.read_budget import ReadBudget
from freqtrade_riskkit.host.ticker_feed import TickerFeed
from freqtrade_riskkit.host.wallet_check import WalletCheck
from freqtrade_riskkit.practice import PracticeServer, RandomWalkPrices
from freqtrade_riskkit.practice.actions import Action, ClockSkew, Deposit, Down, Freeze, Withdraw
from tests.support.workspace import Workspace
from tests.unit.host.freqtrade_cases import order, trade

pytestmark = pytest.mark.timeout(120)

BTC = "BTC/USDT"


class Practice:
    """A running exchange as a live bot has it; the bot's clock is the exchange's, and moved by hand."""

    def __init__(self, server: PracticeServer, root: Path, exit_pricing: dict[str, Any]) -> None:
        self.server = server
        workspace = Workspace(root, server.overlay())
        overrides = {"dry_run": False, "exit_pricing": exit_pricing}
        file = workspace.write_config(pairs=[BTC], timeframe="1h", overrides=overrides)
        workspace.user_data.mkdir()
        arguments = {"config": [str(file)], "user_data_dir": str(workspace.user_data)}
        config = Configuration(arguments, RunMode.LIVE).get_config()
        self.exchange = ExchangeResolver.load_exchange(config, validate=False)
        self.exchange._api.milliseconds = server.exchange.market.clock.now_ms  # signed requests carry it
        self.trades: list[LocalTrade] = []
        budget = ReadBudget(self.now)
        feed = TickerFeed(self.exchange, budget, self.now)
        self.marks = LiveMarks(feed, self.exchange, config["exit_pricing"])
        self.watch = DataWatch(
            Freshness(120.0, 5.0),
            self.marks,
            feed,
            ExchangeClock(self.exchange, 5.0, budget, self.now),
            WalletCheck(Balances(self.exchange, budget)),
            lambda: BTC,
        )

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.server.exchange.market.clock.now_ms() / 1000, UTC)

    def do(self, action: Action) -> None:
        self.server.exchange.perform(action)

    def loop(self, seconds: int = 1, times: int = 1) -> str:
        """Let time pass and look; give why an entry would be denied, an empty text where it wouldn't."""
        for _ in range(times):
            self.server.exchange.market.clock.advance(seconds * 1000)
            self.marks.refresh(self.now(), self.trades)
            self.watch.look(self.now(), self.trades)
        decision = self.watch.decide(self.now())
        return "" if decision is None else decision.message()


@pytest.fixture
def exit_pricing() -> dict[str, Any]:
    return {"price_side": "same", "use_order_book": True, "order_book_top": 1}


@pytest.fixture
def practice_bot(tmp_path: Path, exit_pricing: dict[str, Any]) -> Iterator[Practice]:
    with PracticeServer(RandomWalkPrices(seed=7)) as server:
        bot = Practice(server, tmp_path, exit_pricing)
        try:
            yield bot
        finally:
            bot.exchange.close()


@pytest.mark.parametrize(
    "exit_pricing",
    [
        {"price_side": side, "use_order_book": book, "order_book_top": 1}
        for side in ("same", "other")
        for book in (True, False)
    ],
    ids=["same side, book", "same side, ticker", "other side, book", "other side, ticker"],
)
def test_mark_when_read_from_a_ticker_then_the_rate_that_freqtrade_judges_exits_at(
    practice_bot: Practice,
) -> None:
    """In a market that stands still, whichever way exits are priced, long and short.

    What Freqtrade keeps of the rates that it has read itself stays as it is.
    """
    practice_bot.do(Freeze(for_seconds=600))
    for is_short in (False, True):
        held = trade(is_short=is_short, base_currency="BTC")
        held.recalc_open_trade_value()
        practice_bot.trades = [held]
        theirs = practice_bot.exchange.get_rate(BTC, refresh=True, side="exit", is_short=is_short)
        cache = practice_bot.exchange._exit_rate_cache
        cache.clear()

        practice_bot.loop(40)

        assert dict(cache) == {}
        marked = practice_bot.marks.unrealised(practice_bot.now(), [held])
        assert marked.unrealised == pytest.approx(held.calc_profit(theirs), abs=1e-7)
        assert marked.missing == ()


def test_watch_when_the_feed_freezes_then_denies_until_it_thaws(practice_bot: Practice) -> None:
    assert practice_bot.loop() == ""
    assert practice_bot.loop(35, times=5) == ""
    practice_bot.do(Freeze(for_seconds=300))

    assert practice_bot.loop(35, times=5).endswith("the ticker of BTC/USDT is frozen")
    assert practice_bot.loop(35, times=6) == ""


def test_watch_when_the_exchanges_clock_is_off_then_denies(practice_bot: Practice) -> None:
    practice_bot.do(ClockSkew(by_seconds=-8))
    assert "value=8 s, the clocks of exchange and bot differ" in practice_bot.loop()

    practice_bot.server.exchange.faults.clear()
    assert practice_bot.loop(61) == ""


def test_watch_when_the_exchange_is_down_then_denies_after_two_minutes_and_never_raises(
    practice_bot: Practice,
) -> None:
    practice_bot.loop()
    practice_bot.do(Down(for_seconds=200))
    assert practice_bot.loop(30, times=3) == ""

    assert "DATA_STALE: limit=120 s" in practice_bot.loop(40)
    assert practice_bot.loop(40, times=3) == ""


def test_watch_when_somebody_takes_the_coins_of_a_trade_then_denies(practice_bot: Practice) -> None:
    practice_bot.trades = [trade(amount=0.1, base_currency="BTC")]
    practice_bot.do(Deposit(account="main", asset="BTC", amount=0.1))
    assert practice_bot.loop() == ""

    practice_bot.do(Withdraw(account="main", asset="BTC", amount=0.04))
    assert practice_bot.loop(61, times=5).endswith("open trades hold 0.1 BTC, the wallet has 0.06")


def test_freqtrades_exchange_when_told_not_to_retry_then_asked_once(practice_bot: Practice) -> None:
    """What bounds the time that a look takes while the exchange doesn't answer."""
    api, asked = practice_bot.exchange._api, []

    def fail(*given: object) -> None:
        asked.append(given)
        raise ccxt.NetworkError("gone")

    api.fetch_ticker = api.fetch_balance = fail
    with pytest.raises(TemporaryError):
        practice_bot.exchange.fetch_ticker(BTC, count=0)
    with pytest.raises(TemporaryError):
        practice_bot.exchange.get_balances(count=0)

    assert len(asked) == 2


def test_exit_order_when_open_then_freqtrade_still_judges_the_position_at_a_fresh_rate() -> None:
    """So the rate that should_exit gets is a mark in every loop, with an exit under way too."""
    selling = order("sell", 10.0, 110.0, ft_is_open=True, status="open", filled=0.0, remaining=10.0)
    held = trade(order("buy", 10.0, 100.0), selling)
    judged = []

    def should_exit(asked: LocalTrade, rate: float, *_: Any, **__: Any) -> list[ExitCheckTuple]:
        judged.append((asked, rate))
        return [ExitCheckTuple(ExitType.NONE)]

    bot = SimpleNamespace(
        config={"use_exit_signal": False},
        strategy=SimpleNamespace(should_exit=should_exit),
        exchange=SimpleNamespace(get_rate=lambda pair, side, is_short, refresh: 107.0),
    )
    bot._check_and_execute_exit = partial(FreqtradeBot._check_and_execute_exit, bot)

    assert held.has_open_orders
    assert FreqtradeBot.handle_trade(bot, held) is False
    assert judged == [(held, 107.0)]
