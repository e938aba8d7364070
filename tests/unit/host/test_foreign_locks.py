"""People's locks on all pairs are told from every other lock, over restarts too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from freqtrade.persistence import KeyValueStore, PairLocks, Trade
from freqtrade.persistence.models import PairLock
from freqtrade.plugins.protectionmanager import ProtectionManager
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from freqtrade_riskkit.host import locks
from freqtrade_riskkit.host.foreign_locks import ForeignLock, end_foreign_locks, foreign_lock
from tests.unit.host.freqtrade_database import delete_lock, freqtrade_database, rpc

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _database() -> Iterator[None]:
    with freqtrade_database():
        yield


@pytest.fixture
def now() -> datetime:
    """REST has no other clock than the machine's; whole candles from now on."""
    moment = datetime.now(UTC).replace(second=0, microsecond=0)
    return moment - timedelta(minutes=moment.minute % 5)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def lock_by_rest(until: datetime, reason: str | None = "exchange looks odd", **place: str) -> PairLock:
    made: PairLock = rpc()._rpc_add_lock(place.get("pair", "*"), until, reason, place.get("side", "*"))
    return made


def test_lock_when_a_person_made_it_by_rest_then_adopted_with_its_end_and_reason(now: datetime) -> None:
    """Freqtrade rounds an end on a boundary up by a whole candle."""
    lock_by_rest(now + HOUR)
    assert foreign_lock(soon()) == ForeignLock(now + HOUR + timedelta(minutes=5), "exchange looks odd")


def test_lock_when_the_bot_starts_anew_then_still_a_persons(now: datetime) -> None:
    lock_by_rest(now + HOUR)
    Trade.session.remove()
    assert foreign_lock(soon()) is not None


def test_locks_when_several_stand_then_the_one_that_ends_last_counts(now: datetime) -> None:
    lock_by_rest(now + 2 * HOUR, "long")
    lock_by_rest(now + HOUR, "short")
    found = foreign_lock(soon())
    assert found is not None
    assert found.reason == "long"


def test_lock_when_a_protection_made_it_then_not_a_persons() -> None:
    """Through Freqtrade's own manager, with the reason that a person gave to another lock."""

    class Stop(IProtection):
        has_global_stop = True
        has_local_stop = False

        def short_desc(self) -> str:
            return "stop"

        def global_stop(self, date_now: datetime, side: str, starting_balance: float) -> ProtectionReturn:
            return ProtectionReturn(lock=True, until=date_now + HOUR, reason="exchange looks odd")

        def stop_per_pair(
            self, pair: str, date_now: datetime, side: str, starting_balance: float
        ) -> None: ...

    manager = ProtectionManager({"timeframe": "5m"}, [])
    manager._protection_handlers.append(Stop({"timeframe": "5m"}, {}))
    assert manager.global_stop() is not None
    assert PairLocks.is_global_lock()
    assert foreign_lock(soon()) is None


def test_lock_when_strategy_code_or_the_kit_made_it_then_not_a_persons(now: datetime) -> None:
    PairLocks.lock_pair("*", now + HOUR, "the strategy's own")
    locks.lock_all("DRAWDOWN_EXCEEDED: limit=0.1500, value=0.1600", None, now)
    assert foreign_lock(soon()) is None


@pytest.mark.parametrize("place", [{"pair": "BTC/USDT"}, {"side": "long"}, {"side": "short"}])
def test_lock_when_it_stops_less_than_everything_then_not_adopted(
    now: datetime, place: dict[str, str]
) -> None:
    lock_by_rest(now + HOUR, **place)
    assert foreign_lock(soon()) is None


@pytest.mark.parametrize("mark", ["", " (riskkit)"])
def test_lock_when_its_reason_is_copied_from_the_kits_then_still_a_persons_and_not_the_kits(
    now: datetime, mark: str
) -> None:
    """From its lock, or from its alert of the trip that holds."""
    said = "DRAWDOWN_EXCEEDED: limit=0.1500, value=0.1600"
    copied = f"{said}{mark}"
    lock = lock_by_rest(now + HOUR, copied)
    assert locks.own_locks(soon(), wanted=locks.marked(said)) == []
    found = foreign_lock(soon())
    assert found is not None
    assert found.reason == lock.reason == f"by hand: {copied}"


def test_lock_when_its_reason_is_hostile_or_missing_then_made_fit(now: datetime) -> None:
    lock = lock_by_rest(now + HOUR, "a\x1b[2J\u202e\nforged line" + "x" * 100)
    found = foreign_lock(soon())
    assert found is not None
    assert found.reason == "a[2J"
    delete_lock(lock)
    lock_by_rest(now + HOUR, None)
    found = foreign_lock(soon())
    assert found is not None
    assert found.reason == ""


def test_lock_when_deleted_or_over_then_gone(now: datetime) -> None:
    lock = lock_by_rest(now + HOUR)
    assert foreign_lock(now + 2 * HOUR) is None
    delete_lock(lock)
    assert foreign_lock(soon()) is None


def test_locks_when_ended_by_the_kit_then_only_peoples_and_as_freqtrade_deletes_them(now: datetime) -> None:
    mine = lock_by_rest(now + HOUR)
    other = PairLocks.lock_pair("*", now + HOUR, "the strategy's own")
    at = soon()
    end_foreign_locks(at)
    assert foreign_lock(at) is None
    assert (mine.active, mine.lock_end_time_utc) == (False, at)
    assert other.active


def test_lock_when_its_number_was_given_before_then_not_a_persons(now: datetime) -> None:
    """SQLite gives a deleted row's number again."""
    lock = lock_by_rest(now + HOUR)
    number = lock.id
    PairLock.session.delete(lock)
    Trade.commit()
    again = PairLocks.lock_pair("*", now + HOUR, "the strategy's own")
    assert again.id == number
    assert KeyValueStore.get_datetime_value(f"riskkit_lock_{number}") is not None
    assert foreign_lock(soon()) is None


def test_lock_when_the_bots_strategy_has_no_kit_then_freqtrade_is_left_alone(now: datetime) -> None:
    lock = rpc(object())._rpc_add_lock("*", now + HOUR, "DRAWDOWN_EXCEEDED: copied (riskkit)", "*")
    assert lock.reason == "DRAWDOWN_EXCEEDED: copied (riskkit)"
    assert KeyValueStore.get_datetime_value(f"riskkit_lock_{lock.id}") is None


def test_locks_when_in_a_backtest_then_nothing_is_adopted(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PairLocks, "use_db", False)
    monkeypatch.setattr(PairLocks, "locks", [])
    PairLocks.lock_pair("*", now + HOUR, "the strategy's own", now=now)
    assert foreign_lock(soon()) is None
    end_foreign_locks(soon())
    assert PairLocks.locks[0].active
