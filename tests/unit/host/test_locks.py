"""The kit's locks: which ones are its own, and when a person took one back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from freqtrade.persistence import PairLocks
from freqtrade.persistence.models import PairLock
from sqlalchemy import event

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host import locks
from tests.unit.host.freqtrade_database import end_lock_at, freqtrade_database

TEN = datetime(2026, 3, 2, 10, 0, 3, 250_000, tzinfo=UTC)
HOUR = timedelta(hours=1)
REASON = locks.marked("CONSECUTIVE_LOSSES_EXCEEDED: limit=5, value=5")


@pytest.fixture(autouse=True)
def _database() -> Iterator[None]:
    with freqtrade_database():
        yield


def test_lock_when_a_person_deleted_it_then_known_when_at_once_and_after_the_bot_was_down() -> None:
    lock = locks.lock_all(REASON, TEN + HOUR, TEN)
    assert locks.deleted_at(REASON, TEN, TEN) is None
    deleted = TEN + timedelta(minutes=7, seconds=1, microseconds=500)
    end_lock_at(lock, deleted)
    for later in (timedelta(minutes=8), timedelta(minutes=50), timedelta(hours=3)):
        assert locks.deleted_at(REASON, TEN, TEN + later) == deleted


def test_lock_when_it_holds_until_a_person_deletes_it_then_the_deletion_is_seen() -> None:
    lock = locks.lock_all(REASON, None, TEN)
    end_lock_at(lock, TEN + timedelta(days=3))
    assert locks.deleted_at(REASON, TEN, TEN + timedelta(days=3, seconds=5)) == TEN + timedelta(days=3)


def test_lock_when_the_kit_took_it_back_then_a_later_episode_with_its_reason_isnt_deleted() -> None:
    """Tripped at 10:00 until 11:00, reset at 10:10; tripped again alike at 10:30, until 11:30."""
    locks.release([locks.lock_all(REASON, TEN + HOUR, TEN)])
    again = TEN + HOUR / 2
    for now in (again, again + timedelta(minutes=45)):
        assert locks.deleted_at(REASON, again, now) is None


def test_lock_when_deleted_in_an_earlier_episode_then_the_later_one_with_its_reason_isnt() -> None:
    lock = locks.lock_all(REASON, TEN + HOUR, TEN)
    end_lock_at(lock, TEN + timedelta(minutes=10))
    again = TEN + HOUR / 2
    assert locks.deleted_at(REASON, again, again) is None

    second = locks.lock_all(REASON, again + HOUR, again)
    assert second.id != lock.id
    end_lock_at(second, again + timedelta(seconds=4))
    assert locks.deleted_at(REASON, again, again + timedelta(seconds=5)) == again + timedelta(seconds=4)


def test_cooldown_when_its_lock_is_deleted_then_seen_though_nobody_knows_since_when() -> None:
    reason = "COOLDOWN: until 2026-03-02 10:15 UTC"
    lock = locks.lock_all(reason, TEN + timedelta(minutes=15), TEN)
    assert locks.deleted_at(reason, None, TEN) is None
    end_lock_at(lock, TEN + timedelta(minutes=2))
    assert locks.deleted_at(reason, None, TEN + timedelta(minutes=3)) == TEN + timedelta(minutes=2)


def test_lock_when_it_ran_out_then_that_is_no_deletion() -> None:
    locks.lock_all(REASON, TEN + HOUR, TEN)
    assert locks.deleted_at(REASON, TEN, TEN + 2 * HOUR) is None


def test_lock_when_strategy_code_unlocked_it_then_that_is_no_persons_doing() -> None:
    locks.lock_all(REASON, TEN + HOUR, TEN)
    PairLocks.unlock_reason(REASON, TEN)
    assert locks.own_locks(TEN) == []
    assert locks.deleted_at(REASON, TEN, TEN + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("reason", "is_own"),
    [
        (REASON, True),
        ("MANUAL_TRIP (riskkit)", True),
        ("MANUAL_TRIP: by command (riskkit)", True),
        ("MANUAL_TRIP: by command: not for (riskkit) alone (riskkit)", True),
        ("MANUAL_TRIP", False),
        ("MANUAL_TRIP: by command", False),
        ("COOLDOWN: my own rest after a sale", False),
        ("COOLDOWN: as (riskkit) does it", False),
        ("MANUAL_TRIPS: by command (riskkit)", False),
        ("by hand: MANUAL_TRIP: by command (riskkit)", False),
        ("my rest (riskkit)", False),
        ("Cooldown period for 5 min.", False),
        ("", False),
        (None, False),
    ],
)
def test_lock_when_its_reason_is_a_code_and_marked_then_it_is_the_kits(
    reason: str | None, is_own: bool
) -> None:
    """A strategy may well give a lock of its own a reason that begins like one of the kit's."""
    PairLocks.lock_pair("*", TEN + HOUR, reason, now=TEN)
    PairLocks.lock_pair("BTC/USDT", TEN + HOUR, REASON, now=TEN)
    assert [lock.reason for lock in locks.own_locks(TEN)] == ([reason] if is_own else [])
    assert locks.only_own_locks(TEN, "long") == is_own


def test_codes_when_listed_then_each_makes_a_lock_the_kits() -> None:
    assert all(locks.is_own(locks.marked(f"{code}: detail")) for code in Code)


def test_reason_when_it_is_long_then_cut_before_its_mark_and_freqtrades_column_holds_it() -> None:
    """A column of PostgreSQL refuses what is longer."""
    reason = locks.marked(f"MANUAL_TRIP: {'x' * 300}")
    assert len(reason) == PairLock.__table__.c.reason.type.length
    assert locks.is_own(reason)


def test_lock_when_an_earlier_version_left_it_unmarked_then_known_by_the_very_words_that_are_wanted() -> None:
    """Else it would outlive the trip that it stands for."""
    PairLocks.lock_pair("*", TEN + HOUR, "DRAWDOWN_EXCEEDED: limit=0.1500, value=0.1600", now=TEN)
    PairLocks.lock_pair("*", TEN + 2 * HOUR, None, now=TEN)
    wanted = locks.marked("DRAWDOWN_EXCEEDED: limit=0.1500, value=0.1600")
    assert [lock.lock_end_time_utc for lock in locks.own_locks(TEN, wanted)] == [
        PairLocks.get_pair_locks("*", TEN)[0].lock_end_time_utc
    ]
    assert locks.own_locks(TEN, locks.marked("DRAWDOWN_EXCEEDED: limit=0.1500, value=0.1601")) == []
    assert locks.own_locks(TEN) == []


def test_deletion_when_it_is_asked_for_then_other_locks_are_not_loaded() -> None:
    """A bot's database keeps every lock it ever had, and the question comes in each loop."""
    for number in range(3):
        PairLocks.lock_pair("BTC/USDT", TEN + HOUR, f"Cooldown {number}", now=TEN)
        locks.release([locks.lock_all(f"COOLDOWN: {number}", TEN + HOUR, TEN)])
    end_lock_at(locks.lock_all(REASON, TEN + HOUR, TEN), TEN + timedelta(minutes=7, seconds=1))
    PairLock.session.expunge_all()
    loaded: list[str | None] = []

    def note(lock: PairLock, _: object) -> None:
        loaded.append(lock.reason)

    event.listen(PairLock, "load", note)
    try:
        assert locks.deleted_at(REASON, TEN, TEN + HOUR) is not None
    finally:
        event.remove(PairLock, "load", note)
    assert loaded == [REASON]
