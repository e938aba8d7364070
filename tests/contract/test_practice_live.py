"""Plain Freqtrade in live mode on the practice exchange: what it does when all is well, and under each fault.

These are the baseline that the kit is measured against; a Freqtrade that behaves otherwise shows up here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pytest

from freqtrade_riskkit.practice import FlatPrices, PracticeServer
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
    LoseResponse,
    PartialFill,
    Reject,
    Requests,
    Slip,
    Withdraw,
)
from freqtrade_riskkit.practice.trading.records import Order, OrderType, Side, Status
from tests.live.bot import STOPS_ON_EXCHANGE, Bot
from tests.live.database import closed_trades, trades
from tests.live.fleet import fleet
from tests.live.strategies import buys_once
from tests.support.trading_floor import discrepancies

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def server() -> Iterator[PracticeServer]:
    with PracticeServer(FlatPrices({"BTC/USDT": 50_000.0})) as running:
        yield running
        with running.exchange.session() as floor:
            assert discrepancies(floor) == []


class StartBot(Protocol):
    """Start a live bot that buys once, or another."""

    def __call__(self, source: str = ..., **config: Any) -> Bot: ...


@pytest.fixture
def start(server: PracticeServer, tmp_path: Path, bots: list[Bot]) -> Iterator[StartBot]:
    with fleet(tmp_path, server.overlay(), buys_once(), ("BTC/USDT",), bots, live=True) as make:

        def start(source: str = buys_once(), **config: Any) -> Bot:
            bot = make(source, config={**STOPS_ON_EXCHANGE, "max_open_trades": 1, **config})
            bot.start()
            return bot

        yield start


def orders(server: PracticeServer) -> list[Order]:
    """Give the first account's orders, as the exchange has them."""
    with server.exchange.session() as floor:
        return list(floor.accounts["main"].orders.values())


def wait_for_order(bot: Bot, server: PracticeServer, fits: Callable[[Order], bool]) -> Order:
    """Return the first order on the exchange that fits, once there is one."""
    return bot.wait_for(fits.__name__, lambda: next(filter(fits, orders(server)), None))


def is_filled_buy(order: Order) -> bool:
    return order.is_buy and order.status is Status.FILLED


def is_open_stop(order: Order) -> bool:
    return order.type is OrderType.STOP_LOSS_LIMIT and order.is_open


def test_bot_when_prices_crash_then_the_exchange_stops_it_out(
    server: PracticeServer, start: StartBot
) -> None:
    bot = start()
    stop = wait_for_order(bot, server, is_open_stop)
    (buy,) = filter(is_filled_buy, orders(server))
    server.exchange.perform(Crash(by=0.1, within_seconds=2))
    bot.wait_for("the trade's end", lambda: closed_trades(bot.database))
    (trade,) = trades(bot.database)
    log = bot.log()  # a SIGTERM inside a commit makes Freqtrade print a traceback of its own
    code = bot.stop()

    assert buy.filled_value == pytest.approx(Decimal(1000), rel=Decimal("0.01"))
    assert stop.amount == pytest.approx(buy.filled * Decimal("0.999"), abs=Decimal("0.00001"))
    assert stop.stop_price == pytest.approx(Decimal(47_500), rel=Decimal("0.001"))
    assert stop.status is Status.FILLED
    assert trade.exit_reason == "stoploss_on_exchange"
    assert trade.close_rate == pytest.approx(float(stop.filled_value / stop.filled))
    assert code == 130
    assert "Traceback" not in log
    assert "Unknown address" not in log


def test_bot_when_the_answer_to_a_buy_is_lost_then_it_never_learns_of_its_position(
    server: PracticeServer, start: StartBot
) -> None:
    """Freqtrade takes the order for not placed and, as the signal lasts, buys again."""
    server.exchange.perform(LoseResponse())
    bot = start()
    bot.wait_for("a second buy", lambda: len([o for o in orders(server) if is_filled_buy(o)]) == 2)
    wait_for_order(bot, server, is_open_stop)
    (trade,) = trades(bot.database)
    buys = [order for order in orders(server) if is_filled_buy(order)]

    assert trade.amount == pytest.approx(float(buys[1].filled), rel=0.002)
    assert sum(order.filled for order in buys) > Decimal(str(trade.amount)) * Decimal("1.9")


