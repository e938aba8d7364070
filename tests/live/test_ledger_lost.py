"""A ledger that is another one than before: a lock of the kit that still stands proves a trip."""

from __future__ import annotations

from collections.abc import Callable

from tests.live import ledger as files
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.steps import HELD_UNTIL_RESET, close_position, open_positions, until, wait_for_lock

SECTION = {
    "circuit_breaker": {
        "daily_loss": None,
        "drawdown": {"limit": 0.01},
        "loss_streak": None,
        "manual": {"action": "flatten"},
    }
}
UNEXPLAINED = "MANUAL_TRIP: the ledger has no record of a trip whose lock stands: "


@in_dry_run_and_live()
def test_trip_when_the_ledger_is_deleted_or_named_anew_then_it_holds_until_a_person_resets_it(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Each time the position that is open yet stays: nobody has asked for more than no entries."""
    bot = start_bot(riskkit=SECTION)
    open_positions(bot, *PAIRS[:3])
    close_position(bot, prices, PAIRS[0], 80.0)
    lock = wait_for_lock(bot, "DRAWDOWN_EXCEEDED: ")
    said = lock["reason"].removesuffix(" (riskkit)")

    other_file = {**SECTION, "db_url": "sqlite:///other.sqlite"}
    for change in (
        lambda: files.put_back(bot.ledger, {}),
        lambda: bot.configure({**SECTION, "account_id": "other"}),
        lambda: bot.configure(other_file),
    ):
        begin_with(bot, change)
        assert bot.open_pairs() == {PAIRS[1], PAIRS[2]}
        lock = wait_for_lock(bot, f"{UNEXPLAINED}{said} (riskkit)")
        assert until(lock) >= HELD_UNTIL_RESET
    assert len(bot.lines(f"WARNING - {UNEXPLAINED}.*; breaker tripped, entries denied until a person")) == 3

    # Exits go on, and a reset lets go of it for good.
    close_position(bot, prices, PAIRS[1], 100.0)
    assert bot.command("reset").returncode == 0
    open_positions(bot, PAIRS[4])
    bot.restart()
    assert bot.loops()["status"]["breaker"] == "closed"
    assert bot.rest.locks_on_all_pairs() == []
    assert "Traceback" not in bot.log()


def begin_with(bot: Bot, change: Callable[[], None]) -> None:
    """Kill the bot, change something, and start it with a signal to enter."""
    bot.kill()
    change()
    bot.hold(enter=[PAIRS[5]])
    bot.start()
    bot.loops()
    bot.hold()
