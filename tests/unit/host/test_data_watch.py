"""The watch over data: what denies entries, what ends it, and that looking never raises."""

from __future__ import annotations

from typing import Any

import pytest
from freqtrade.exceptions import TemporaryError
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.freshness import Freshness
from freqtrade_riskkit.host.balances import Balances
from freqtrade_riskkit.host.data_watch import DataWatch
from freqtrade_riskkit.host.exchange_clock import ExchangeClock
from freqtrade_riskkit.host.marks_live import LiveMarks
from freqtrade_riskkit.host.wallet_check import WalletCheck
from tests.unit.host.exchange_cases import Exchange
from tests.unit.host.freqtrade_cases import order, trade

BTC, ETH = "BTC/USDT", "ETH/USDT"
GONE = TemporaryError("timed out")


class Bot:
    """A bot's loop, as far as the watch is concerned, every five seconds."""

    def __init__(self, exchange: Exchange, *, is_live: bool = False) -> None:
        self.exchange = exchange
        self.trades: list[LocalTrade] = []
        feed = exchange.feed()
        self.marks = LiveMarks(feed, exchange, {})
        self.watch = DataWatch(
            Freshness(120.0, 5.0),
            self.marks,
            feed,
            ExchangeClock(exchange, 5.0, exchange.budget, exchange.clock),
            WalletCheck(Balances(exchange, exchange.budget)) if is_live else None,
            lambda: BTC,
        )

    def loop(self, seconds: float = 5.0) -> None:
        now = self.exchange.clock.after(5)
        self.marks.refresh(now, self.trades)
        self.watch.look(now, self.trades)
        for held in self.trades:
            if held.pair not in self.exchange.errors:
                self.marks.note(held, self.exchange.last[held.pair], now)
        for _ in range(int(seconds / 5) - 1):
            self.loop()

    def denial(self) -> str | None:
        """Give why an entry would be denied now."""
        decision = self.watch.decide(self.exchange.clock.now)
        if decision is None:
            return None
        assert (decision.allowed, decision.code) == (False, Code.DATA_STALE)
        return decision.message()


def held(pair: str = BTC, number: int = 1, **changes: Any) -> LocalTrade:
    return trade(**{"id": number, "pair": pair, "base_currency": pair.split("/")[0], **changes})


def test_watch_when_it_never_looked_then_denied() -> None:
    assert Bot(Exchange()).denial() == "DATA_STALE: the exchange wasn't looked at yet"


@pytest.mark.parametrize("trades", [[], [held()], [held(), held(ETH, 2)]])
def test_exchange_when_it_is_well_then_never_denied_and_little_asked(trades: list[LocalTrade]) -> None:
    """Ten minutes: a ticker for each open pair, or for one, every 30 seconds; the time every minute."""
    bot = Bot(Exchange())
    bot.trades = trades
    for _ in range(120):
        bot.loop()
        assert bot.denial() is None

    assert len(bot.exchange.asked) == 20 * max(1, len(trades))
    assert bot.exchange.api.asked == 10


@pytest.mark.parametrize("trades", [[], [held()]], ids=["nothing open", "a position"])
def test_feed_when_frozen_for_longer_than_the_limit_then_denied_until_it_moves(
    trades: list[LocalTrade],
) -> None:
    bot = Bot(Exchange())
    bot.trades = trades
    bot.loop(60)
    bot.exchange.frozen = True
    bot.loop(115)
    assert bot.denial() is None

    bot.loop(30)
    assert bot.denial() == "DATA_STALE: limit=120 s, value=150 s, the ticker of BTC/USDT is frozen"

    bot.exchange.frozen = False
    bot.loop(30)
    assert bot.denial() is None


def test_ticker_when_none_comes_then_the_last_counts_for_two_minutes() -> None:
    bot = Bot(Exchange())
    bot.loop(30)
    bot.exchange.errors[BTC] = GONE
    bot.loop(95)
    assert bot.denial() is None
    bot.loop(5)

    assert bot.denial() == "DATA_STALE: limit=120 s, value=125 s, no ticker of BTC/USDT comes"


def test_ticker_when_none_ever_came_then_denied_at_once() -> None:
    bot = Bot(Exchange(errors={BTC: GONE}))
    bot.loop()

    assert bot.denial() == "DATA_STALE: limit=120 s, no rate of BTC/USDT is known"


def test_ticker_when_none_ever_came_of_a_position_that_has_a_mark_then_denied_without_an_age() -> None:
    bot = Bot(Exchange(errors={BTC: GONE}))
    bot.trades = [held()]
    bot.marks.note(bot.trades[0], 97.0, bot.exchange.clock.now)
    bot.loop()
    assert bot.denial() == "DATA_STALE: limit=120 s, no ticker of BTC/USDT comes"

    bot.loop(120)
    assert bot.denial() == "DATA_STALE: limit=120 s, value=125 s, the mark of BTC/USDT is old"


