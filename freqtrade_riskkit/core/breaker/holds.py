"""What keeps entries out: the trips that hold, and the cooldown after them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from freqtrade_riskkit.core.breaker.events import BreakerState, Trip, TripWay
from freqtrade_riskkit.core.breaker.figures import RuleFigure
from freqtrade_riskkit.core.breaker.policy import Action, BreakerPolicy, RuleName
from freqtrade_riskkit.core.breaker.readable import whole_minute
from freqtrade_riskkit.core.breaker.rolling import DAY
from freqtrade_riskkit.core.decisions import ALLOWED, Code, Decision, Unit


class Holds:
    """Trips that hold, at most one for each rule and one for each way by hand.

    Parameters
    ----------
    policy
        How trips end, and when one is one too many.
    trips, trip_times, cooldown_until
        What was there already.

    Attributes
    ----------
    cooldown_until
        End of the cooldown that an automatic end began; None where there is none. It may run while
        a trip by hand holds.
    """

    __slots__ = ("_policy", "_trip_times", "_trips", "cooldown_until")

    def __init__(
        self,
        policy: BreakerPolicy,
        trips: Iterable[Trip] = (),
        trip_times: Iterable[datetime] = (),
        cooldown_until: datetime | None = None,
    ) -> None:
        self._policy = policy
        self._trips = {(trip.rule, trip.way): trip for trip in trips}
        self._trip_times = deque(trip_times)
        self.cooldown_until = cooldown_until

    @property
    def state(self) -> BreakerState:
        """The state that follows from them."""
        if self._trips:
            return BreakerState.OPEN
        return BreakerState.CLOSED if self.cooldown_until is None else BreakerState.COOLDOWN

    @property
    def trips(self) -> tuple[Trip, ...]:
        """The trips that hold, in the order in which they came."""
        return tuple(self._trips.values())

    @property
    def trip_times(self) -> tuple[datetime, ...]:
        """Minutes of the automatic trips of the last 24 hours; those that joined one are left out."""
        return tuple(self._trip_times)

    @property
    def automatic(self) -> frozenset[RuleName]:
        """The rules whose own trip holds."""
        return frozenset(rule for rule, way in self._trips if way is TripWay.RULE)

    @property
    def action(self) -> Action | None:
        """The strongest action among the trips that hold; None where none does."""
        return Action.strongest(trip.action for trip in self._trips.values())

    def tripped(self, rule: RuleName) -> bool:
        """Say whether the rule's own trip holds."""
        return (rule, TripWay.RULE) in self._trips

    def by_hand(self, way: TripWay) -> Trip | None:
        """Give the trip by hand that holds by a way."""
        return self._trips.get((RuleName.MANUAL, way))

    def decide(self) -> Decision:
        """Say whether an entry may pass; of several trips the one that holds longest answers."""
        if self._trips:
            return longest(self._trips.values()).decision()
        if self.cooldown_until is not None:
            return Decision(False, Code.COOLDOWN, detail=f"until {self.cooldown_until:%Y-%m-%d %H:%M} UTC")
        return ALLOWED

    def trip(self, figure: RuleFigure, now: datetime) -> Trip:
        """Let a rule trip; one trip too many within 24 hours waits for a person."""
        times, minute = self._trip_times, whole_minute(now)
        while times and times[0] <= minute - DAY:
            times.popleft()
        joins = bool(times) and times[-1] >= minute and bool(self.automatic)
        if not joins:
            times.append(minute)
        until = self._policy.end_of(figure.rule).of_trip(now)
        most = self._policy.max_trips_per_day
        latched = most is not None and len(times) >= most and until is not None
        trip = Trip(
            rule=figure.rule,
            at=now,
            limit=figure.limit,
            value=figure.value,
            unit=figure.unit,
            until=None if latched else until,
            latched=latched,
            detail=figure.detail,
            action=self._policy.action_of(figure.rule),
        )
        self._trips[trip.rule, trip.way] = trip
        self.cooldown_until = None
        return trip

    def trip_by_hand(
        self, way: TripWay, now: datetime, detail: str, until: datetime | None, action: Action
    ) -> Trip | None:
        """Let somebody trip, or add to what holds by the same way; None where that says it all.

        Of two trips by one way the later end and the stronger action hold. A cooldown goes on.
        """
        if until is not None and until <= now:
            return None
        trip = Trip(RuleName.MANUAL, now, 0, 0, Unit.NONE, until, False, detail, way, action)
        held = self.by_hand(way)
        if held is not None:
            ends = [end for end in (held.until, until) if end is not None]
            trip = replace(
                trip,
                until=max(ends) if len(ends) == 2 else None,
                action=held.action if held.action.includes(action) else action,
            )
            if (trip.until, trip.action) == (held.until, held.action):
                return None
        self._trips[trip.rule, trip.way] = trip
        return trip

    def let_go(self, trip: Trip) -> None:
        """End a trip."""
        del self._trips[trip.rule, trip.way]

    def due(self, now: datetime) -> list[Trip]:
        """Give the trips whose end has come."""
        return [trip for trip in self._trips.values() if trip.until is not None and trip.until <= now]

    @property
    def next_end(self) -> datetime | None:
        """The first moment at which something ends by itself; None where nothing does."""
        ends = [trip.until for trip in self._trips.values() if trip.until is not None]
        return min([*ends, self.cooldown_until] if self.cooldown_until is not None else ends, default=None)


def longest(trips: Iterable[Trip]) -> Trip:
    """Give the trip that holds longest; those that wait for a person come last of all."""
    return max(trips, key=_hold)


def _hold(trip: Trip) -> tuple[bool, datetime]:
    """Order trips by how long they hold; those that wait for a person come last."""
    return (trip.until is None, trip.until or trip.at)
