"""`riskkit status` beside a running bot, and after it: the same as what the bot's own session says."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions, wait_for_lock
from tests.support.riskkit_command import riskkit

BREAKER = {
    "daily_loss": {"limit": 0.01},
    "drawdown": {"limit": 0.02},
    "loss_streak": {"limit": 5},
    "order_rate": {"per_minute": None},
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


@in_dry_run_and_live("D11")
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


@in_dry_run_and_live("D11")
def test_status_when_positions_are_open_then_every_figure_has_them_and_each_trip_its_way_and_numbers(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Four positions at 97.9 have lost 84 of the day's 100: near it. At 97.4 it is 104."""
    bot = start_bot(riskkit={"circuit_breaker": BREAKER})
    open_positions(bot, *PAIRS[:4])
    prices.set(97.9, *PAIRS[:4])
    near = "LIMIT_NEAR: limit=100.00 USDT, value=84.00 USDT, rule=DAILY_LOSS_EXCEEDED"
    bot.wait_for("the warning", lambda: bot.lines(f"freqtrade_riskkit - WARNING - {near}"))
    bot.wait_for("its message", lambda: bot.lines("strategy_msg: `LIMIT_NEAR:` limit=100.00 USDT"))

    own = bot.loops()["status"]
    code, told = status(bot)
    assert (code, told["breaker"], told["trips"]) == (0, "closed", [])
    assert [figure["rule"] for figure in told["figures"]] == [
        *("daily_loss", "drawdown", "loss_streak", "order_rate", "errors"),
    ]
    assert told["figures"] == own["figures"]
    values = {figure["rule"]: (figure["value"], figure["limit"]) for figure in told["figures"]}
    assert values["daily_loss"] == (pytest.approx(84), pytest.approx(100))
    assert values["drawdown"] == (pytest.approx(0.0084), 0.02)
    assert values["order_rate"] == (4, 100)
    assert (told["equity"], told["unmarked"]) == (pytest.approx(9_916), [])
    age = datetime.fromisoformat(told["as_of"]) - datetime.fromisoformat(told["oldest_mark_at"])
    # A loop asks for rates after its own moment, which is that of the figures.
    assert timedelta(seconds=-10) < age < timedelta(seconds=30)
    assert 0 <= own["mark_age_seconds"] < 30

    prices.set(97.4, *PAIRS[:4])
    wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=100.00 USDT, value=104.00 USDT")
    bot.flag().touch()
    bot.when("both trips", lambda seen: len(seen["status"]["trips"]) == 2)
    bot.loops()
    code, told = status(bot, "--explain")
    assert (code, told["breaker"], told["equity"]) == (1, "open", pytest.approx(9_896))
    rule, hand = told["trips"]
    assert (rule["code"], rule["way"], rule["action"]) == ("DAILY_LOSS_EXCEEDED", "rule", "block")
    assert (rule["value"], rule["limit"]) == (pytest.approx(104), pytest.approx(100))
    assert (hand["code"], hand["way"], hand["until"]) == ("MANUAL_TRIP", "flag_file", None)
    assert [line["kind"] for line in told["history"]] == ["warning", "trip", "trip"]
    assert told["history"][1]["text"].startswith("DAILY_LOSS_EXCEEDED: limit=100.00 USDT, value=104.00 USDT")

    done = bot.command("status", "--explain", COLUMNS="200")
    assert done.returncode == 1
    assert "lost today 104.00 USDT; open positions included." in done.stdout
    assert "The oldest price of an open position is " in done.stdout
    assert "MANUAL_TRIP: tripped by a flag file" in done.stdout
    assert "Loss of the day: trips at 1.00% of the equity lost since 00:00 UTC" in done.stdout
