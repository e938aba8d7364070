"""What the breaker reports: each change with its moment and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from freqtrade_riskkit.core.breaker.policy import CODE_OF_RULE, RuleName
from freqtrade_riskkit.core.decisions import Code, Decision, Unit


class BreakerState(StrEnum):
    """Closed lets entries through; open and cooldown deny them."""

    CLOSED = "closed"
    OPEN = "open"
    COOLDOWN = "cooldown"


class ResetWay(StrEnum):
    """How a trip came to its end."""

    TIME = "time"
    LOCK_DELETED = "lock_deleted"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Trip:
    """A rule that reached its limit.

    Attributes
    ----------
    at, until
        When it tripped, and when it ends by itself; `until` is None where a person has to reset it.
    limit, value, unit
        The limit and the figure at the trip.
    latched
        True where it would have ended by itself, had it not been one trip too many within 24 hours.
    detail
        What the figure was counted from.
    """

    rule: RuleName
    at: datetime
    limit: float
    value: float
    unit: Unit
    until: datetime | None
    latched: bool
    detail: str

    @property
    def code(self) -> Code:
        """The code that begins the lock's reason."""
        return CODE_OF_RULE[self.rule]

    def decision(self) -> Decision:
        """Give the denial that every entry gets while the trip lasts."""
        return Decision(False, self.code, self.limit, self.value, self.unit, self.detail)


@dataclass(frozen=True, slots=True)
class TripEnded:
    """A trip that let go."""

    trip: Trip
    at: datetime
    way: ResetWay


@dataclass(frozen=True, slots=True)
class CooldownStarted:
    """Entries stay denied for a while after the last trip ended by itself."""

    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Recovered:
    """Entries are let through again."""

    at: datetime


@dataclass(frozen=True, slots=True)
class LimitNear:
    """A figure came near its limit; told once for each approach."""

    rule: RuleName
    at: datetime
    limit: float
    value: float
    unit: Unit

    def decision(self) -> Decision:
        """Give the warning as a decision that allows."""
        return Decision(
            True, Code.LIMIT_NEAR, self.limit, self.value, self.unit, f"rule={CODE_OF_RULE[self.rule]}"
        )


BreakerEvent = Trip | TripEnded | CooldownStarted | Recovered | LimitNear
