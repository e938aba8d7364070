"""A bot that buys into a scripted fall: the breaker trips, its lock stands in Freqtrade, and it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from freqtrade_riskkit.practice import PracticeServer, ScriptedPrices, ScriptRow
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import Told, decisions
from tests.live.steps import HELD_UNTIL_RESET, until, wait_for_lock
from tests.live.strategies import dip_buyer

FALL_A_SECOND = 0.995
SECONDS = 600
STOP_SECONDS = 5
COOLDOWN_SECONDS = 5
BREAKER = {
    "daily_loss": None,
    "drawdown": None,
    "loss_streak": {"limit": 2, "stop_duration": STOP_SECONDS / 60},
    "cooldown_minutes": COOLDOWN_SECONDS / 60,
    "max_trips_per_day": 2,
}
REASON = "CONSECUTIVE_LOSSES_EXCEEDED: limit=2, value=2"


def falling(pair: str) -> Iterator[ScriptRow]:
    """Half a percent a second: a stop of one percent is met about three seconds after any entry."""
    for second in range(SECONDS):
        first, last = (round(100 * FALL_A_SECOND**at, 4) for at in (second, second + 1))
        yield ScriptRow(pair, second, first, first, last, last, 1000)


@pytest.fixture
def overlay() -> Iterator[Mapping[str, Any]]:
    with PracticeServer(ScriptedPrices([row for pair in PAIRS for row in falling(pair)]), spread=0) as server:
        yield server.overlay()


def test_breaker_when_prices_fall_then_it_trips_locks_recovers_latches_and_a_person_resets_it(
    start_bot: StartBot,
) -> None:
    bot = start_bot(dip_buyer(), config={"max_open_trades": 1}, riskkit={"circuit_breaker": BREAKER})

    first = wait_for_lock(bot, REASON)
    losses = bot.rest.trades()
    assert [trade["exit_reason"] for trade in losses] == ["stop_loss", "stop_loss"]
    assert all(trade["profit_ratio"] < 0 for trade in losses)
    assert until(first) < HELD_UNTIL_RESET

    wait_for_lock(bot, "COOLDOWN: until ")
    bot.wait_for("entries to go on", lambda: len(bot.rest.trades()) + len(bot.rest.open_trades()) > 2)

    # Two more losses make the second trip within 24 hours: it holds until a person lets go.
    second = wait_for_lock(bot, REASON)
    assert second["id"] != first["id"]
    assert until(second) >= HELD_UNTIL_RESET
    before = len(bot.rest.trades())
    assert before == 4

    bot.rest.delete_lock(second["id"])
    bot.wait_for(
        "entries to pass again", lambda: len(bot.rest.trades()) + len(bot.rest.open_trades()) > before
    )
    assert bot.rest.locks_on_all_pairs() == []

    told = decisions(bot.ledger)
    assert [(line.kind, line.code) for line in told if line.kind != "warning"] == [
        ("trip", "CONSECUTIVE_LOSSES_EXCEEDED"),
        ("reset", "CONSECUTIVE_LOSSES_EXCEEDED"),
        ("cooldown", "COOLDOWN"),
        ("recovered", "RECOVERED"),
        ("trip", "CONSECUTIVE_LOSSES_EXCEEDED"),
        ("reset", "CONSECUTIVE_LOSSES_EXCEEDED"),
        ("recovered", "RECOVERED"),
    ]
    assert no_entries_between_trip_and_recovery(bot, told)
    assert "Traceback" not in bot.log()


def no_entries_between_trip_and_recovery(bot: Bot, told: list[Told]) -> bool:
    """Hold the opening of every trade against the times in which the breaker was tripped."""
    closed = [line.at for line in told if line.kind == "trip"]
    opened = [line.at for line in told if line.kind == "recovered"]
    entries = [
        datetime.fromtimestamp(trade["open_timestamp"] / 1000, UTC)
        for trade in bot.rest.trades() + bot.rest.open_trades()
    ]
    return not any(
        start < entry < end for start, end in zip(closed, opened, strict=False) for entry in entries
    )
