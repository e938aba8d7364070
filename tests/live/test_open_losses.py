"""Losses of positions that are still open: they trip before any trade closes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from freqtrade_riskkit.practice.actions import Crash, PartialFill
from tests.live.account import ExchangeAccount
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import decisions
from tests.live.modes import in_dry_run_and_live, in_live
from tests.live.prices import SteeredPrices
from tests.live.steps import HELD_UNTIL_RESET, close_position, open_positions, until, wait_for_lock

OTHERS_OFF = {"daily_loss": None, "drawdown": None, "loss_streak": None}
DRAWDOWN = {"circuit_breaker": {**OTHERS_OFF, "drawdown": {"limit": 0.02}}}
MINUTE = timedelta(minutes=1)


@in_dry_run_and_live("D1")
def test_flash_crash_when_positions_are_open_then_the_days_loss_trips_before_any_trade_closes(
    start_bot: StartBot, prices: SteeredPrices, account: ExchangeAccount
) -> None:
    """40 realised and 120 of four positions are 160 of a limit of 200: near it. Then they crash to 92.15."""
    boundary = (datetime.now(UTC) + timedelta(hours=12)).replace(second=0, microsecond=0)
    daily = {"daily_loss": {"limit": 0.02, "unlock_at": f"{boundary:%H:%M}"}}
    bot = start_bot(riskkit={"circuit_breaker": {**OTHERS_OFF, **daily}})
    open_positions(bot, *PAIRS[:5])
    close_position(bot, prices, PAIRS[4], 96.0)
    prices.set(97.0, *PAIRS[:4])
    bot.wait_for("a warning", lambda: bot.lines("LIMIT_NEAR: limit=200.00 USDT, value=160.00 USDT"))
    assert bot.rest.locks_on_all_pairs() == []

    for pair in PAIRS[:4]:
        account.perform(Crash(pair=pair, by=0.05, within_seconds=1))
    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=200.00 USDT, value=")
    assert len(bot.rest.trades()) == 1
    assert bot.open_pairs() == set(PAIRS[:4])
    assert abs(until(lock) - boundary) < 3 * MINUTE

    bot.hold(enter=[PAIRS[6]])
    bot.when("the end of the crash", lambda seen: seen["status"]["day_loss"] == pytest.approx(354))
    assert bot.loops(3)["status"]["denials"]["DAILY_LOSS_EXCEEDED"] >= 1
    assert PAIRS[6] not in bot.open_pairs()

    # What comes back doesn't end the trip, and no second one is made of the same loss.
    prices.set(105.0, *PAIRS[:4])
    bot.loops(3)
    assert bot.rest.locks_on_all_pairs() == [lock]
    assert [told.code for told in decisions(bot.ledger) if told.kind == "trip"] == ["DAILY_LOSS_EXCEEDED"]
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D2")
def test_drawdown_when_peak_and_fall_are_of_open_positions_then_it_trips_before_any_trade_closes(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Four positions at 105 make a peak of 10,200; at 99 they are at 9,960: 240 of 10,200, more than 2 %."""
    bot = start_bot(riskkit=DRAWDOWN)
    open_positions(bot, *PAIRS[:4])
    prices.set(105.0, *PAIRS[:4])
    seen = bot.when("the peak", lambda seen: seen["status"]["peak"] == pytest.approx(10_200))
    assert seen["status"]["equity"] == pytest.approx(10_200)
    prices.set(100.7, *PAIRS[:4])
    bot.wait_for("a warning", lambda: bot.lines("LIMIT_NEAR: limit=0.0200, value=0.01"))
    assert bot.rest.locks_on_all_pairs() == []

    prices.set(99.0, *PAIRS[:4])
    # A loop may see the prices fall one after the other; three of them are enough.
    lock = wait_for_lock(bot, "DRAWDOWN_EXCEEDED: limit=0.0200, value=0.02")
    assert until(lock) >= HELD_UNTIL_RESET
    assert bot.rest.trades() == []
    bot.hold(enter=[PAIRS[6]])
    seen = bot.loops(3)
    assert seen["status"]["denials"]["DRAWDOWN_EXCEEDED"] >= 1
    assert bot.open_pairs() == set(PAIRS[:4])

    # A person lets go: the loss that stands trips nothing, the next 2 % from there do.
    bot.rest.delete_lock(lock["id"])
    bot.wait_for("the entry", lambda: PAIRS[6] in bot.open_pairs())
    seen = bot.loops(2)
    assert seen["status"]["breaker"] == "closed"
    assert seen["status"]["peak"] == pytest.approx(9_960)
    assert bot.rest.locks_on_all_pairs() == []
    prices.set(93.0, *PAIRS[:4])
    wait_for_lock(bot, "DRAWDOWN_EXCEEDED: limit=0.0200, value=0.0241")
    assert "Traceback" not in bot.log()


