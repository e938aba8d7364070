"""What the breaker reports: each change with its moment and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from freqtrade_riskkit.core.breaker.policy import CODE_OF_RULE, Action, RuleName
from freqtrade_riskkit.core.decisions import Code, Decision, Unit


class BreakerState(StrEnum):
    """Closed lets entries through; open and cooldown deny them."""

    CLOSED = "closed"
    OPEN = "open"
    COOLDOWN = "cooldown"


class TripWay(StrEnum):
    """What tripped the breaker: one of its rules, or somebody by hand, and then by which way.

    `LEDGER` is the kit itself, where its ledger doesn't say what held before; it waits for a person as well,
    or for the end of the lock that was left of it.
    """

    RULE = "rule"
    COMMAND = "command"
    FLAG_FILE = "flag_file"
    FOREIGN_LOCK = "foreign_lock"
    PAUSE = "pause"
    LEDGER = "ledger"


class ResetWay(StrEnum):
    """How a trip came to its end."""

    TIME = "time"
    LOCK_DELETED = "lock_deleted"
    OBSERVED = "observed"
    COMMAND = "command"
    FLAG_REMOVED = "flag_removed"
    LOCK_ENDED = "lock_ended"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class Trip:
    """A rule that reached its limit, or a trip by hand.

    Attributes
    ----------
    at, until
        When it tripped, and when it ends by itself; `until` is None where a person has to end it.
    limit, value, unit
        The limit and the figure at the trip. A trip by hand has none: 0, 0 and `Unit.NONE`.
    latched
        True where it would have ended by itself, had it not been one trip too many within 24 hours.
    detail
        What the figure was counted from; of a trip by hand, who or what it came from.
    way
        What tripped it.
    action
        What is to be done while it holds.
    """

    rule: RuleName
    at: datetime
    limit: float
    value: float
    unit: Unit
    until: datetime | None
    latched: bool
    detail: str
    way: TripWay = TripWay.RULE
    action: Action = Action.BLOCK

    @property
    def code(self) -> Code:
        """The code that begins the lock's reason."""
        return CODE_OF_RULE[self.rule]

    @property
    def is_manual(self) -> bool:
        """Whether it came by hand."""
        return self.rule is RuleName.MANUAL

    def decision(self) -> Decision:
        """Give the denial that every entry gets while the trip lasts."""
        if self.is_manual:
            return Decision(False, self.code, detail=self.detail)
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
    """A figure came near its limit; told once for each approach.

    Attributes
    ----------
    limit, value, unit
        The limit and the figure.
    detail
        What the figure was counted from.
    """

    rule: RuleName
    at: datetime
    limit: float
    value: float
    unit: Unit
    detail: str = ""

    def decision(self) -> Decision:
        """Give the warning as a decision that allows."""
        rule = f"rule={CODE_OF_RULE[self.rule]}"
        detail = f"{rule}, {self.detail}" if self.detail else rule
        return Decision(True, Code.LIMIT_NEAR, self.limit, self.value, self.unit, detail)


BreakerEvent = Trip | TripEnded | CooldownStarted | Recovered | LimitNear
