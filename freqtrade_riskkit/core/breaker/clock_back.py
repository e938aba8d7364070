"""A clock that was ahead for a while, and what it left in the breaker's memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from freqtrade_riskkit.core.breaker.memory import BreakerMemory


def turned_back(memory: BreakerMemory, now: datetime) -> BreakerMemory:
    """Move back what was noted by a clock that was ahead.

    A moment later than `now` can only come from that clock: it is moved back by as much as the last moment
    noted is ahead of `now`. Earlier moments are right as they are, and ends stay where they are: should the
    clock be wrong now and have been right before, no trip and no cooldown ends too early for it. What the
    clock let pass for good, a day's boundary or a sample that grew too old, doesn't come back.

    Parameters
    ----------
    memory
        Whose last moment lies after `now`.
    now
        The present, in UTC.
    """
    ahead = memory.now - now

    def back(moment: datetime) -> datetime:
        return min(moment - ahead, now) if moment > now else moment

    return replace(
        memory,
        now=now,
        samples=tuple(sorted((back(at), equity) for at, equity in memory.samples)),
        active=tuple(replace(trip, at=back(trip.at)) for trip in memory.active),
        trip_times=tuple(sorted(back(at) for at in memory.trip_times)),
        order_times=tuple(sorted(back(at) for at in memory.order_times)),
    )
