"""Locks on all pairs that a person made, told from those of protections, strategies and the kit.

A person makes a lock through Freqtrade's REST interface, FreqUI included; there is no other door. So a lock
is marked where it comes through that door, in the bot's own database, and stays a person's over restarts.
What protections or a strategy's code lock never goes through it. A lock that was written into the database by
other means, or before the kit was there, is nobody's: Freqtrade keeps to it, the breaker doesn't adopt it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from freqtrade.persistence import KeyValueStore, PairLocks
from freqtrade.persistence.key_value_store import KeyStoreKeys
from freqtrade.persistence.models import PairLock
from freqtrade.rpc import RPC

from freqtrade_riskkit.host.locks import ALL_PAIRS, is_worded_as_own
from freqtrade_riskkit.host.reasons import printable
from freqtrade_riskkit.host.strategy_class import carries_kit
from freqtrade_riskkit.host.translation import utc

BOTH_SIDES = "*"

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class ForeignLock:
    """What people's locks on all pairs come to.

    Attributes
    ----------
    until
        End of the one that ends last, UTC.
    reason
        Its reason; printable, may be empty.
    """

    until: datetime
    reason: str


def hook_locks(once: Callable[[Any, str, Wrap], None]) -> None:
    """Wrap the door through which people make locks; `once` does it only once."""
    once(RPC, "_rpc_add_lock", _mark)


def foreign_lock(now: datetime) -> ForeignLock | None:
    """Give what people's active locks on all pairs and both sides come to; None where there is none.

    A backtest has none.
    """
    last = max(_peoples(now), key=lambda lock: utc(lock.lock_end_time), default=None)
    return ForeignLock(utc(last.lock_end_time), printable(last.reason or "")) if last is not None else None


def end_foreign_locks(now: datetime) -> None:
    """End people's active locks on all pairs, as Freqtrade does where a person deletes one."""
    for lock in _peoples(now):
        lock.active = False
        lock.lock_end_time = now
    if PairLocks.use_db:
        PairLock.session.commit()


def _peoples(now: datetime) -> list[PairLock]:
    if not PairLocks.use_db:
        return []
    return [
        lock
        for lock in PairLocks.get_pair_locks(ALL_PAIRS, now)
        if lock.side == BOTH_SIDES and _is_marked(lock)
    ]


def _mark(original: Callable[..., Any]) -> Callable[..., Any]:
    """Mark what comes in as a person's.

    With a reason in the kit's own words, copied from one of its locks or alerts, the kit could take it for
    its own.
    """

    @functools.wraps(original)
    def _rpc_add_lock(self: Any, pair: str, until: datetime, reason: str | None, side: str) -> Any:
        if pair != ALL_PAIRS or side != BOTH_SIDES or not carries_kit(self._freqtrade.strategy):
            return original(self, pair, until, reason, side)
        if is_worded_as_own(reason):
            reason = f"by hand: {reason}"
        lock = original(self, pair, until, reason, side)
        KeyValueStore.store_value(_key(lock), utc(lock.lock_time))
        return lock

    return _rpc_add_lock


def _is_marked(lock: PairLock) -> bool:
    """Say whether a lock is a person's. Its time tells it from an earlier one of the same number."""
    return KeyValueStore.get_datetime_value(_key(lock)) == utc(lock.lock_time)


def _key(lock: PairLock) -> KeyStoreKeys:
    return cast(KeyStoreKeys, f"riskkit_lock_{lock.id}")
