"""The kit's locks among Freqtrade's: one on all pairs for each trip, with its numbers as reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from freqtrade.persistence import PairLocks
from freqtrade.persistence.models import PairLock

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host.translation import utc

ALL_PAIRS = "*"
UNTIL_RESET = datetime(2100, 1, 1, tzinfo=UTC)
_CODES = tuple(f"{code}:" for code in Code)


def lock_end(until: datetime | None) -> datetime:
    """Give the end to ask Freqtrade for, which rounds it up to the end of a candle.

    Freqtrade adds a whole candle where the end falls on a boundary; one second less avoids that.
    Without an end the lock holds until a person deletes it.
    """
    return UNTIL_RESET if until is None else until - timedelta(seconds=1)


def lock_all(reason: str, until: datetime | None, now: datetime) -> PairLock:
    """Lock all pairs, or give the lock that stands already for the same reason and end."""
    return PairLocks.lock_pair(ALL_PAIRS, lock_end(until), reason, now=now)


def own_locks(now: datetime) -> list[PairLock]:
    """Give the kit's active locks on all pairs."""
    return [
        lock
        for lock in PairLocks.get_pair_locks(ALL_PAIRS, now)
        if lock.pair == ALL_PAIRS and (lock.reason or "").startswith(_CODES)
    ]


def was_deleted(reason: str, until: datetime | None, since: datetime | None, now: datetime) -> bool:
    """Say whether a person took a lock of the kit back after `since` and before its end.

    Deleting a lock by Telegram, FreqUI or REST leaves its row inactive, ended at that moment. The kit
    itself, where it takes a lock back, leaves the end as it was.
    """
    return any(
        not lock.active
        and lock.reason == reason
        and utc(lock.lock_end_time) < lock_end(until)
        and (since is None or utc(lock.lock_end_time) >= since)
        for lock in PairLocks.get_all_locks()
        if lock.pair == ALL_PAIRS and utc(lock.lock_time) <= now
    )


def release(locks: list[PairLock]) -> None:
    """Take locks back, their ends left as they are: a person's deletion looks different."""
    for lock in locks:
        lock.active = False
    if PairLocks.use_db:
        PairLock.session.commit()
