"""The kit's locks among Freqtrade's: one on all pairs for each trip, with its numbers as reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from freqtrade.persistence import PairLocks
from freqtrade.persistence.models import PairLock
from sqlalchemy import select

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host.translation import utc

ALL_PAIRS = "*"
UNTIL_RESET = datetime(2100, 1, 1, tzinfo=UTC)
_CODES = frozenset(Code)
_MARK = " (riskkit)"
"""Ends the reason of each lock of the kit: a strategy's own may begin like one."""
_MOST = 255
"""Characters that Freqtrade's column for a reason holds."""


@dataclass(frozen=True, slots=True)
class LeftLock:
    """A lock of the kit that stands for something that nobody remembers.

    Attributes
    ----------
    text
        What it says, without the mark.
    until
        Its end, UTC; None where it waits for a person.
    """

    text: str
    until: datetime | None


def lock_end(until: datetime | None) -> datetime:
    """Give the end to ask Freqtrade for, which rounds it up to the end of a candle.

    Freqtrade adds a whole candle where the end falls on a boundary; one second less avoids that.
    Without an end the lock holds until a person deletes it.
    """
    return UNTIL_RESET if until is None else until - timedelta(seconds=1)


def marked(text: str) -> str:
    """Give the reason of a lock of the kit: what it says, and the mark that tells it from everybody else's.

    Examples
    --------
    >>> marked("MANUAL_TRIP: by command")
    'MANUAL_TRIP: by command (riskkit)'
    """
    return f"{text[: _MOST - len(_MARK)]}{_MARK}"


def lock_all(reason: str, until: datetime | None, now: datetime) -> PairLock:
    """Lock all pairs, or give the lock that stands already for the same reason and end."""
    return PairLocks.lock_pair(ALL_PAIRS, lock_end(until), reason, now=now)


def own_locks(now: datetime, wanted: str = "") -> list[PairLock]:
    """Give the kit's active locks on all pairs.

    An earlier version left its locks unmarked: one that says word for word what the lock that is `wanted`
    says is the kit's as well.
    """
    return [
        lock
        for lock in PairLocks.get_pair_locks(ALL_PAIRS, now)
        if lock.pair == ALL_PAIRS and (is_own(lock.reason) or marked(lock.reason or "") == wanted)
    ]


def is_own(reason: str | None) -> bool:
    """Say whether a reason is the kit's: worded so, and marked."""
    text = reason or ""
    return text.endswith(_MARK) and is_worded_as_own(text.removesuffix(_MARK))


def is_worded_as_own(reason: str | None) -> bool:
    """Say whether a reason begins as the kit's do, whosever it is: a code, alone or before its numbers."""
    return (reason or "").partition(":")[0] in _CODES


def left_standing(now: datetime, explained: Collection[str]) -> LeftLock | None:
    """Give the lock of the kit that ends last of those whose reason isn't `explained`; None without one."""
    left = [lock for lock in own_locks(now) if lock.reason not in explained]
    last = max(left, key=lambda lock: utc(lock.lock_end_time), default=None)
    if last is None:
        return None
    end = utc(last.lock_end_time)
    return LeftLock(_text(last), None if end >= UNTIL_RESET else end)


def only_own_locks(now: datetime, side: str) -> bool:
    """Say whether locks stand on all pairs for entries of this side, and all of them are the kit's."""
    standing = PairLocks.get_pair_locks(ALL_PAIRS, now, side)
    return bool(standing) and all(is_own(lock.reason) for lock in standing)


def deleted_at(reason: str, since: datetime | None, now: datetime) -> datetime | None:
    """Say when a person took a lock of the kit back, `since` or later; None where nobody did.

    Deleting a lock by Telegram, FreqUI or REST leaves its row inactive, ended at that moment. The kit
    itself, where it takes a lock back, leaves the end as it was: on a whole minute, for locks end with
    candles. So a lock of an earlier episode with the same reason isn't mistaken for a deleted one.
    """
    ends = (
        utc(lock.lock_end_time)
        for lock in _taken_back(reason)
        if utc(lock.lock_time) <= now and not _ends_on_a_minute(lock)
    )
    return max((end for end in ends if since is None or end >= since), default=None)


def release(locks: list[PairLock]) -> None:
    """Take locks back, their ends left as they are: a person's deletion looks different."""
    for lock in locks:
        lock.active = False
    if PairLocks.use_db:
        PairLock.session.commit()


def release_own(now: datetime) -> list[str]:
    """Take all of the kit's locks back, and give what they said."""
    standing = own_locks(now)
    release(standing)
    return [_text(lock) for lock in standing]


def _text(lock: PairLock) -> str:
    return (lock.reason or "").removesuffix(_MARK)


def _taken_back(reason: str) -> Sequence[PairLock]:
    """Give the inactive locks on all pairs with this reason; a bot's database keeps all it ever had."""
    if not PairLocks.use_db:
        return [
            lock
            for lock in PairLocks.locks
            if lock.pair == ALL_PAIRS and not lock.active and lock.reason == reason
        ]
    meant = (PairLock.pair == ALL_PAIRS) & PairLock.active.is_(False) & (PairLock.reason == reason)
    return PairLock.session.scalars(select(PairLock).where(meant)).all()


def _ends_on_a_minute(lock: PairLock) -> bool:
    return lock.lock_end_time.second == 0 and lock.lock_end_time.microsecond == 0