def test_bot_when_its_buy_is_rejected_then_it_tries_again_in_the_next_loop(
    server: PracticeServer, start: StartBot
) -> None:
    server.exchange.perform(
        Reject(count=2, code=-2010, message="Account has insufficient balance for requested action.")
    )
    bot = start()
    wait_for_order(bot, server, is_open_stop)
    bot.stop()

    assert len([order for order in orders(server) if order.is_buy]) == 1
    assert bot.log().count("Unable to create trade for BTC/USDT: Insufficient funds") == 2


def test_bot_when_its_stop_is_cancelled_behind_its_back_then_it_places_another(
    server: PracticeServer, start: StartBot
) -> None:
    bot = start()
    first = wait_for_order(bot, server, is_open_stop)
    server.exchange.perform(CancelOrders(account="main"))
    second = wait_for_order(bot, server, is_open_stop)

    assert first.status is Status.CANCELED
    assert (second.order_id != first.order_id, second.amount, second.stop_price) == (
        True,
        first.amount,
        first.stop_price,
    )


def test_bot_when_its_stop_is_rejected_as_set_off_already_then_it_sells_at_once(
    server: PracticeServer, start: StartBot
) -> None:
    """The second order of the bot, its stop, is refused: Freqtrade leaves by an emergency exit."""
    bot = start()
    wait_for_order(bot, server, is_filled_buy)
    server.exchange.perform(
        Reject(requests=Requests.ORDERS, count=1, message="Stop price would trigger immediately.")
    )
    server.exchange.perform(CancelOrders(account="main"))
    bot.wait_for("the trade's end", lambda: closed_trades(bot.database))
    (trade,) = trades(bot.database)

    assert trade.exit_reason == "emergency_exit"


def test_bot_when_its_limit_buy_hangs_half_filled_then_the_rest_is_cancelled_after_the_timeout(
    server: PracticeServer, start: StartBot
) -> None:
    server.exchange.perform(PartialFill(share=Decimal("0.4")))
    overrides: dict[str, Any] = {
        "order_types": {
            "entry": "limit",
            "exit": "market",
            "stoploss": "limit",
            "stoploss_on_exchange": True,
        },
        "unfilledtimeout": {"entry": 3, "exit": 3, "unit": "seconds"},
    }
    bot = start(**overrides)
    stop = wait_for_order(bot, server, is_open_stop)
    (buy,) = [order for order in orders(server) if order.is_buy]

    assert buy.status is Status.CANCELED
    assert buy.filled == pytest.approx(buy.amount * Decimal("0.4"), abs=Decimal("0.0001"))
    assert stop.amount <= buy.filled


def test_bot_when_the_exchange_is_gone_for_a_while_then_it_goes_on_with_what_it_had(
    server: PracticeServer, start: StartBot
) -> None:
    bot = start()
    stop = wait_for_order(bot, server, is_open_stop)
    server.exchange.perform(Down(for_seconds=3))
    bot.wait_for(
        "the bot to notice", lambda: "Connection aborted" in bot.log() or "NetworkError" in bot.log()
    )
    server.exchange.perform(Crash(by=0.1, within_seconds=1))
    bot.wait_for("the trade's end", lambda: closed_trades(bot.database))

    assert stop.order_id in {order.order_id for order in orders(server) if order.status is Status.FILLED}


def test_bot_when_the_connection_breaks_before_its_buy_then_it_buys_once(
    server: PracticeServer, start: StartBot
) -> None:
    server.exchange.perform(Drop(requests=Requests.ORDERS))
    bot = start()
    wait_for_order(bot, server, is_open_stop)

    assert len([order for order in orders(server) if order.is_buy]) == 1


