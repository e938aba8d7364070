"""`riskkit status` beside a running bot, and after it: the same as what the bot's own session says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions, wait_for_lock
from tests.support.riskkit_command import riskkit

BREAKER = {
    "daily_loss": {"limit": 0.01},
    "drawdown": {"limit": 0.02},
    "loss_streak": {"limit": 5},
}


def status(bot: Bot, *options: str) -> tuple[int, dict[str, Any]]:
    """Ask for the status as JSON; give the exit code and the answer."""
    files = bot.files
    where = ("-c", files.config_file, "--userdir", files.user_data)
    done = riskkit("status", "--json", *where, *options, cwd=files.root)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def recorded(bot: Bot, trades: int) -> dict[str, Any]:
    """Wait until so many closes are booked and recorded; give what the session says then."""
    bot.when(f"{trades} closes to be booked", lambda seen: seen["metrics"]["trades"] == trades)
    seen: dict[str, Any] = bot.loops()["status"]
    return seen


@pytest.mark.feature("D11", "dry_run")
def test_status_when_a_bot_loses_then_warnings_trip_and_figures_are_those_of_the_bot(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """10,000 USDT, stakes of 1,000: 90 lost near the day's 100, 110 trip, 160 near the drawdown's 200."""
    bot = start_bot(riskkit={"circuit_breaker": BREAKER})
    open_positions(bot, *PAIRS[:4])

    close_position(bot, prices, PAIRS[0], 91.0)
    own = recorded(bot, 1)
    code, told = status(bot)
    assert (code, told["breaker"]) == (0, "closed")
    assert told["figures"] == own["figures"]
    assert (told["account_id"], told["equity"]) == (own["account_id"], 9910)

    close_position(bot, prices, PAIRS[1], 98.0)
    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=100.00 USDT, value=110.00 USDT")
    recorded(bot, 2)
    code, told = status(bot)
    assert (code, told["breaker"]) == (1, "open")
    (trip,) = told["trips"]
    assert lock["reason"].startswith(f"{trip['code']}: limit={trip['limit']:.2f} USDT")

    close_position(bot, prices, PAIRS[2], 95.0)
    close_position(bot, prices, PAIRS[3], 99.0)
    own = recorded(bot, 4)
    code, told = status(bot, "--explain")
    assert told["figures"] == own["figures"]
    history = [line["text"] for line in told["history"]]
    assert [line["kind"] for line in told["history"]] == ["warning", "trip", "warning", "warning"]
    assert history[0] == "LIMIT_NEAR: limit=100.00 USDT, value=90.00 USDT, rule=DAILY_LOSS_EXCEEDED"
    assert history[1].startswith("DAILY_LOSS_EXCEEDED: limit=100.00 USDT, value=110.00 USDT, ")
    assert history[2] == "LIMIT_NEAR: limit=0.0200, value=0.0160, rule=DRAWDOWN_EXCEEDED"
    assert history[3] == "LIMIT_NEAR: limit=5, value=4, rule=CONSECUTIVE_LOSSES_EXCEEDED"
    assert any(sentence.startswith("Loss of the day: trips at 1.00%") for sentence in told["explanation"])

    bot.stop()
    after = status(bot, "--explain")[1]
    assert {key: after[key] for key in after if key != "now"} == {
        key: told[key] for key in told if key != "now"
    }
