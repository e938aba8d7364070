"""Too many orders in too short a time trip the breaker: those that add risk, by their first placement."""

from __future__ import annotations

from typing import Any

from tests.live import database
from tests.live.account import ExchangeAccount
from tests.live.bot import STOPS_ON_EXCHANGE, Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import decisions, kept, put_back
from tests.live.modes import in_dry_run_and_live, in_live
from tests.live.prices import SteeredPrices
from tests.live.steps import filled_pairs, open_positions, wait_for_lock
from tests.live.strategies import HURRIES, puppet

SHORT_MINUTES = 0.15
BUYS_ALL_BUT_THE_LAST = """
def custom_stake_amount(self, pair, current_time, current_rate, proposed_stake, *args, **kwargs):
    return 0.0 if pair == "SYN10/USDT" else proposed_stake
"""
SELLS_AT_ONCE = """
def custom_exit(self, pair, trade, *args, **kwargs):
    return "out again"
"""
MOVES_ITS_ORDER = """
position_adjustment_enable = True

def adjust_entry_price(self, *args, current_order_rate, **kwargs):
    return round(current_order_rate - 0.5, 2)
"""
TRAILS = "\nstoploss = -0.05\ntrailing_stop = True\n"
STOPS_AT_ONCE = {"order_types": {**STOPS_ON_EXCHANGE["order_types"], "stoploss_on_exchange_interval": 0}}
REPLACEMENTS = 100


def breaker(**order_rate: Any) -> dict[str, Any]:
    """Give a section whose breaker looks at orders alone, and lets go by itself after a few seconds."""
    off = dict.fromkeys(("daily_loss", "drawdown", "loss_streak", "errors"))
    rule = {"stop_duration": SHORT_MINUTES, **order_rate}
    section = {**off, "order_rate": rule, "cooldown_minutes": 0, "max_trips_per_day": None}
    return {"circuit_breaker": section, "entry": {"max_open_positions": 10}}


def orders(seen: dict[str, Any]) -> int:
    """Give the orders that the breaker counts."""
    (value,) = (figure["value"] for figure in seen["status"]["figures"] if figure["rule"] == "order_rate")
    return int(value)


def entries(bot: Bot) -> int:
    """Give how many orders to enter the bot ever placed, as its own database has them."""
    return database.placed(bot.database, "buy")