@in_live()
def test_drawdown_when_only_half_of_an_entry_has_filled_then_that_half_counts(
    start_bot: StartBot, prices: SteeredPrices, account: ExchangeAccount
) -> None:
    """Freqtrade holds an amount of 0 until the order is done. 5 of 10 are bought at 100, and sink to 50.

    Until the order is done, Freqtrade reckons with a fee of 0.1 %: 500.50 less 249.75 are 2.51 % of 10,000.
    """
    types = {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}
    breaker = {**DRAWDOWN["circuit_breaker"], "data": {"max_mark_age_seconds": 15}}
    bot = start_bot(config={"order_types": types}, riskkit={"circuit_breaker": breaker})
    account.perform(PartialFill())
    bot.hold(enter=[PAIRS[0]])
    bot.wait_for("the half", lambda: [order.filled for order in account.orders()] == [Decimal(5)])
    bot.hold()

    prices.set(50.0, PAIRS[0])
    wait_for_lock(bot, "DRAWDOWN_EXCEEDED: limit=0.0200, value=0.0251")
    (position,) = bot.rest.open_trades()
    assert position["amount"] == 0
    assert len(account.open_orders(PAIRS[0])) == 1
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D1")
def test_loss_when_a_day_boundary_lies_between_then_it_is_held_against_24_hours_too(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """The bot was down over the boundary; its ledger says what it saw before.

    Over 24 hours ago it stood at 11,000, then at 10,150, and at the last look before the boundary at
    9,950. At 9,940 now the calendar day has lost 10, and 24 hours 210: 2.07 % of 10,150.
    """
    now = datetime.now(UTC)
    boundary = (now - timedelta(hours=1)).replace(second=0, microsecond=0)
    daily = {"daily_loss": {"limit": 0.02, "unlock_at": f"{boundary:%H:%M}"}}
    bot = start_bot(riskkit={"circuit_breaker": {**OTHERS_OFF, **daily}})
    open_positions(bot, *PAIRS[:4])
    bot.loops()
    bot.kill()
    before = boundary - 5 * MINUTE
    change_memory(
        bot,
        now=before,
        equity=9_950.0,
        peak=11_000.0,
        day_started_at=boundary - timedelta(days=1),
        day_opening=9_900.0,
        day_baseline=9_900.0,
        samples=[
            (now - timedelta(hours=24.9), 11_000.0),
            (now - timedelta(hours=24.5), 10_150.0),
            (before, 9_950.0),
        ],
        order_times=[],
    )
    prices.set(98.5, *PAIRS[:4])
    bot.start()

    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=203.00 USDT, value=210.00 USDT")
    seen = bot.loops()["status"]
    assert seen["equity"] == pytest.approx(9_940)
    assert seen["day_loss"] == pytest.approx(10)
    assert bot.rest.trades() == []
    assert abs(until(lock) - (boundary + timedelta(days=1))) < 3 * MINUTE
    assert "Traceback" not in bot.log()


def change_memory(bot: Bot, **changes: Any) -> None:
    """Change what the ledger of a stopped bot remembers of its breaker."""
    with closing(sqlite3.connect(bot.ledger)) as connection, connection:
        ((body,),) = connection.execute("SELECT body FROM riskkit_states WHERE name = 'breaker'")
        state = json.loads(body)
        state["breaker"].update(json.loads(json.dumps(changes, default=datetime.isoformat)))
        connection.execute("UPDATE riskkit_states SET body = ? WHERE name = 'breaker'", [json.dumps(state)])