def test_loop_when_it_hangs_then_what_was_seen_grows_old() -> None:
    bot = Bot(Exchange())
    bot.trades = [held()]
    bot.loop(60)
    bot.exchange.clock.after(121)

    assert bot.denial() == "DATA_STALE: limit=120 s, value=121 s, the mark of BTC/USDT is old"


def test_position_when_just_opened_then_not_missing_before_the_next_look() -> None:
    bot = Bot(Exchange())
    bot.loop()
    bot.trades = [held(ETH)]
    assert bot.denial() is None

    bot.loop()
    assert bot.denial() is None


@pytest.mark.parametrize(("off", "denied"), [(4.9, False), (-4.9, False), (5.5, True), (-5.5, True)])
def test_clock_when_off_by_more_than_the_limit_then_denied(off: float, denied: bool) -> None:
    bot = Bot(Exchange())
    bot.exchange.api.off_seconds = off
    bot.loop()

    message = bot.denial()
    assert (message is not None) is denied
    if message is not None:
        assert message.startswith("DATA_STALE: limit=5 s, value=")

    bot.exchange.api.off_seconds = 0.0
    bot.loop(60)
    assert bot.denial() is None


def test_clock_when_the_line_is_slow_then_not_taken_for_a_wrong_one() -> None:
    """Eight seconds for an answer: 5.5 s off may be 1.5 s; for longer than ten nothing can be said."""
    bot = Bot(Exchange())
    bot.exchange.api.off_seconds, bot.exchange.api.takes_seconds = 5.5, 8.0
    bot.loop()
    assert bot.denial() is None

    bot.exchange.api.takes_seconds = 10.1
    bot.loop(60)
    bot.exchange.clock.after(60)
    seen = bot.watch.seen(bot.exchange.clock.now).clock
    assert seen is not None and seen.age_seconds > 110


def test_clock_when_it_is_not_told_then_the_last_answer_counts_for_two_minutes() -> None:
    bot = Bot(Exchange())
    bot.loop()
    bot.exchange.api.error = ConnectionResetError("gone")
    bot.loop(120)
    assert bot.denial() is None
    bot.loop(5)

    assert bot.denial() == "DATA_STALE: limit=120 s, value=125 s, the exchange doesn't tell its time"
    assert bot.exchange.api.asked == 4  # at the start, after a minute, then every half a minute

    bot.exchange.api.error = None
    bot.loop(30)
    assert bot.denial() is None


def test_clock_when_it_was_never_told_then_denied() -> None:
    bot = Bot(Exchange())
    bot.exchange.api.error = ConnectionResetError("gone")
    bot.loop()

    assert bot.denial() == "DATA_STALE: limit=120 s, the exchange hasn't told its time yet"


def test_exchange_when_it_offers_neither_time_nor_tickers_then_not_denied_for_that() -> None:
    bot = Bot(Exchange(offers=set()))
    bot.trades = [held()]
    bot.marks.note(bot.trades[0], 100.0, bot.exchange.clock.now)
    bot.loop(600)

    assert bot.denial() is None


def test_wallet_when_it_lacks_what_trades_hold_then_denied_until_it_is_there() -> None:
    """Two trades hold 10 and 5 BTC, the wallet has 14.6: more than 2 % less. A hundredth less is fine."""
    bot = Bot(Exchange(balances={"BTC": 14.85}), is_live=True)
    bot.trades = [held(), held("BTC/EUR", 2, amount=5.0)]
    bot.exchange.last["BTC/EUR"] = 90.0
    bot.loop()
    assert bot.denial() is None

    bot.exchange.balances["BTC"] = 14.6
    bot.loop(300)
    assert bot.denial() == "DATA_STALE: BTC/USDT, BTC/EUR: open trades hold 15 BTC, the wallet has 14.6"

    bot.exchange.balances["BTC"] = 15.0
    bot.loop(10)
    assert bot.denial() is None
    assert all(count == 0 for _, count in bot.exchange.asked)


def test_wallet_when_an_exit_is_partly_filled_then_what_it_sold_is_not_missed() -> None:
    bot = Bot(Exchange(balances={"BTC": 4.0}), is_live=True)
    selling = order("sell", 10.0, 110.0, ft_is_open=True, status="open", filled=6.0, remaining=4.0)
    bot.trades = [trade(order("buy", 10.0, 100.0), selling, base_currency="BTC")]
    bot.loop()

    assert bot.denial() is None


def test_wallet_when_it_can_not_be_read_then_the_last_finding_counts_for_two_minutes() -> None:
    bot = Bot(Exchange(balances={"BTC": 10.0}, errors={"balances": GONE}), is_live=True)
    bot.trades = [held()]
    bot.loop(120)
    assert bot.denial() is None
    bot.loop(10)
    assert bot.denial() == "DATA_STALE: limit=120 s, value=125 s, the wallet can't be read"

    bot.exchange.errors.clear()
    bot.loop(30)
    assert bot.denial() is None


def test_wallet_when_nothing_is_open_then_not_read() -> None:
    bot = Bot(Exchange(), is_live=True)
    bot.loop(600)

    assert ("balances", 0) not in bot.exchange.asked
