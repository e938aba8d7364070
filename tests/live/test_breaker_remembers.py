"""A bot that is killed in any state of its breaker goes on in it, and its locks agree with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.live import database
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import decisions
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.steps import HELD_UNTIL_RESET, close_position, open_positions, until, wait_for_lock
from tests.unit.host.test_bot_state import OF_VERSION_1

BREAKER = {
    "daily_loss": {"limit": 0.01},
    "drawdown": {"limit": 0.5},
    "loss_streak": {"limit": 3, "stop_duration": 0.1},
    "order_rate": None,
    "errors": None,
    "cooldown_minutes": 30,
}


@in_dry_run_and_live("D10")
def test_bot_when_killed_in_each_state_then_it_goes_on_in_it_and_its_locks_agree(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit={"circuit_breaker": BREAKER})
    open_positions(bot, *PAIRS[:7])

    # Closed with a loss on the books, near a limit: told of once, not at each start.
    close_position(bot, prices, PAIRS[0], 103.0)
    close_position(bot, prices, PAIRS[1], 99.0)
    close_position(bot, prices, PAIRS[2], 99.0)
    prices.set(90.5, PAIRS[3])
    bot.when("the loss of an open position", lambda seen: seen["status"]["equity"] == pytest.approx(9_915))
    after_a_kill(bot)
    near = [line for line in decisions(bot.ledger) if line.kind == "warning"]
    assert len(near) == 1
    assert bot.loops()["status"]["peak"] == pytest.approx(10_030)

    # Cooldown, with the end that it had.
    prices.set(100.0, PAIRS[3])
    close_position(bot, prices, PAIRS[4], 99.0)
    lock = wait_for_lock(bot, "COOLDOWN: until ")
    assert after_a_kill(bot)["breaker"] == "cooldown"
    assert bot.rest.locks_on_all_pairs() == [lock]

    # Tripped by a loss of open positions; it is the second trip of the day and waits for a person.
    prices.set(88.0, PAIRS[3])
    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: ")
    (trip,) = after_a_kill(bot)["trips"]
    assert (trip["latched"], until(lock) >= HELD_UNTIL_RESET) == (True, True)
    assert bot.rest.locks_on_all_pairs() == [lock]
    assert len([line for line in decisions(bot.ledger) if line.kind == "trip"]) == 2
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D10")
def test_bot_when_killed_with_a_trip_by_hand_then_it_holds_until_a_reset_which_waits_for_the_bot_too(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit={"circuit_breaker": BREAKER})
    open_positions(bot, PAIRS[0])
    prices.set(88.0, PAIRS[0])
    wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: ")
    assert bot.command("trip").returncode == 0
    assert {trip["way"] for trip in after_a_kill(bot)["trips"]} == {"rule", "command"}

    # A reset that was asked for while the bot was down is its first deed, and stays done.
    bot.kill()
    assert bot.command("reset", "--wait", "0").returncode == 1
    bot.start()
    seen = bot.loops()
    assert (seen["status"]["breaker"], seen["status"]["trips"]) == ("closed", [])
    assert bot.rest.locks_on_all_pairs() == []
    assert after_a_kill(bot)["breaker"] == "closed"
    open_positions(bot, PAIRS[8])
    assert len([line for line in decisions(bot.ledger) if line.kind == "trip"]) == 2
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D10")
def test_locks_when_changed_behind_the_bots_back_then_they_agree_with_its_state_after_a_loop(
    start_bot: StartBot,
) -> None:
    bot = start_bot(riskkit={"circuit_breaker": BREAKER})
    bot.loops()
    assert bot.command("trip").returncode == 0
    lock = wait_for_lock(bot, "MANUAL_TRIP: by command")

    # A row that is gone is no reset, and a second one no second trip.
    assert database.remove_locks(bot.database) == 1
    assert bot.loops()["status"]["breaker"] == "open"
    assert [again["reason"] for again in bot.rest.locks_on_all_pairs()] == [lock["reason"]]
    assert database.double_locks(bot.database) == 1
    assert bot.loops()["status"]["breaker"] == "open"
    assert [again["reason"] for again in bot.rest.locks_on_all_pairs()] == [lock["reason"]]

    # One that was deleted while the bot was down is a reset; its first loop says so.
    bot.kill()
    assert database.end_locks(bot.database) == 1
    bot.start()
    assert bot.loops()["status"]["breaker"] == "closed"
    assert bot.rest.locks_on_all_pairs() == []
    assert decisions(bot.ledger)[-2].text.endswith("ended, a person deleted its lock")


@in_dry_run_and_live("D10")
def test_state_when_an_earlier_version_stored_it_then_the_bot_goes_on_from_it(start_bot: StartBot) -> None:
    """Two losses and a trip two days ago, whose time is over by now."""
    bot = start_bot(riskkit={"circuit_breaker": BREAKER})
    bot.loops()
    bot.kill()
    with closing(sqlite3.connect(bot.ledger)) as connection, connection:
        update = "UPDATE riskkit_states SET body = ? WHERE name = 'breaker'"
        assert connection.execute(update, [OF_VERSION_1]).rowcount == 1
    bot.start()
    seen = bot.loops()["status"]
    assert (seen["breaker"], seen["peak"], seen["trips"]) == ("closed", 1_010, [])
    assert [line.code for line in decisions(bot.ledger)] == [
        "CONSECUTIVE_LOSSES_EXCEEDED",
        "COOLDOWN",
        "RECOVERED",
    ]
    assert "Traceback" not in bot.log()


def after_a_kill(bot: Bot) -> dict[str, Any]:
    """Kill and start the bot; what it knows then is what it knew."""
    known = remembered(bot.loops())
    bot.restart()
    again = remembered(bot.loops())
    assert again == known
    return again


def remembered(seen: dict[str, Any]) -> dict[str, Any]:
    """Give what the breaker has to know again after a restart."""
    names = ("breaker", "equity", "peak", "day_loss", "figures", "trips")
    return {name: seen["status"][name] for name in names}
