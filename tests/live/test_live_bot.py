"""The kit in a live bot: with an account of its own on the practice exchange, orders and money on it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from freqtrade_riskkit.practice.actions import Crash, Reject
from tests.live.account import ExchangeAccount
from tests.live.bot import STOPS_ON_EXCHANGE, Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_live
from tests.live.steps import open_positions, until, wait_for_lock
from tests.live.strategies import puppet

STREAK = {"circuit_breaker": {"daily_loss": None, "drawdown": None, "loss_streak": {"limit": 2}}}


@in_live()
def test_live_bot_when_its_stops_on_the_exchange_are_filled_then_the_breaker_counts_and_holds(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    account.perform(Reject())
    bot = start_bot(puppet("stoploss = -0.05"), config=STOPS_ON_EXCHANGE, riskkit=STREAK)
    open_positions(bot, *PAIRS[:3])
    bot.wait_for("stops", lambda: len(account.stops()) == 3)
    assert len(bot.lines("Unable to create trade for .*: Insufficient funds")) == 1
    assert bot.loops()["account_id"] == "freqtrade@binance:spot:live"
    assert account.total() == pytest.approx(7_000)
    assert {str(buy.filled_value.normalize()) for buy in account.buys()} == {"1E+3"}

    # One stop after the other is filled; the second loss in a row trips, the third position stays.
    for pair in PAIRS[:2]:
        left = bot.open_pairs() - {pair}
        account.perform(Crash(pair=pair, by=0.055, within_seconds=0))
        bot.wait_for(f"the end of {pair}", partial(is_left, bot, left))
    lock = wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED: limit=2, value=2")
    assert [trade["exit_reason"] for trade in bot.rest.trades()] == ["stoploss_on_exchange"] * 2
    assert len(account.sales()) == 2
    assert bot.open_pairs() == {PAIRS[2]}

    # A kill changes nothing, and the commands see the same.
    bot.restart()
    bot.hold(enter=PAIRS[5:])
    bot.loops()
    assert bot.rest.locks_on_all_pairs() == [lock]
    assert bot.open_pairs() == {PAIRS[2]}
    assert len(account.stops(PAIRS[2])) == 1
    status = bot.command("status", "--json")
    assert (status.returncode, json.loads(status.stdout)["breaker"]) == (1, "open")


@in_live()
def test_live_bot_when_people_pause_lock_and_withdraw_then_it_is_as_they_said(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    """What tests say in the place of people reaches Freqtrade and the exchange."""
    bot = start_bot()
    account.deposit(500)
    account.withdraw(200.5)
    assert account.total() == 10_299.5

    end = datetime.now(UTC) + timedelta(hours=5)
    lock = bot.rest.lock(PAIRS[0], end, "by hand")
    assert (lock["pair"], lock["reason"]) == (PAIRS[0], "by hand")
    assert abs(until(lock) - end) < timedelta(minutes=2)
    bot.hold(enter=PAIRS[:2])
    bot.wait_for("an entry", lambda: bot.open_pairs() == {PAIRS[1]})
    bot.rest.pause()
    bot.rest.delete_lock(lock["id"])
    bot.loops()
    assert bot.open_pairs() == {PAIRS[1]}
    bot.rest.resume()
    bot.wait_for("the other entry", lambda: bot.open_pairs() == {*PAIRS[:2]})

    bot.wait_for("the wallet", lambda: bot.rest.total() == pytest.approx(8_299.5))
    assert bot.flag() == bot.files.user_data / "riskkit.halt"
    assert not bot.flag().exists()


def is_left(bot: Bot, pairs: set[str]) -> bool:
    """Say whether these are the pairs that the bot is in."""
    return bot.open_pairs() == pairs
