"""The breaker let go by a person: by command and by deleting its lock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import decisions
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions, wait_for_lock

MONEY = {
    "daily_loss": {"limit": 0.01},
    "drawdown": {"limit": 0.012},
    "loss_streak": {"limit": 2},
    "order_rate": {"per_minute": None},
    "max_trips_per_day": None,
}


@in_dry_run_and_live("D7")
def test_reset_when_by_command_or_by_deleting_the_lock_then_at_once_and_not_for_the_same_loss_again(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Five positions of 1,000 each lose 3 %, all are open yet, two are closed.

    The lock is deleted by REST. Telegram's ``/delete_locks`` and FreqUI end in the same call in Freqtrade
    (`tests.contract.test_host_hand`).
    """
    bot = start_bot(riskkit={"circuit_breaker": MONEY})
    open_positions(bot, *PAIRS[:5])
    prices.set(97.0, *PAIRS[:5])
    wait_for_lock(bot, "DRAWDOWN_EXCEEDED: limit=0.0120, ")
    close_position(bot, prices, PAIRS[0], 97.0)
    close_position(bot, prices, PAIRS[1], 97.0)
    seen = bot.when("three trips", lambda seen: len(seen["status"]["trips"]) == 3)

    # By command, first one of them, then all; the bot takes each at its next loop.
    assert bot.command("reset", "--rule", "loss_streak", "--wait", "0").returncode == 1
    seen = bot.loops()
    assert [trip["rule"] for trip in seen["status"]["trips"]] == ["daily_loss", "drawdown"]
    done = bot.command("reset")
    assert done.returncode == 0
    assert "ended DAILY_LOSS_EXCEEDED, DRAWDOWN_EXCEEDED" in done.stdout
    seen = bot.loops(4)
    assert seen["status"]["breaker"] == "closed"
    assert bot.rest.locks_on_all_pairs() == []
    assert seen["status"]["day_loss"] == pytest.approx(150)
    assert {figure["rule"]: figure["value"] for figure in seen["status"]["figures"]} == {
        "daily_loss": 0,
        "drawdown": 0,
        "loss_streak": 0,
        "order_rate": 5,  # it hasn't tripped: a reset leaves its count of the hour
        "errors": 0,
    }
    open_positions(bot, PAIRS[5])

    # The next loss counts from there: 1 % of 9,850, by three positions and the new one.
    prices.set(94.0, *PAIRS[2:5])
    prices.set(99.0, PAIRS[5])
    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=98.50 USDT, value=100.00 USDT")
    before = datetime.now(UTC)
    bot.rest.delete_lock(lock["id"])
    seen = bot.loops()
    assert seen["status"]["breaker"] == "closed"
    assert bot.rest.locks_on_all_pairs() == []
    bot.hold(enter=[PAIRS[6]])
    bot.wait_for("the entry to pass", lambda: PAIRS[6] in bot.open_pairs())
    bot.hold()
    bot.restart()
    assert bot.loops(3)["status"]["breaker"] == "closed"
    assert seen["status"]["day_loss"] == pytest.approx(250)

    # Recorded: by which way, and when; no cooldown between.
    story = [(line.kind, line.text) for line in decisions(bot.ledger) if line.kind != "warning"]
    assert [text for kind, text in story if kind == "reset"] == [
        "CONSECUTIVE_LOSSES_EXCEEDED: the trip ended, a person reset it by command",
        "DAILY_LOSS_EXCEEDED: the trip ended, a person reset it by command",
        "DRAWDOWN_EXCEEDED: the trip ended, a person reset it by command",
        "DAILY_LOSS_EXCEEDED: the trip ended, a person deleted its lock",
    ]
    assert {kind for kind, _ in story} == {"trip", "reset", "recovered"}
    history = json.loads(bot.command("status", "--explain", "--json").stdout)["history"]
    (deleted,) = (line for line in history if "deleted its lock" in line["text"])
    assert timedelta(0) <= datetime.fromisoformat(deleted["at"]) - before < timedelta(seconds=5)
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D7")
def test_reset_when_in_the_cooldown_then_entries_pass_at_once(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Each way: by deleting the lock of the cooldown, and by command."""
    streak = {"limit": 1, "stop_duration": 0.05}
    section = {"loss_streak": streak, "max_trips_per_day": None, "cooldown_minutes": 30}
    bot = start_bot(riskkit={"circuit_breaker": section})
    open_positions(bot, *PAIRS[:2])

    close_position(bot, prices, PAIRS[0], 99.0)
    lock = wait_for_lock(bot, "COOLDOWN: until ")
    assert bot.loops()["status"]["breaker"] == "cooldown"
    bot.rest.delete_lock(lock["id"])
    assert bot.loops()["status"]["breaker"] == "closed"
    open_positions(bot, PAIRS[2])

    close_position(bot, prices, PAIRS[1], 99.0)
    wait_for_lock(bot, "COOLDOWN: until ")
    assert bot.command("reset").stdout.endswith(": nothing was tripped; the cooldown ended.\n")
    assert bot.loops()["status"]["breaker"] == "closed"
    open_positions(bot, PAIRS[3])
    assert "Traceback" not in bot.log()