@in_dry_run_and_live("D4")
def test_entries_when_one_more_would_exceed_the_minute_then_it_is_not_placed_until_the_trip_ends(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    """The fourth and the fifth ask in the same loop. What the strategy doesn't buy in the end is no order."""
    bot = start_bot(puppet(BUYS_ALL_BUT_THE_LAST), riskkit=breaker(per_minute=3))
    open_positions(bot, *PAIRS[:3])
    bot.hold(enter=[PAIRS[9]])
    bot.loops()
    assert bot.rest.locks_on_all_pairs() == []

    bot.hold(enter=PAIRS[3:5])
    wait_for_lock(bot, "ORDER_RATE_EXCEEDED: limit=3, value=4, over 60 s")
    bot.loops()
    assert bot.open_pairs() == set(PAIRS[:3])
    assert entries(bot) == 3

    # Exits pass, and take nothing from the trip.
    bot.hold(enter=PAIRS[3:8], exit=[PAIRS[0]])
    bot.wait_for("the exit", lambda: bot.open_pairs() == set(PAIRS[1:3]))
    wait_for_lock(bot, "ORDER_RATE_EXCEEDED: limit=3, value=4, over 60 s")

    # It ends by itself; the orders before it are forgotten, those after it count.
    bot.wait_for("three more", lambda: bot.open_pairs() == set(PAIRS[1:6]))
    wait_for_lock(bot, "ORDER_RATE_EXCEEDED: limit=3, value=4, over 60 s")
    assert entries(bot) == 6
    assert len(account.buys()) == (6 if bot.live else 0)
    told = [line.kind for line in decisions(bot.ledger) if line.kind != "warning"]
    assert told[:3] == ["trip", "reset", "recovered"]


@in_dry_run_and_live("D4")
def test_strategy_when_it_buys_and_sells_without_end_then_only_what_it_buys_is_counted(
    start_bot: StartBot,
) -> None:
    """One position at a time, each sold in the next loop; after an exit Freqtrade leaves its pair alone."""
    bot = start_bot(
        puppet(SELLS_AT_ONCE + HURRIES),
        config={"max_open_trades": 1},
        riskkit=breaker(per_minute=6, stop_duration=60),
    )
    bot.hold(enter=PAIRS)
    wait_for_lock(bot, "ORDER_RATE_EXCEEDED: limit=6, value=7, over 60 s")

    bot.wait_for("the last exit", lambda: bot.open_pairs() == set())
    bot.loops()
    assert len(bot.rest.trades()) == entries(bot) == 6


@in_dry_run_and_live("D4")
def test_added_entries_when_they_would_exceed_the_hour_then_they_trip_but_a_replaced_order_does_not_count(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    types = {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}
    bot = start_bot(
        puppet(MOVES_ITS_ORDER),
        config={"order_types": types, "unfilledtimeout": {"entry": 60, "exit": 60}},
        riskkit=breaker(per_minute=None, per_hour=4, stop_duration=60),
    )
    bot.hold(enter=[PAIRS[0]], limit={PAIRS[0]: 90.0})
    bot.wait_for("the order", lambda: entries(bot) == 1)
    bot.hold()
    bot.wait_for("its replacement, at the next candle", lambda: entries(bot) == 2, seconds=90)
    assert orders(bot.loops()) == 1

    prices.set(80.0, PAIRS[0])
    bot.wait_for("the fill", lambda: PAIRS[0] in filled_pairs(bot))
    bot.hold(adjust={PAIRS[0]: 100.0})
    wait_for_lock(bot, "ORDER_RATE_EXCEEDED: limit=4, value=5, over 3600 s")
    bot.loops()
    assert entries(bot) == 2 + 3


@in_dry_run_and_live("D4")
def test_orders_when_the_bot_is_killed_between_them_then_they_still_count(start_bot: StartBot) -> None:
    """The second one is known from Freqtrade's database only: the ledger is as it was before it."""
    bot = start_bot(riskkit=breaker(per_minute=None, per_hour=3, stop_duration=60))
    open_positions(bot, PAIRS[0])
    bot.when("the first order", lambda seen: orders(seen) == 1)
    bot.kill()
    before = kept(bot.ledger)
    bot.start()
    assert orders(bot.loops()) == 1
    open_positions(bot, PAIRS[1])

    bot.kill()
    put_back(bot.ledger, before)
    bot.start()
    assert orders(bot.loops()) == 2
    bot.restart()
    assert orders(bot.loops()) == 2
    bot.hold(enter=PAIRS[2:5])
    wait_for_lock(bot, "ORDER_RATE_EXCEEDED: limit=3, value=4, over 3600 s")
    assert bot.open_pairs() == set(PAIRS[:3])


@in_live("D4")
def test_stop_when_it_trails_on_the_exchange_a_hundred_times_then_nothing_trips_and_the_flood_is_told_once(
    start_bot: StartBot, account: ExchangeAccount, prices: SteeredPrices
) -> None:
    bot = start_bot(
        puppet(TRAILS + HURRIES),
        config=STOPS_AT_ONCE,
        riskkit=breaker(per_minute=2, stop_flood_per_minute=20),
    )
    open_positions(bot, PAIRS[0])
    price = 100.0

    def stops() -> int:
        nonlocal price
        price = round(price + 0.25, 2)
        prices.set(price, PAIRS[0])
        return sum(not order.is_buy for order in account.orders())

    bot.wait_for("a hundred stops more", lambda: stops() > REPLACEMENTS, seconds=360)
    seen = bot.loops()
    assert (seen["status"]["breaker"], orders(seen)) == ("closed", 1)
    # Between two of them there is none for a moment.
    (stop,) = bot.wait_for("the last stop", lambda: account.stops(PAIRS[0]))
    assert float(stop.stop_price) > 105
    assert account.sales() == []
    (alert,) = bot.lines("freqtrade_riskkit - WARNING - STOP_FLOOD")
    assert "STOP_FLOOD: limit=20, value=21, " in alert
    assert decisions(bot.ledger) == []

    # Its room is still there: two orders a minute.
    bot.hold(enter=PAIRS[1:4])
    wait_for_lock(bot, "ORDER_RATE_EXCEEDED: limit=2, value=3, over 60 s")
    assert len(account.buys()) == 2
