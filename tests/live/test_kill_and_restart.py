"""The breaker's state outlives a bot that is killed, and follows what people did meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from tests.live import database
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import generations
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

BREAKER = {
    "daily_loss": {"limit": 0.01, "stop_duration": 300},
    "drawdown": {"limit": 0.05},
    "loss_streak": {"limit": 4},
    "max_trips_per_day": 2,
}
REMEMBERED = ("breaker", "equity", "peak", "day_loss", "figures", "trips")


def test_tripped_bot_when_killed_then_it_goes_on_where_it_was(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit={"circuit_breaker": BREAKER})
    open_positions(bot, *PAIRS[:5])
    close_position(bot, prices, PAIRS[0], 103.0)
    close_position(bot, prices, PAIRS[1], 94.0)
    before = bot.when("a loss of 60", lambda seen: seen["status"]["equity"] == pytest.approx(9_970))
    assert before["status"]["breaker"] == "closed"

    # Not tripped yet: equity, peak, baselines and the streak are what they were.
    bot.restart()
    assert remembered(bot.loops()) == remembered(before)
    assert bot.rest.locks_on_all_pairs() == []

    close_position(bot, prices, PAIRS[2], 93.0)
    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=100.00 USDT, value=100.00 USDT")
    before = bot.when("the trip", lambda seen: seen["status"]["trips"])

    # Tripped: one lock, the same one, and no entry by signal.
    bot.restart()
    bot.hold(enter=[PAIRS[7]])
    seen = bot.loops(3)
    assert remembered(seen) == remembered(before)
    assert bot.rest.locks_on_all_pairs() == [lock]
    assert bot.open_pairs() == {PAIRS[3], PAIRS[4]}

    # A lock whose row is lost is no reset: it is written again.
    bot.kill()
    assert database.remove_locks(bot.database) == 1
    bot.start()
    assert wait_for_lock(bot, lock["reason"])["lock_end_time"] == lock["lock_end_time"]
    assert bot.loops()["status"]["breaker"] == "open"

    # A lock that a person ended while the bot was down is one: entries pass, the same loss trips nothing.
    bot.kill()
    assert database.end_locks(bot.database) == 1
    bot.start()
    bot.wait_for("the entry to pass", lambda: PAIRS[7] in bot.open_pairs())
    seen = bot.loops()
    assert seen["status"]["breaker"] == "closed"
    assert bot.rest.locks_on_all_pairs() == []
    assert seen["status"]["day_loss"] == pytest.approx(100)
    assert len(generations(bot.ledger)) == 1

    # The first trip still counts: the second one within a day holds until a person resets it.
    close_position(bot, prices, PAIRS[3], 90.0)
    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=99.00 USDT, value=100.00 USDT")
    assert until(lock) >= HELD_UNTIL_RESET
    assert "Traceback" not in bot.log()


def test_bot_when_killed_before_it_saved_a_loss_then_the_loss_trips_at_the_restart(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """The database has the trades; the ledger is put back to what it was before they closed."""
    bot = start_bot(riskkit={"circuit_breaker": BREAKER})
    open_positions(bot, *PAIRS[:3])
    close_position(bot, prices, PAIRS[0], 99.0)
    bot.when("the first loss", lambda seen: seen["status"]["equity"] == pytest.approx(9_990))
    bot.kill()
    kept = bot.ledger.read_bytes()
    wal = bot.ledger.with_name(f"{bot.ledger.name}-wal")
    kept_wal = wal.read_bytes() if wal.exists() else None

    bot.start()
    close_position(bot, prices, PAIRS[1], 95.0)
    close_position(bot, prices, PAIRS[2], 95.0)
    lock = wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=100.00 USDT, value=110.00 USDT")
    bot.kill()
    assert database.remove_locks(bot.database) == 1
    bot.ledger.write_bytes(kept)
    wal.unlink(missing_ok=True)
    if kept_wal is not None:
        wal.write_bytes(kept_wal)

    bot.hold(enter=[PAIRS[5]])
    bot.start()
    assert wait_for_lock(bot, "DAILY_LOSS_EXCEEDED")["reason"] == lock["reason"]
    assert bot.open_pairs() == set()


@in_dry_run_and_live("A1")
def test_bot_when_its_database_is_deleted_then_a_new_generation_begins(
    start_bot: StartBot, prices: SteeredPrices, overlay: Mapping[str, Any]
) -> None:
    bot = start_bot(riskkit={"circuit_breaker": {"loss_streak": {"limit": 1}}})
    open_positions(bot, PAIRS[0])
    close_position(bot, prices, PAIRS[0], 99.0)
    wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED")
    name = f"freqtrade@binance:spot:{'live' if bot.live else 'dry'}"
    assert bot.loops()["account_id"] == name

    bot.kill()
    for file in bot.files.root.glob("trades.sqlite*"):
        file.unlink()
    bot.start()

    seen = bot.loops()
    assert (seen["status"]["breaker"], seen["metrics"]["trades"]) == ("closed", 0)
    rows = generations(bot.ledger)
    assert [(account, number) for account, number, _ in rows] == [(name, 1), (name, 2)]
    assert len({fingerprint for _, _, fingerprint in rows}) == 2
    wait_for_no_lock(bot)

    # A name of one's own is another account, of the same database.
    bot.reload({"account_id": "main", "circuit_breaker": BREAKER})
    assert bot.loops()["account_id"] == "main"
    assert generations(bot.ledger) == [*rows, ("main", 1, rows[1][2])]

    # Neither name nor mark is made of a key, and no key is kept.
    exchange = overlay["exchange"]
    marks = {hashlib.new(kind, exchange["key"].encode()).hexdigest() for kind in ("sha256", "sha1", "md5")}
    assert not {mark[:32] for mark in marks} & {fingerprint[:32] for _, _, fingerprint in rows}
    bot.kill()
    kept = b"".join(file.read_bytes() for file in bot.ledger.parent.glob(f"{bot.ledger.name}*"))
    assert name.encode() in kept
    assert exchange["key"].encode() not in kept
    assert exchange["secret"].encode() not in kept


def remembered(seen: dict[str, Any]) -> dict[str, Any]:
    """Give what the breaker has to know again after a restart."""
    return {name: seen["status"][name] for name in REMEMBERED}
