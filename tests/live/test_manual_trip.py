"""The breaker tripped by a person: command, flag file, a lock, a pause; and entries switched off."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.fleet import MakeBot
from tests.live.ledger import blocked, decisions
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.steps import (
    HELD_UNTIL_RESET,
    close_position,
    open_positions,
    until,
    wait_for_lock,
    wait_for_no_lock,
)

FLATTENS = {"circuit_breaker": {"manual": {"action": "flatten"}}}


@in_dry_run_and_live("D8")
def test_trip_when_by_command_or_pause_then_noticed_within_a_loop_and_held_until_it_is_taken_back(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit={"circuit_breaker": {"manual": {"pause": True}}})
    open_positions(bot, PAIRS[0])

    done = bot.command("trip", "--reason", "the news")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Trip noticed by the bot at ")
    assert done.stdout.endswith(": tripped.\n")
    lock = wait_for_lock(bot, "MANUAL_TRIP: by command: the news")
    assert until(lock) >= HELD_UNTIL_RESET

    # Over a restart too; no entry passes, exits go on.
    bot.restart()
    bot.hold(enter=[PAIRS[1]])
    seen = bot.loops()
    assert [trip["way"] for trip in seen["status"]["trips"]] == ["command"]
    assert bot.rest.locks_on_all_pairs() == [lock]
    assert bot.open_pairs() == {PAIRS[0]}
    close_position(bot, prices, PAIRS[0], 101.0)

    # A second one says so; a pause is a trip of its own, which ends with the bot's start.
    again = bot.command("trip", "--json")
    assert (again.returncode, json.loads(again.stdout)["answer"]) == (0, "it was tripped already")
    bot.rest.pause()
    assert ways(bot.loops()) == {"command", "pause"}
    assert "still tripped: MANUAL_TRIP (the bot is paused)" in bot.command("reset").stdout
    assert ways(bot.loops()) == {"pause"}
    wait_for_lock(bot, "MANUAL_TRIP: the bot is paused")
    bot.rest.resume()
    assert ways(bot.loops()) == set()
    assert bot.rest.locks_on_all_pairs() == []
    open_positions(bot, PAIRS[1])
    assert told(bot) == [
        "MANUAL_TRIP: by command: the news; breaker tripped, entries denied until a person resets it",
        "MANUAL_TRIP: the bot is paused; breaker tripped, entries denied until a person resets it",
        "MANUAL_TRIP: the trip (by command: the news) ended, a person reset it by command",
        "MANUAL_TRIP: the trip (the bot is paused) ended, a person reset it by command",
        "MANUAL_TRIP: the bot is paused; breaker tripped, entries denied until a person resets it",
        "MANUAL_TRIP: the trip (the bot is paused) ended, the bot was started again",
    ]
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D8")
def test_flag_file_when_the_ledger_answers_nothing_then_it_trips_and_its_removal_ends_that(
    start_bot: StartBot,
) -> None:
    """Entries that pass without the ledger are stopped by the flag file, also at a start without a ledger."""
    bot = start_bot(riskkit={"circuit_breaker": {}, "on_ledger_failure": "warn"})
    bot.loops()
    with blocked(bot.ledger):
        bot.flag().write_text("smoke in the kitchen\nand more\n")
        bot.hold(enter=[PAIRS[0]])
        bot.loops()
        wait_for_lock(bot, "MANUAL_TRIP: flag file riskkit.halt: smoke in the kitchen")
        bot.loops()
        assert bot.open_pairs() == set()
        bot.flag().unlink()
        assert ways(bot.loops()) == set()
        bot.wait_for("the entry to pass", lambda: PAIRS[0] in bot.open_pairs())

        # The command finds nothing to write into but the flag file, and says so.
        bot.hold()
        done = bot.command("trip", "--reason", "nobody answers")
        assert done.returncode == 1
        assert f"Flag file {bot.flag()}: written." in done.stdout
        assert ways(bot.loops()) == {"flag_file"}
        bot.kill()
        bot.hold(enter=[PAIRS[1]])
        bot.start()
        assert ways(bot.loops()) == {"flag_file"}
        assert bot.open_pairs() == {PAIRS[0]}

    # With the ledger it is the same trip still; a folder of that name counts too.
    bot.wait_for(
        "the trip to be recorded", lambda: "flag file riskkit.halt: nobody answers" in "".join(told(bot))
    )
    assert ways(bot.loops()) == {"flag_file"}
    bot.flag().unlink()
    bot.wait_for("the entry to pass", lambda: PAIRS[1] in bot.open_pairs())
    bot.flag().mkdir()
    assert ways(bot.loops()) == {"flag_file"}
    bot.flag().rmdir()
    assert ways(bot.loops()) == set()
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D8")
def test_flag_file_when_a_bot_starts_without_its_ledger_then_it_sells_all_the_same(
    start_bot: StartBot,
) -> None:
    """Entries are denied without the ledger; a person's wish to sell is followed."""
    bot = start_bot(riskkit={"circuit_breaker": {"manual": {"action": "flatten"}}})
    open_positions(bot, *PAIRS[:2])
    bot.kill()
    bot.hold(enter=[PAIRS[2]])
    with blocked(bot.ledger):
        bot.flag().write_text("fire\n")
        bot.start()
        bot.wait_for("the sale", lambda: bot.open_pairs() == set())
        bot.loops()
        assert bot.open_pairs() == set()
    assert {trade["exit_reason"] for trade in bot.rest.trades()} == {"riskkit_flatten"}
    assert bot.lines("LEDGER_UNAVAILABLE")


