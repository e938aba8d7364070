"""What the kit believes of Freqtrade where people trip, lock and pause by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from freqtrade.enums import State
from freqtrade.persistence.models import PairLock
from freqtrade.rpc.api_server.api_schemas import LocksPayload
from freqtrade.rpc.api_server.api_trading import add_locks, delete_lock, delete_lock_pair
from freqtrade.rpc.telegram import Telegram
from freqtrade.worker import Worker

from freqtrade_riskkit.host import locks
from freqtrade_riskkit.host.foreign_locks import foreign_lock
from tests.unit.host.freqtrade_database import freqtrade_database, rpc


class StubBot:
    """A bot that notes what its worker asks of it."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.seen: list[str] = []

    def startup(self) -> None:
        self.seen.append("startup")

    def process(self) -> None:
        self.seen.append("process")

    def process_stopped(self) -> None:
        self.seen.append("process_stopped")

    def check_for_open_trades(self) -> None: ...

    def notify_status(self, message: str) -> None: ...


@pytest.fixture
def _database() -> Iterator[None]:
    with freqtrade_database():
        yield


def test_worker_when_a_bot_starts_pauses_and_runs_again_then_it_starts_up_before_its_first_loop_only() -> (
    None
):
    """So a strategy that is introduced to its bot at start-up knows it in every loop."""
    worker: Any = object.__new__(Worker)
    worker._config = {"timeframe": "5m"}
    worker._throttle_secs = 0
    worker._heartbeat_interval = 0
    worker._sd_notify = None
    worker._sleep = lambda seconds: None
    worker.freqtrade = bot = StubBot(State.PAUSED)
    old = None
    for state in (State.PAUSED, State.RUNNING, State.PAUSED, State.STOPPED, State.RUNNING):
        bot.state = state
        old = worker._worker(old)
    assert bot.seen == ["startup", "process", "process", "process", "process_stopped", "startup", "process"]


@pytest.mark.usefixtures("_database")
def test_rest_when_it_adds_a_lock_then_it_goes_through_the_one_door_and_its_deletion_is_told_apart() -> None:
    """The end that a deletion leaves isn't a candle's; by it the kit tells it from a lock it took back."""
    door = rpc()
    until = datetime.now(UTC) + timedelta(hours=1)
    add_locks([LocksPayload(pair="*", until=until, reason="by a person")], door)
    found = foreign_lock(datetime.now(UTC))
    assert found is not None
    assert found.reason == "by a person"

    delete_lock_pair(SimpleNamespace(lockid=None, pair="*"), door)
    assert foreign_lock(datetime.now(UTC)) is None
    (lock,) = PairLock.get_all_locks().all()
    assert not lock.active
    assert lock.lock_end_time_utc <= datetime.now(UTC)
    assert (lock.lock_end_time.second, lock.lock_end_time.microsecond) != (0, 0)


@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize(
    "way", ["REST and FreqUI", "FreqUI, all of a pair", "Telegram", "Telegram, all of a pair"]
)
def test_lock_of_the_kit_when_deleted_by_any_way_of_a_person_then_the_kit_sees_it(way: str) -> None:
    """Telegram's handler is driven as it is; only who may ask, and the list that it answers, are left out."""
    door, now = rpc(), datetime.now(UTC)
    lock = locks.lock_all("MANUAL_TRIP: by command (riskkit)", None, now)
    match way:
        case "REST and FreqUI":
            delete_lock(lock.id, door)
        case "FreqUI, all of a pair":
            delete_lock_pair(SimpleNamespace(lockid=None, pair="*"), door)
        case _:

            async def say_nothing(update: object, context: object) -> None: ...

            asked = str(lock.id) if way == "Telegram" else "*"
            handler: Any = Telegram._delete_locks
            bot = SimpleNamespace(_rpc=door, _locks=say_nothing)
            asyncio.run(handler.__wrapped__(bot, None, SimpleNamespace(args=[asked])))
    deleted = locks.deleted_at("MANUAL_TRIP: by command (riskkit)", now, datetime.now(UTC))
    assert deleted is not None
    assert now <= deleted <= datetime.now(UTC)
    assert locks.own_locks(datetime.now(UTC)) == []