def test_bot_when_the_exchange_slips_then_its_trade_has_the_worse_rate(
    server: PracticeServer, start: StartBot
) -> None:
    server.exchange.perform(Slip(by=Decimal("0.01")))
    bot = start()
    wait_for_order(bot, server, is_open_stop)
    (trade,) = trades(bot.database)

    assert trade.open_rate == pytest.approx(50_005 * 1.01, rel=1e-4)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (AnswerStatus(status=429, for_seconds=3), "429 Too Many Requests"),
        (AnswerStatus(status=503, for_seconds=3), "Internal error; unable to process your request"),
        (ClockSkew(by_seconds=-30, for_seconds=3), "1000ms ahead of the server's time"),
        (Delay(by_seconds=1.5, requests=Requests.SIGNED, for_seconds=4), None),
    ],
)
def test_bot_when_requests_fail_for_a_while_then_its_trade_goes_on(
    server: PracticeServer, start: StartBot, fault: Action, seen: str | None
) -> None:
    bot = start()
    stop = wait_for_order(bot, server, is_open_stop)
    server.exchange.perform(fault)
    if seen is not None:
        bot.wait_for("the bot to notice", lambda: seen in " ".join(bot.log().split()))
    server.exchange.perform(Crash(by=0.1, within_seconds=1))
    bot.wait_for("the trade's end", lambda: closed_trades(bot.database))
    (trade,) = trades(bot.database)

    assert trade.exit_reason == "stoploss_on_exchange"
    assert stop.status is Status.FILLED


def test_bot_when_somebody_else_sells_its_coins_then_it_keeps_a_trade_that_it_can_not_stop(
    server: PracticeServer, start: StartBot
) -> None:
    bot = start()
    stop = wait_for_order(bot, server, is_open_stop)
    with server.exchange.session() as floor:  # at one moment: the bot can't place a stop in between
        server.exchange.perform(CancelOrders(account="main"))
        coins = floor.accounts["main"].free("BTC").quantize(Decimal("0.00001"), "ROUND_FLOOR")
        server.exchange.perform(ForeignOrder(account="main", pair="BTC/USDT", side=Side.SELL, amount=coins))
    bot.wait_for("the bot to notice", lambda: "nsufficient" in bot.log() or "Not enough amount" in bot.log())
    known = trades(bot.database)

    assert stop.status is Status.CANCELED
    assert [trade.is_open for trade in known] == [True]


def test_bot_when_the_answer_to_its_sale_is_lost_then_it_finds_the_sale_and_sells_once(
    server: PracticeServer, start: StartBot
) -> None:
    """It tries again, lacks the coins, and then looks through the exchange's orders."""
    at_market = {"entry": "market", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}
    bot = start(order_types=at_market)
    bot.wait_for("the trade", lambda: trades(bot.database))
    server.exchange.perform(LoseResponse())
    server.exchange.perform(Crash(by=0.1, within_seconds=1))
    bot.wait_for("the trade's end", lambda: closed_trades(bot.database))
    bot.stop()

    sales = [order for order in orders(server) if not order.is_buy]
    assert [order.status for order in sales] == [Status.FILLED]
    assert bot.log().count("Unable to exit trade BTC/USDT: Not enough amount to exit trade.") >= 1


def test_bot_when_money_comes_and_goes_then_it_takes_it_for_starting_capital(
    server: PracticeServer, start: StartBot
) -> None:
    """Neither is profit or loss to it, and neither is said anywhere."""
    shows_balance = """
    def bot_loop_start(self, **kwargs):
        from pathlib import Path
        balance = self.wallets.get_starting_balance()
        Path(self.config["user_data_dir"], "balance").write_text(str(balance))
    """
    bot = start(buys_once(shows_balance, signal=0))
    seen = bot.files.user_data / "balance"

    def balance() -> float | None:
        return float(seen.read_text() or 0) if seen.exists() else None

    first = bot.wait_for("a balance", balance)
    for action, change in (
        (Deposit(account="main", asset="USDT", amount=500), 500),
        (Withdraw(account="main", asset="USDT", amount=900), -400),
    ):
        bot.kill()
        seen.unlink()
        server.exchange.perform(action)
        bot.start()
        after = bot.wait_for("a balance", balance)
        assert after == pytest.approx(first + change)
    assert bot.is_running