@in_dry_run_and_live("D8")
def test_lock_of_a_person_when_on_all_pairs_then_adopted_until_its_own_end_and_never_sells(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    protection = {
        "method": "MaxDrawdown",
        "lookback_period_candles": 60,
        "trade_limit": 1,
        "stop_duration_candles": 5,
        "max_allowed_drawdown": 0.0001,
    }
    bot = start_bot(riskkit={**FLATTENS, "protections": [protection]})
    open_positions(bot, *PAIRS[:3])

    # Its end ends it: Freqtrade's locks end with candles, so the next minute is the soonest.
    ending = bot.rest.lock("*", datetime.now(UTC) + timedelta(seconds=1), "a minute's rest")
    bot.rest.lock(PAIRS[5], datetime.now(UTC) + timedelta(hours=1), "one pair only")
    (trip,) = bot.loops()["status"]["trips"]
    assert (trip["way"], trip["action"]) == ("foreign_lock", "block")
    assert trip["detail"] == "lock on all pairs: a minute's rest"
    assert datetime.fromisoformat(trip["until"]) == until(ending)
    assert bot.rest.locks_on_all_pairs() == [ending]
    bot.when("the lock's end", lambda seen: not seen["status"]["trips"])
    assert timedelta(0) <= datetime.now(UTC) - until(ending) < timedelta(seconds=10)

    # Deleting it ends it; over a restart it stays a person's.
    lasting = bot.rest.lock("*", datetime.now(UTC) + timedelta(hours=1), "a day off")
    assert ways(bot.loops()) == {"foreign_lock"}
    bot.restart()
    assert ways(bot.loops()) == {"foreign_lock"}
    assert bot.rest.locks_on_all_pairs() == [lasting]
    bot.rest.delete_lock(lasting["id"])
    seen = bot.loops()
    assert (ways(seen), seen["status"]["breaker"]) == (set(), "closed")
    assert bot.open_pairs() == set(PAIRS[:3])

    # What a protection of Freqtrade locks is nobody's.
    close_position(bot, prices, PAIRS[0], 99.0)
    (own,) = bot.wait_for("Freqtrade's own lock", bot.rest.locks_on_all_pairs)
    assert own["reason"].startswith("0.01 passed 0.0001 in 60 candles")
    assert ways(bot.loops()) == set()

    # The same config sells where a person trips by another way.
    bot.flag().touch()
    bot.wait_for("the positions to be sold", lambda: not bot.open_pairs())
    assert {trade["exit_reason"] for trade in bot.rest.trades()} == {"exit_signal", "riskkit_flatten"}
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D8")
def test_entries_when_switched_off_then_denied_while_exits_go_on(
    make_bot: MakeBot, prices: SteeredPrices
) -> None:
    bot = make_bot(riskkit={"entry": {"enabled": True}})
    bot.start()
    open_positions(bot, *PAIRS[:2])

    bot.kill()
    bot.hold(enter=[PAIRS[2]])
    bot.start(FREQTRADE__RISKKIT__ENTRY__ENABLED="false")
    bot.wait_for("the denial", lambda: bot.lines(f"Entry on {PAIRS[2]} denied: ENTRIES_DISABLED"))
    assert "error" in bot.rest.force_enter(PAIRS[3])
    close_position(bot, prices, PAIRS[0], 99.0)
    assert bot.loops()["status"]["denials"]["ENTRIES_DISABLED"] >= 1
    assert bot.open_pairs() == {PAIRS[1]}

    bot.kill()
    bot.start()
    open_positions(bot, PAIRS[2])
    bot.reload({"entry": {"enabled": False}})
    bot.hold(enter=[PAIRS[3]])
    bot.wait_for("the denial", lambda: bot.lines(f"Entry on {PAIRS[3]} denied: ENTRIES_DISABLED"))
    close_position(bot, prices, PAIRS[1], 99.0)
    assert bot.open_pairs() == {PAIRS[2]}
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D8")
def test_trip_when_two_bots_have_ledgers_of_their_own_then_the_other_goes_on(make_bot: MakeBot) -> None:
    mine, other = (make_bot(riskkit={"circuit_breaker": {}}) for _ in range(2))
    for bot in (mine, other):
        bot.start()
        bot.loops()
    assert mine.command("trip").returncode == 0
    wait_for_lock(mine, "MANUAL_TRIP: by command")
    open_positions(other, PAIRS[0])
    assert (other.rest.locks_on_all_pairs(), told(other)) == ([], [])
    assert other.command("reset").stdout.endswith(": nothing was tripped.\n")
    assert ways(mine.loops()) == {"command"}
    assert mine.command("reset").returncode == 0
    wait_for_no_lock(mine)


def ways(seen: dict[str, Any]) -> set[str]:
    """Give the ways of the trips that hold."""
    return {trip["way"] for trip in seen["status"]["trips"]}


def told(bot: Bot) -> list[str]:
    """Give what the ledger has of trips and their ends."""
    return [line.text for line in decisions(bot.ledger) if line.kind in ("trip", "reset")]
