"""What is done by hand, how the breaker takes it, and what the person is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerEvent,
    CircuitBreaker,
    Recovered,
    ResetWay,
    RuleName,
    Trip,
    TripEnded,
    TripWay,
)


@dataclass(frozen=True, slots=True)
class HandTrip:
    """Somebody wants the breaker tripped.

    Attributes
    ----------
    way
        By which way.
    detail
        Which, and for what reason; printable and short enough for a lock.
    until
        When it ends by itself; None where a person has to end it.
    action
        What is to be done; None leaves it to the config.
    number
        Of the request that is to be answered; None where there is none.
    """

    way: TripWay
    detail: str
    until: datetime | None = None
    action: Action | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class HandReset:
    """Somebody wants trips to end; a request that is to be answered.

    Attributes
    ----------
    number
        Of the request.
    asked_at
        When it was asked. A trip of a later moment is none of its business.
    rule
        The one rule that is meant; None means all.
    """

    number: int
    asked_at: datetime
    rule: RuleName | None

    def ends(self, trip: Trip) -> bool:
        """Say whether a trip is to end."""
        return trip.at <= self.asked_at and self.rule in (None, trip.rule)


@dataclass(frozen=True, slots=True)
class HandEnd:
    """What one way of tripping hung on is gone: its trips are to end.

    Attributes
    ----------
    trip_way
        The way of tripping.
    way
        How its trips end.
    """

    trip_way: TripWay
    way: ResetWay


HandDeed = HandTrip | HandReset | HandEnd


def take(deed: HandDeed, breaker: CircuitBreaker, now: datetime) -> list[BreakerEvent]:
    """Let the breaker do what somebody wants, and give its events.

    A reset that ends every trip that holds ends a cooldown too. Where a later trip holds, that one, and with
    it the breaker, stays as it is.
    """
    if isinstance(deed, HandTrip):
        return breaker.trip(deed.way, now, deed.detail, deed.until, deed.action)
    if isinstance(deed, HandEnd):
        return breaker.end_manual(deed.trip_way, now, deed.way)
    chosen = [trip for trip in breaker.active_trips if deed.ends(trip)]
    if not chosen and (breaker.active_trips or deed.rule is not None):
        return []
    return end_trips(breaker, chosen, now, ResetWay.COMMAND)


def end_trips(
    breaker: CircuitBreaker, chosen: Iterable[Trip], at: datetime, way: ResetWay
) -> list[BreakerEvent]:
    """End trips as a person wants it, and the cooldown where no other trip holds; give the events."""
    events: list[BreakerEvent] = []
    rules = []
    for trip in chosen:
        if trip.is_manual:
            events += breaker.end_manual(trip.way, at, way)
        else:
            rules.append(trip.rule)
    return events + breaker.reset(at, way, rules)


def answer_to(deed: HandTrip | HandReset, events: Sequence[BreakerEvent], holding: Sequence[Trip]) -> str:
    """Say what came of a request.

    Parameters
    ----------
    events
        What the breaker did.
    holding
        The trips that hold now.
    """
    if isinstance(deed, HandTrip):
        return "tripped" if any(isinstance(event, Trip) for event in events) else "it was tripped already"
    ended = [event.trip for event in events if isinstance(event, TripEnded)]
    if ended:
        said = f"ended {_names(ended)}"
    elif any(isinstance(event, Recovered) for event in events):
        said = "nothing was tripped; the cooldown ended"
    else:
        said = "nothing was tripped" if not holding else "nothing that was meant was tripped"
    return f"{said}; still tripped: {_names(holding)}" if holding else said


def _names(trips: Sequence[Trip]) -> str:
    return ", ".join(f"{trip.code} ({trip.detail})" if trip.is_manual else str(trip.code) for trip in trips)
