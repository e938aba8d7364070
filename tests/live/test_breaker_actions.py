"""What a trip does to orders and positions: entries cancelled, everything sold, what leads out left alone."""

from __future__ import annotations

import pytest

from freqtrade_riskkit.practice.actions import Crash, PartialFill
from tests.live.account import ExchangeAccount
from tests.live.bot import STOPS_ON_EXCHANGE, Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import decisions
from tests.live.modes import in_dry_run_and_live, in_live
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, filled_pairs, open_positions, wait_for_lock
from tests.live.strategies import puppet

LIMIT_ENTRIES = {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}
OTHERS_OFF = {"daily_loss": None, "drawdown": None, "loss_streak": None}
FLATTEN = {"circuit_breaker": {**OTHERS_OFF, "daily_loss": {"limit": 0.02, "action": "flatten"}}}
FLATTEN_BY_HAND = {"circuit_breaker": {**OTHERS_OFF, "manual": {"action": "flatten"}}}
TRIPPED = "DAILY_LOSS_EXCEEDED: limit=200.00 USDT, value=2"
"""Four positions of 1,000 that lose 5 % or more: 200 of 10,000 trip."""


@in_dry_run_and_live("D9")
def test_flash_crash_when_the_rule_flattens_then_all_is_sold_once_and_open_entries_are_cancelled(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    bot = start_bot(config={"order_types": LIMIT_ENTRIES}, riskkit=FLATTEN)
    open_positions(bot, *PAIRS[:4])
    leave_an_entry_unfilled(bot, PAIRS[4])

    for pair in PAIRS[:4]:
        account.perform(Crash(pair=pair, by=0.065, within_seconds=2))

    wait_for_lock(bot, TRIPPED)
    bot.wait_for("everything to be sold", lambda: not bot.rest.open_trades())
    assert exits(bot) == dict.fromkeys(PAIRS[:4], "riskkit_flatten")
    bot.hold(enter=[PAIRS[5]])
    seen = bot.loops(4)
    assert bot.rest.open_trades() == []
    assert len(bot.rest.trades()) == 4
    assert seen["status"]["denials"]["DAILY_LOSS_EXCEEDED"] >= 1
    if bot.live:
        assert [len(account.sales(pair)) for pair in PAIRS[:4]] == [1, 1, 1, 1]
        assert account.open_orders() == []
    (trip,) = (told for told in decisions(bot.ledger) if told.kind == "trip")
    first_exit = min(trade["close_timestamp"] for trade in bot.rest.trades()) / 1000
    assert trip.at.timestamp() <= first_exit
    assert "open entry orders cancelled, open positions sold" in trip.text
    assert bot.lines("4 open positions are to be sold at the market")
    assert "Traceback" not in bot.log()


WAITS_AFTER_TRIP = """
    def populate_indicators(self, dataframe, metadata):
        import time
        books = self.riskkit.books
        if books and books.desk and books.desk.trips:
            (self.folder / "tripped").touch()
            while not (self.folder / "go").exists():
                time.sleep(0.05)
        return dataframe
"""
"""A strategy's body: in the loop that tripped it computes until the test lets it go on."""


@in_dry_run_and_live()
def test_bad_tick_when_it_trips_then_nothing_is_sold_until_a_loss_is_seen_twice(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """One pair at 75 for a moment: 250 of a limit of 200, and nothing lost. The others never moved."""
    bot = start_bot(puppet(WAITS_AFTER_TRIP), riskkit=FLATTEN)
    open_positions(bot, *PAIRS[:4])

    prices.set(75.0, PAIRS[0])
    bot.wait_for("the trip", bot.flag("tripped").exists)
    prices.set(100.0, PAIRS[0])
    bot.flag("go").touch()

    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=200.00 USDT, value=250.00 USDT")
    bot.wait_for("word of it", lambda: bot.lines("no second price confirmed the loss, nothing is sold"))
    bot.hold(enter=[PAIRS[5]])
    seen = bot.loops(4)
    assert bot.open_pairs() == set(PAIRS[:4])
    assert bot.rest.trades() == []
    assert seen["status"]["breaker"] == "open"
    assert bot.rest.locks_on_all_pairs() == [lock]
    message = "freqtrade_riskkit - WARNING - DAILY_LOSS_EXCEEDED: no second price"
    assert len(bot.lines(message)) == 1

    # The block stays, and so does the order to sell: a loss that is there at two looks is one.
    prices.set(94.0)
    bot.wait_for("everything to be sold", lambda: not bot.rest.open_trades())
    assert exits(bot) == dict.fromkeys(PAIRS[:4], "riskkit_flatten")
    assert bot.rest.locks_on_all_pairs() == [lock]
    assert "Traceback" not in bot.log()


KEEPS_FIRST = """
    stoploss = -0.2

    def confirm_trade_exit(self, pair, exit_reason, **kwargs):
        return not (pair == "SYN01/USDT" and exit_reason == "riskkit_flatten")
"""


@in_dry_run_and_live("D9")
def test_flatten_by_hand_when_the_strategy_refuses_an_exit_then_said_once_and_the_position_stays(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(puppet(KEEPS_FIRST), riskkit=FLATTEN_BY_HAND)
    open_positions(bot, *PAIRS[:3])

    bot.flag().touch()
    wait_for_lock(bot, "MANUAL_TRIP")
    bot.wait_for("the others to be sold", lambda: bot.open_pairs() == {PAIRS[0]})
    bot.loops(4)
    assert bot.open_pairs() == {PAIRS[0]}
    assert exits(bot) == dict.fromkeys(PAIRS[1:3], "riskkit_flatten")
    words = f"FLATTEN_VETOED: confirm_trade_exit of the strategy keeps {PAIRS[0]} open"
    assert len(bot.lines(f"freqtrade_riskkit - ERROR - {words}")) == 1

    # Exits of any other kind go on.
    close_position(bot, prices, PAIRS[0], 100.0)
    assert exits(bot)[PAIRS[0]] == "exit_signal"
    assert "Traceback" not in bot.log()


@in_live("D9")
def test_flatten_when_stops_lie_on_the_exchange_then_they_go_with_the_positions_and_a_kept_one_has_its_stop(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    bot = start_bot(puppet(KEEPS_FIRST), config=STOPS_ON_EXCHANGE, riskkit=FLATTEN_BY_HAND)
    open_positions(bot, *PAIRS[:3])
    bot.wait_for("the stops", lambda: len(account.stops()) == 3)

    bot.flag().touch()
    bot.wait_for("the others to be sold", lambda: bot.open_pairs() == {PAIRS[0]})
    bot.wait_for("the kept one's stop", lambda: len(account.stops(PAIRS[0])) == 1)
    placed = len(account.orders(PAIRS[0]))
    bot.loops(4)
    assert [order.symbol for order in account.open_orders()] == [PAIRS[0].replace("/", "")]
    assert len(account.orders(PAIRS[0])) == placed
    assert exits(bot) == dict.fromkeys(PAIRS[1:3], "riskkit_flatten")
    assert "Traceback" not in bot.log()


DIES_ONCE = """
    def confirm_trade_exit(self, pair, exit_reason, **kwargs):
        import os
        import signal
        if pair == "SYN02/USDT" and not (self.folder / "died").exists():
            (self.folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return True
"""


@in_dry_run_and_live()
def test_flatten_when_the_bot_is_killed_in_its_midst_then_it_goes_on_and_sells_each_position_once(
    start_bot: StartBot, prices: SteeredPrices, account: ExchangeAccount
) -> None:
    bot = start_bot(puppet(DIES_ONCE), riskkit=FLATTEN)
    open_positions(bot, *PAIRS[:4])

    prices.set(94.0)
    assert bot.wait_for_exit() == -9
    bot.start()

    bot.wait_for("the rest to be sold", lambda: not bot.rest.open_trades())
    wait_for_lock(bot, TRIPPED)
    bot.loops(3)
    assert exits(bot) == dict.fromkeys(PAIRS[:4], "riskkit_flatten")
    assert len(bot.rest.trades()) == 4
    assert len([told for told in decisions(bot.ledger) if told.kind == "trip"]) == 1
    if bot.live:
        assert [len(account.sales(pair)) for pair in PAIRS[:4]] == [1, 1, 1, 1]
        assert {account.total(pair.split("/")[0]) for pair in PAIRS[:4]} == {0.0}


CANCEL = {"circuit_breaker": {**OTHERS_OFF, "drawdown": {"limit": 0.02, "action": "cancel"}}}
ASKS_MORE = """
    def custom_exit_price(self, proposed_rate, **kwargs):
        return proposed_rate * 1.015
"""


@in_dry_run_and_live("D9")
def test_trip_when_its_rule_cancels_then_open_entries_go_and_exits_stay(
    start_bot: StartBot, prices: SteeredPrices, account: ExchangeAccount
) -> None:
    limits = {**LIMIT_ENTRIES, "exit": "limit"}
    bot = start_bot(puppet(ASKS_MORE), config={"order_types": limits}, riskkit=CANCEL)
    open_positions(bot, *PAIRS[:5])
    bot.hold(exit=[PAIRS[4]])
    bot.wait_for("the unfilled exit", lambda: PAIRS[4] not in filled_pairs(bot))
    leave_an_entry_unfilled(bot, PAIRS[5])
    if bot.live:
        account.perform(PartialFill())
        bot.hold(enter=[PAIRS[6]])
        bot.wait_for("the half-filled entry", lambda: PAIRS[6] in bot.open_pairs())
        bot.hold()
        assert len(account.open_orders(PAIRS[6])) == 1

    prices.set(94.0, *PAIRS[:4])
    # What the half-filled entry holds counts too: it is worth the bid, a little less than it cost.
    value = "0.0241" if bot.live else "0.0240"
    wait_for_lock(bot, f"DRAWDOWN_EXCEEDED: limit=0.0200, value={value}")
    bot.wait_for("the entry to be taken back", lambda: PAIRS[5] not in bot.open_pairs())
    seen = bot.loops(3)
    open_orders = {order["pair"]: order["purpose"] for order in seen["open_orders"] if is_open(order)}
    assert open_orders == {PAIRS[4]: "exit"}
    held = {*PAIRS[:5], PAIRS[6]} if bot.live else {*PAIRS[:5]}
    assert bot.open_pairs() == held
    assert bot.rest.trades() == []
    if bot.live:
        assert [order.symbol for order in account.open_orders()] == [PAIRS[4].replace("/", "")]
        assert stake(bot, PAIRS[6]) == pytest.approx(500.0)

    # The exit is filled at its own price, as it would have been without a trip.
    prices.set(102.0, PAIRS[4])
    bot.wait_for("the exit", lambda: exits(bot) == {PAIRS[4]: "exit_signal"})
    assert "Traceback" not in bot.log()


HAS_EXITS = """
    minimal_roi = {"0": 0.05}
    stoploss = -0.1
"""


@in_dry_run_and_live("D9")
def test_trip_when_it_blocks_then_positions_stay_and_signal_roi_and_stop_take_them_out(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(
        puppet(HAS_EXITS), riskkit={"circuit_breaker": {**OTHERS_OFF, "drawdown": {"limit": 0.02}}}
    )
    open_positions(bot, *PAIRS[:4])
    prices.set(94.0, *PAIRS[:4])
    lock = wait_for_lock(bot, "DRAWDOWN_EXCEEDED: limit=0.0200, value=0.0240")
    bot.hold(enter=[PAIRS[5]])
    bot.loops(3)
    assert bot.open_pairs() == set(PAIRS[:4])

    bot.hold(exit=[PAIRS[0]])
    prices.set(106.0, PAIRS[1])
    prices.set(89.0, PAIRS[2])
    wanted = {PAIRS[0]: "exit_signal", PAIRS[1]: "roi", PAIRS[2]: "stop_loss"}
    bot.wait_for("three exits", lambda: exits(bot) == wanted)
    assert bot.open_pairs() == {PAIRS[3]}
    assert bot.rest.locks_on_all_pairs() == [lock]
    assert "Traceback" not in bot.log()


def leave_an_entry_unfilled(bot: Bot, pair: str) -> None:
    """Let a puppet place a limit entry 1.5 % below the price, and stop signalling."""
    bot.hold(enter=[pair], limit={pair: 98.5})
    bot.wait_for(f"an unfilled entry on {pair}", lambda: pair in bot.open_pairs())
    bot.hold()
    assert pair not in filled_pairs(bot)


def exits(bot: Bot) -> dict[str, str]:
    """Give why each closed trade was closed, by pair."""
    return {trade["pair"]: trade["exit_reason"] for trade in bot.rest.trades()}


def is_open(order: dict[str, object]) -> bool:
    """Say whether an order of a puppet's record may still be filled."""
    return order["state"] in ("open", "partially_filled")


def stake(bot: Bot, pair: str) -> float:
    """Give the stake of a pair's open position."""
    return sum(trade["stake_amount"] for trade in bot.rest.open_trades() if trade["pair"] == pair)
