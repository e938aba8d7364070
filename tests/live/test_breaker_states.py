"""The breaker's states in a bot: closed, open, cooldown; the trip that waits for a person; observed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import decisions
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

BRIEF = {
    "daily_loss": None,
    "drawdown": None,
    "loss_streak": {"limit": 1, "stop_duration": 0.1},
    "cooldown_minutes": 0.1,
}
"""Six seconds each, so that a test sees them pass."""
ROUND = ["trip", "reset", "cooldown", "recovered"]


@in_dry_run_and_live("D6")
def test_breaker_when_its_times_pass_then_open_cooldown_closed_and_the_second_trip_waits_for_a_person(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit={"circuit_breaker": BRIEF})
    open_positions(bot, *PAIRS[:3])

    close_position(bot, prices, PAIRS[0], 99.0)
    bot.hold(enter=[PAIRS[3]])
    wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED: limit=1, value=1")
    wait_for_lock(bot, "COOLDOWN: until ")
    assert PAIRS[3] not in bot.open_pairs()
    wait_for_no_lock(bot)
    bot.wait_for("the entry to pass", lambda: PAIRS[3] in bot.open_pairs())
    bot.hold()
    assert bot.loops()["status"]["figures"][0]["value"] == 0
    told = [line for line in decisions(bot.ledger) if line.kind in ROUND]
    assert [line.kind for line in told] == ROUND
    assert "ended, its time is over" in told[1].text
    tripped, ended, cooled, recovered = (line.at for line in told)
    assert (ended - tripped, recovered - cooled) == (timedelta(seconds=6),) * 2

    # The second automatic trip within 24 hours stays, whatever time passes, until a person resets it.
    close_position(bot, prices, PAIRS[1], 99.0)
    lock = wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED: limit=1, value=1")
    assert until(lock) >= HELD_UNTIL_RESET
    seen = bot.when("the time of a trip to pass", lambda seen: _seconds_since(seen, told[0].at) > 30)
    assert [trip["latched"] for trip in seen["status"]["trips"]] == [True]
    assert bot.lines(r"until a person resets it \(one trip too many within 24 hours\)")
    assert bot.command("reset").returncode == 0
    seen = bot.loops()
    assert seen["status"]["breaker"] == "closed"
    open_positions(bot, PAIRS[4])

    # A reset forgets the loss, not that there were two trips.
    close_position(bot, prices, PAIRS[2], 99.0)
    assert until(wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED: limit=1, value=1")) >= HELD_UNTIL_RESET
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D6")
def test_preset_timed_when_every_rule_trips_then_each_ends_after_an_hour_and_none_waits_for_a_person(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Without the preset the same day holds for hours, and the drawdown until a person resets it."""
    rules = {"daily_loss": {"limit": 0.004}, "drawdown": {"limit": 0.006}, "loss_streak": {"limit": 1}}
    bot = start_bot(riskkit={"circuit_breaker": {"preset": "timed", **rules}})
    open_positions(bot, *PAIRS[:6])

    for pair, tripping in zip(PAIRS[:2], ("DAILY_LOSS_EXCEEDED", "CONSECUTIVE_LOSSES_EXCEEDED"), strict=True):
        close_position(bot, prices, pair, 93.0)
        seen = bot.when("three trips", lambda seen: len(seen["status"]["trips"]) == 3)
        for trip in seen["status"]["trips"]:
            length = datetime.fromisoformat(trip["until"]) - _minute(trip["at"])
            assert (length, trip["latched"]) == (timedelta(hours=1), False)
        assert tripping in {line.code for line in decisions(bot.ledger) if line.kind == "trip"}
        assert bot.command("reset").returncode == 0
        assert bot.loops()["status"]["breaker"] == "closed"

    # The defaults: the daily loss until the boundary and at least four hours, the streak an hour.
    bot.reload({"circuit_breaker": {**rules, "max_trips_per_day": None}})
    close_position(bot, prices, PAIRS[2], 93.0)
    lock = wait_for_lock(bot, "DRAWDOWN_EXCEEDED: limit=0.0060, value=0.0071")
    assert until(lock) >= HELD_UNTIL_RESET
    trips = {trip["rule"]: trip for trip in bot.loops()["status"]["trips"]}
    at = _minute(trips["daily_loss"]["at"])
    midnight = at.replace(hour=0, minute=0) + timedelta(days=1)
    assert datetime.fromisoformat(trips["daily_loss"]["until"]) == max(midnight, at + timedelta(hours=4))
    assert datetime.fromisoformat(trips["loss_streak"]["until"]) == at + timedelta(hours=1)
    assert trips["drawdown"]["until"] is None
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D6")
def test_breaker_when_only_observed_then_the_same_states_without_a_lock_and_every_entry_passes(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit={"mode": "observe", "circuit_breaker": BRIEF})
    open_positions(bot, *PAIRS[:2])

    close_position(bot, prices, PAIRS[0], 99.0)
    bot.when("the trip that would be", lambda seen: seen["status"]["breaker"] == "open")
    open_positions(bot, PAIRS[2])
    bot.when("the cooldown that would be", lambda seen: seen["status"]["breaker"] == "cooldown")
    assert bot.rest.locks_on_all_pairs() == []
    bot.when("the end of both", lambda seen: seen["status"]["breaker"] == "closed")
    assert kinds(bot) == ["would_trip", *ROUND[1:]]
    assert "Traceback" not in bot.log()


def kinds(bot: Bot) -> list[str]:
    """Give the kinds of what the breaker did, as recorded."""
    return [line.kind for line in decisions(bot.ledger) if line.kind in ("would_trip", *ROUND)]


def _minute(moment: str) -> datetime:
    """Give the minute from which a trip's times count."""
    return datetime.fromisoformat(moment).replace(second=0, microsecond=0)


def _seconds_since(seen: dict, moment: datetime) -> float:
    """Say how long a moment has passed; looked at once a loop."""
    return (datetime.now(UTC) - moment).total_seconds() if seen["loops"] else 0.0
