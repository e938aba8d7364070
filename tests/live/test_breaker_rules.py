"""Each rule of the breaker, driven to its limit by trades closed at prices that the test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

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

LONG_WAIT = timedelta(minutes=240)


@in_dry_run_and_live("D3")
def test_losses_in_a_row_when_small_losses_and_draws_lie_between_then_only_the_real_ones_count(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    streak = {"limit": 3, "min_loss": 0.01, "stop_duration": 60}
    bot = start_bot(
        riskkit={"circuit_breaker": {"daily_loss": None, "drawdown": None, "loss_streak": streak}}
    )
    pairs = iter(PAIRS)
    open_positions(bot, *PAIRS)

    def close(price: float) -> float:
        """Close the next position and give the streak that the breaker counts then."""
        trades = close_position(bot, prices, next(pairs), price)["trade_id"] and len(bot.rest.trades())
        seen = bot.when("the close to be booked", lambda seen: seen["metrics"]["trades"] == trades)
        return next(f["value"] for f in seen["status"]["figures"] if f["rule"] == "loss_streak")

    assert close(98.0) == 1
    assert close(99.5) == 1  # smaller than min_loss
    assert close(100.0) == 1  # a draw
    assert close(98.0) == 2
    assert close(100.5) == 0  # a win
    assert [close(99.0), close(98.0)] == [1, 2]
    assert bot.rest.locks_on_all_pairs() == []
    assert close(97.0) == 3

    tripped_at = datetime.now(UTC)
    lock = wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED: limit=3, value=3")
    assert timedelta(minutes=58) < until(lock) - tripped_at <= timedelta(minutes=61)

    # Positions that were open before are closed as ever, and take nothing from the trip.
    close_position(bot, prices, next(pairs), 105.0)
    assert wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED")["id"] == lock["id"]


def test_losses_of_money_when_they_reach_their_limits_then_each_rule_warns_and_holds_as_it_should(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Daily loss for four hours at least, though its day ends sooner; drawdown until a person resets it."""
    boundary = datetime.now(UTC) + LONG_WAIT / 2
    bot = start_bot(
        riskkit={
            "circuit_breaker": {
                "daily_loss": {"limit": 0.005, "unlock_at": f"{boundary:%H:%M}"},
                "drawdown": {"limit": 0.02},
                "loss_streak": None,
                "max_trips_per_day": None,
            }
        }
    )
    open_positions(bot, *PAIRS[:6])

    close_position(bot, prices, PAIRS[0], 104.0)
    close_position(bot, prices, PAIRS[1], 92.0)
    seen = bot.when("both closes to be booked", lambda seen: seen["metrics"]["trades"] == 2)
    assert seen["status"]["peak"] == pytest.approx(10_040)
    assert seen["status"]["equity"] == pytest.approx(9_960)
    assert seen["status"]["day_loss"] == pytest.approx(40)
    assert bot.lines("LIMIT_NEAR: limit=50.00 USDT, value=40.00 USDT, rule=DAILY_LOSS_EXCEEDED")
    assert bot.rest.locks_on_all_pairs() == []

    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    close_position(bot, prices, PAIRS[2], 95.0)
    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=50.00 USDT, value=90.00 USDT")
    assert LONG_WAIT <= until(lock) - minute < LONG_WAIT + timedelta(minutes=2)

    # 10,040 − 9,760 = 280 is 2.8 % of the peak: both hold, the one that waits for a person is shown.
    close_position(bot, prices, PAIRS[3], 85.0)
    lock = wait_for_lock(bot, "DRAWDOWN_EXCEEDED: limit=0.0200, value=0.0279")
    assert until(lock) >= HELD_UNTIL_RESET
    seen = bot.when("both trips", lambda seen: len(seen["status"]["trips"]) == 2)
    assert {trip["rule"] for trip in seen["status"]["trips"]} == {"daily_loss", "drawdown"}

    # A person lets go: both end and neither trips again for the same loss; the next 1 % is a new one.
    bot.rest.delete_lock(lock["id"])
    wait_for_no_lock(bot)
    seen = bot.loops(3)
    assert seen["status"]["breaker"] == "closed"
    assert seen["status"]["peak"] == pytest.approx(9_760)
    assert seen["status"]["day_loss"] == pytest.approx(240)
    assert bot.rest.locks_on_all_pairs() == []
    open_positions(bot, PAIRS[6])
    close_position(bot, prices, PAIRS[4], 90.0)
    wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=48.80 USDT, value=100.00 USDT")
    ended = [line.text for line in decisions(bot.ledger) if line.kind == "reset"]
    assert len(ended) == 2
    assert all("a person deleted its lock" in text for text in ended)
