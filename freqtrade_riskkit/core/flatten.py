"""Selling everything after a trip: once for each trip, and only on prices that were seen twice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FlattenMemory:
    """What must outlive the process.

    Attributes
    ----------
    began_at
        Moment of the newest trip that was answered; None before the first.
    waiting
        Positions still to be sold, each with the rate that a second one has to agree with; None where
        no rate was seen yet.
    selling
        Positions whose exit is asked for until it is done.
    confirmed
        Whether the loss was seen twice, so that positions may be sold.
    """

    began_at: datetime | None = None
    waiting: dict[int, float | None] = field(default_factory=dict)
    selling: frozenset[int] = frozenset()
    confirmed: bool = False


class Flatten:
    """Decides which positions are to be sold at the market, now.

    A trip names the positions that are open at its moment. Each is sold once two rates of it, the one at
    the trip and a later one, agree within `agreement`. Where they don't agree, the later one becomes the
    first of the next two. And nothing is sold before the loss itself was there twice, at the marks of two
    looks in a row (`weigh`): one bad tick of one pair sells neither that one nor the others.

    Parameters
    ----------
    agreement
        Largest difference of the two rates as a fraction of the first, in (0, 1).
    memory
        Where to go on from.

    Notes
    -----
    Positions that are opened after the trip, by a person's override, are left alone, and so is one
    whose exit the strategy refused. When the trip ends, what isn't sold yet is kept.
    """

    __slots__ = ("_agreement", "_began_at", "_confirmed", "_priced", "_selling", "_stood", "_waiting")

    def __init__(self, agreement: float, memory: FlattenMemory | None = None) -> None:
        known = memory if memory is not None else FlattenMemory()
        self._agreement = agreement
        self._began_at = known.began_at
        self._waiting = dict(known.waiting)
        self._selling = set(known.selling)
        self._confirmed = known.confirmed
        self._stood = False
        self._priced = False

    @property
    def is_pending(self) -> bool:
        """Whether there is anything left to sell."""
        return bool(self._waiting or self._selling)

    @property
    def is_confirmed(self) -> bool:
        """Whether the loss was seen twice, so that positions are sold as soon as their rates agree."""
        return self._confirmed

    def begin(self, tripped_at: datetime, marks: Mapping[int, float | None], confirmed: bool = False) -> bool:
        """Answer a trip, given the rates that it was judged by; False where it was answered before.

        Parameters
        ----------
        confirmed
            Whether the trip needs no second look at a loss: it has none, or its prices can't be wrong.
        """
        if self._began_at is not None and tripped_at <= self._began_at:
            return False
        self._began_at = tripped_at
        self._confirmed = confirmed or bool(self._selling)
        self._stood, self._priced = True, False
        self._waiting.update(
            {trade: _rate(rate) for trade, rate in marks.items() if trade not in self._selling}
        )
        return True

    def turn_back(self, now: datetime) -> None:
        """Let no trip of before count as later than now: the clock was ahead."""
        if self._began_at is not None and self._began_at > now:
            self._began_at = now

    def weigh(self, stands: bool) -> None:
        """Take in, at a look after the trip's, whether the loss still is at its limit.

        Where it isn't, the positions wait: it takes two looks in a row again.
        """
        if not stands:
            self._stood = False
        elif not self._stood:
            self._stood, self._priced = True, False
        elif self._priced:
            self._confirmed = True

    def sells(self, trade_id: int, rate: float) -> bool:
        """Say whether a position is to be sold at its rate now; one that can't be read decides nothing."""
        if trade_id in self._selling:
            return True
        now = _rate(rate)
        if trade_id not in self._waiting or now is None:
            return False
        first = self._waiting[trade_id]
        self._priced = True
        if first is None or abs(now - first) > self._agreement * first or not self._confirmed:
            self._waiting[trade_id] = now
            return False
        del self._waiting[trade_id]
        self._selling.add(trade_id)
        return True

    def leave(self, trade_id: int) -> None:
        """Ask no more for a position: it was sold, or its exit was refused."""
        self._waiting.pop(trade_id, None)
        self._selling.discard(trade_id)

    def keep_only(self, trade_ids: Iterable[int]) -> None:
        """Forget positions that are no longer open."""
        still = set(trade_ids)
        for trade_id in [*self._waiting, *self._selling]:
            if trade_id not in still:
                self.leave(trade_id)

    def stop(self) -> None:
        """Sell nothing more: the trip ended."""
        self._waiting.clear()
        self._selling.clear()
        self._confirmed = False

    def remember(self) -> FlattenMemory:
        """Give the state as plain values."""
        return FlattenMemory(self._began_at, dict(self._waiting), frozenset(self._selling), self._confirmed)


def _rate(rate: float | None) -> float | None:
    return rate if rate is not None and math.isfinite(rate) and rate > 0 else None
