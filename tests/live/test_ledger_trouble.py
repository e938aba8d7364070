"""A ledger that can't be used: entries are denied, exits go on, and it is taken up again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import decisions, replaced
from tests.live.prices import SteeredPrices
from tests.live.records import in_database, recorded
from tests.live.steps import close_position, open_positions, wait_for_lock, wait_for_no_lock

SECTION = {"circuit_breaker": {"daily_loss": None, "drawdown": None, "loss_streak": {"limit": 2}}}


def test_ledger_when_locked_or_replaced_then_entries_wait_exits_pass_and_nothing_is_lost(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit=SECTION)
    open_positions(bot, *PAIRS[:5])

    # Another process holds it: losses are booked, the breaker trips, all of it is written afterwards.
    with held_by_another_process(bot.ledger):
        close_position(bot, prices, PAIRS[0], 99.0)
        wait_for_denial(bot, PAIRS[5], "database is locked")
        close_position(bot, prices, PAIRS[1], 99.0)
        lock = wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED: limit=2, value=2")
    bot.wait_for("the trip to be recorded", lambda: "trip" in [line.kind for line in decisions(bot.ledger)])
    bot.rest.delete_lock(lock["id"])
    wait_for_no_lock(bot)
    open_positions(bot, PAIRS[5])

    # Replaced by something that it can't use while nothing is to be written: noticed all the same.
    with replaced(bot.ledger, of_a_newer_kit(bot.files.root)):
        wait_for_denial(bot, PAIRS[6], "LEDGER_UNAVAILABLE: ledger \\(SQLite file ")
        close_position(bot, prices, PAIRS[2], 99.0)
        bot.hold(enter=[PAIRS[6]])
        bot.loops()
        assert PAIRS[6] not in bot.open_pairs()
        assert "error" in bot.rest.force_enter(PAIRS[6])
    bot.wait_for("the entry to pass again", lambda: PAIRS[6] in bot.open_pairs())
    bot.hold()

    # Deleted: a new one is made and holds the breaker's state at once; a kill then loses nothing.
    bot.ledger.unlink()
    bot.wait_for("a new ledger", bot.ledger.exists)
    bot.when("the loss to be counted", lambda seen: seen["status"]["figures"][0]["value"] == 1)
    bot.loops()
    bot.kill()
    bot.start()
    assert bot.loops()["status"]["figures"][0]["value"] == 1

    # What closed while the ledger was locked, replaced or gone is in it: the database was read again.
    records = bot.wait_for(
        "the records", lambda: same if (same := recorded(bot)) == in_database(bot) else None
    )
    assert len(records) == 3
    assert "Traceback" not in bot.log()


def test_ledger_when_unusable_and_only_to_be_warned_of_then_entries_pass_and_a_breaker_judges(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit={**SECTION, "on_ledger_failure": "warn"})
    open_positions(bot, *PAIRS[:3])
    close_position(bot, prices, PAIRS[0], 99.0)
    bot.when("the loss to be counted", lambda seen: seen["status"]["figures"][0]["value"] == 1)
    bot.loops()

    with replaced(bot.ledger, of_a_newer_kit(bot.files.root)):
        open_positions(bot, PAIRS[3])
        assert bot.lines(f"Entry on {PAIRS[3]} passed with a warning: LEDGER_UNAVAILABLE: ")

        # A bot that starts like that has a breaker all the same; with the ledger its own past is back.
        bot.kill()
        bot.start()
        bot.loops()
        close_position(bot, prices, PAIRS[1], 99.0)
        assert bot.rest.locks_on_all_pairs() == []
        close_position(bot, prices, PAIRS[2], 99.0)
        lock = wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED: limit=2, value=2")
    bot.when("the ledger to be back", lambda seen: seen["status"]["figures"][0]["value"] == 3)
    assert bot.rest.locks_on_all_pairs() == [lock]
    assert "Traceback" not in bot.log()


def of_a_newer_kit(folder: Path) -> bytes:
    """Give the content of a ledger that this version leaves alone."""
    file = folder / "newer.sqlite"
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE riskkit_schema_version (version_num TEXT)")
        connection.execute("INSERT INTO riskkit_schema_version VALUES ('9999')")
    return file.read_bytes()


def wait_for_denial(bot: Bot, pair: str, text: str) -> None:
    """Give a pair a signal until it was denied for the ledger's sake."""
    bot.hold(enter=[pair])
    denied = f"Entry on {pair} denied: LEDGER_UNAVAILABLE: "
    bot.wait_for(f"{denied}{text}", lambda: bot.lines(denied) and bot.lines(text))
    assert pair not in bot.open_pairs()
    bot.hold()


@contextmanager
def held_by_another_process(ledger: Path) -> Iterator[None]:
    """Hold a transaction that writes open."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
