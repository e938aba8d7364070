"""A damaged ledger is set aside, told of and filled anew; nothing that is not known reads as fine."""

from __future__ import annotations

from contextlib import closing

from tests.live import ledger as files
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.prices import SteeredPrices
from tests.live.records import in_database, ledger_of, recorded
from tests.live.steps import close_position, open_positions, wait_for_lock, wait_for_no_lock

SECTION = {"circuit_breaker": {"daily_loss": None, "drawdown": None, "loss_streak": {"limit": 2}}}
RUIN = b"this is no database, however long one looks at it " * 100


def test_ledger_when_damaged_under_a_running_bot_then_its_breaker_goes_on_and_its_trades_are_read_again(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit=SECTION)
    open_positions(bot, *PAIRS[:3])
    close_position(bot, prices, PAIRS[0], 99.0)
    bot.when("the loss to be counted", lambda seen: seen["status"]["figures"][0]["value"] == 1)
    bot.wait_for("its record", lambda: recorded(bot) == in_database(bot) != [])

    damage(bot)
    bot.wait_for("the alert", lambda: bot.lines("LEDGER_DAMAGED: file is not a database; it was set aside"))
    bot.wait_for("the record again", lambda: bot.ledger.exists() and recorded(bot) == in_database(bot))
    open_positions(bot, PAIRS[4])  # entries pass: what the breaker knew, it knows
    bot.restart()
    assert bot.loops()["status"]["figures"][0]["value"] == 1

    close_position(bot, prices, PAIRS[1], 99.0)
    wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED: limit=2, value=2")
    bot.wait_for("both records", lambda: recorded(bot) == in_database(bot))
    with closing(ledger_of(bot)) as ledger:
        assert "LEDGER_DAMAGED" in [row.code for row in ledger.alerts()]
        assert {order.trade_id for order in ledger.orders()} == {1, 2, 3, 4}
    assert len(list(bot.ledger.parent.glob(f"{bot.ledger.name}.corrupt-*"))) == 1
    assert "Traceback" not in bot.log()


def test_ledger_when_damaged_at_a_start_then_no_entry_until_a_person_has_looked(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit=SECTION)
    open_positions(bot, *PAIRS[:2])
    close_position(bot, prices, PAIRS[0], 99.0)
    bot.wait_for("its record", lambda: recorded(bot) == in_database(bot) != [])
    bot.kill()
    damage(bot)

    bot.hold(enter=[PAIRS[5]])
    bot.start()
    wait_for_lock(bot, "MANUAL_TRIP: the ledger was damaged")
    bot.loops()
    assert PAIRS[5] not in bot.open_pairs()
    bot.wait_for("its record again", lambda: recorded(bot) == in_database(bot))

    # It stays so over a restart, and exits pass.
    bot.restart()
    bot.loops()
    wait_for_lock(bot, "MANUAL_TRIP: the ledger was damaged")
    close_position(bot, prices, PAIRS[1], 101.0)
    assert bot.command("reset").returncode == 0
    wait_for_no_lock(bot)
    bot.hold(enter=[PAIRS[5]])
    bot.wait_for("the entry", lambda: PAIRS[5] in bot.open_pairs())
    assert "Traceback" not in bot.log()


def damage(bot: Bot) -> None:
    """Put a ruin in the place of the ledger; its log goes, for SQLite would read the ledger out of that."""
    whole = files.kept(bot.ledger)
    files.put_back(bot.ledger, dict.fromkeys(list(whole)[:1], RUIN))
