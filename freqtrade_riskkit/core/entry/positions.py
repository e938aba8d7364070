"""How many positions may be open, and whether a pair may be entered twice."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from freqtrade_riskkit.core.decisions import ALLOWED, Code, Decision, Unit
from freqtrade_riskkit.core.entry.request import AccountView, EntryKind, EntryRequest


@dataclass(frozen=True, slots=True)
class PositionLimit:
    """Lets no more positions be open than allowed, a few more for signals of high confidence.

    A protective second leg passes, for without it the first leg would stand alone.

    ``open_positions < limit``, where the limit is `high` for a confidence of at least
    `high_confidence`, else `normal`; both are capped by `cap`.

    Attributes
    ----------
    normal, high
        Limits, at least 1; None leaves `cap` alone to limit.
    high_confidence
        Confidence in (0, 1] from which `high` counts.
    cap
        The smallest of the other limits in force; infinite where there is none.
    least
        The smallest limit that follows from them for any confidence.
    """

    normal: int | None
    high: int | None
    high_confidence: float
    cap: float = math.inf
    least: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "least", min(self.limit_for(None), self.limit_for(1.0)))

    def limit_for(self, confidence: float | None) -> float:
        """Give the number of positions that a signal of this confidence may fill up to."""
        wanted: float = self.cap if self.normal is None else self.normal
        if self.high is not None and confidence is not None and confidence >= self.high_confidence:
            wanted = self.high
        return wanted if wanted < self.cap else self.cap

    def check(self, request: EntryRequest, account: AccountView) -> Decision:
        """Deny a new position above the limit, and a signal whose confidence is not in [0, 1]."""
        confidence = request.confidence
        is_readable = self.high is None or confidence is None or 0 <= confidence <= 1
        if is_readable and account.open_positions < self.least:
            return ALLOWED
        limit = self.limit_for(confidence)
        if (is_readable and account.open_positions < limit) or not request.faces_limits:
            return ALLOWED
        if confidence is not None and not is_readable:
            why = "no confidence on the signal" if math.isnan(confidence) else "a confidence is in [0, 1]"
            return Decision(False, Code.CONFIDENCE_TOO_LOW, self.high_confidence, confidence, Unit.RATIO, why)
        return Decision(False, Code.POSITION_LIMIT, limit, account.open_positions, Unit.COUNT)


@dataclass(frozen=True, slots=True)
class OneEntryPerPair:
    """Denies a second position on a pair that is open already."""

    def check(self, request: EntryRequest, account: AccountView) -> Decision:
        """Deny an initial entry on an open pair."""
        if request.faces_limits and account.pair_is_open:
            return Decision(False, Code.PAIR_ALREADY_OPEN, 1, 1, Unit.COUNT)
        return ALLOWED


@dataclass(frozen=True, slots=True)
class NoAddedEntries:
    """Denies every addition to an open position."""

    reason: str

    def check(self, request: EntryRequest, account: AccountView) -> Decision:
        """Deny added entries."""
        if request.kind is EntryKind.ADDED:
            return Decision(False, Code.DCA_DISABLED, detail=self.reason)
        return ALLOWED
