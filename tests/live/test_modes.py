"""The kit's modes on a running bot: enforce, observe, off."""

from __future__ import annotations

from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import decisions
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions, wait_for_lock, wait_for_no_lock

BREAKER = {
    "daily_loss": {"limit": 0.01, "stop_duration": 300},
    "drawdown": None,
    "loss_streak": {"limit": 1, "stop_duration": 60},
}


def test_modes_when_switched_then_off_lets_go_observe_only_tells_and_enforce_goes_on(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    section = {"circuit_breaker": BREAKER, "entry": {"max_open_positions": 2}}
    bot = start_bot(riskkit=section)
    open_positions(bot, *PAIRS[:2])
    close_position(bot, prices, PAIRS[0], 99.0)
    lock = wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED: limit=1, value=1")

    # Off: the kit's lock is gone and nothing is denied.
    bot.reload({**section, "mode": "off"})
    wait_for_no_lock(bot)
    open_positions(bot, PAIRS[2], PAIRS[3])
    assert bot.open_pairs() == {PAIRS[1], PAIRS[2], PAIRS[3]}
    off = bot.loops()
    assert (off["status"]["breaker"], off["status"]["denials"], off["metrics"]) == (None, {}, None)

    # Enforce again: no person has let go of the trip, so it goes on.
    bot.reload(section)
    again = wait_for_lock(bot, lock["reason"])
    assert again["lock_end_time"] == lock["lock_end_time"]

    # Observe: no lock, nothing denied; what would be is told.
    bot.reload({**section, "mode": "observe"})
    wait_for_no_lock(bot)
    open_positions(bot, PAIRS[4])
    assert bot.open_pairs() == {PAIRS[1], PAIRS[2], PAIRS[3], PAIRS[4]}
    told = bot.lines(f"Entry on {PAIRS[4]} would be denied: CONSECUTIVE_LOSSES_EXCEEDED: limit=1, value=1")
    assert told
    close_position(bot, prices, PAIRS[1], 85.0)
    bot.wait_for("the trip that would be", lambda: bot.lines("DAILY_LOSS_EXCEEDED: .*breaker would trip"))
    seen = bot.loops()
    assert seen["status"]["mode"] == "observe"
    assert bot.rest.locks_on_all_pairs() == []
    assert [line.code for line in decisions(bot.ledger) if line.kind == "would_trip"] == [
        "DAILY_LOSS_EXCEEDED"
    ]
    open_positions(bot, PAIRS[5])

    # The position limit is only told as well; and what tripped under observation holds once it counts.
    bot.reload({"circuit_breaker": None, "entry": {"max_open_positions": 2}, "mode": "observe"})
    open_positions(bot, PAIRS[6])
    assert bot.lines(f"Entry on {PAIRS[6]} would be denied: POSITION_LIMIT: limit=2, value=4")
    bot.reload(section)
    wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=100.00 USDT, value=160.00 USDT")
    assert "Traceback" not in bot.log()
