"""What a bot knew of the market and of its money at a moment, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskkit.core.decisions import Decision


@dataclass(frozen=True, slots=True)
class MarkStanding:
    """The mark of an open position.

    Attributes
    ----------
    pair, is_short
        Which position.
    rate, seen_at
        The last rate that was seen and when; None where none ever was.
    """

    pair: str
    is_short: bool
    rate: float | None
    seen_at: datetime | None

    def age_seconds(self, now: datetime) -> float | None:
        """Give how old the mark is; None without one."""
        return None if self.seen_at is None else abs((now - self.seen_at).total_seconds())


@dataclass(frozen=True, slots=True)
class DataStanding:
    """How far what a bot knows can be relied on.

    Attributes
    ----------
    marks
        The mark of each open position.
    stale
        Why entries are denied for what the exchange says, or doesn't say; None where they aren't.
    cash_trouble
        Why deposits and withdrawals can't be read; None where they can, or needn't be.
    """

    marks: tuple[MarkStanding, ...] = ()
    stale: Decision | None = None
    cash_trouble: str | None = None

    @property
    def oldest_mark_at(self) -> datetime | None:
        """Moment of the oldest mark; None without any."""
        return min((mark.seen_at for mark in self.marks if mark.seen_at is not None), default=None)

    @property
    def unmarked(self) -> tuple[str, ...]:
        """Pairs of positions without a mark; they count at their cost."""
        return tuple(mark.pair for mark in self.marks if mark.rate is None)

    @property
    def gist(self) -> object:
        """What is worth being recorded at once where it changes: all but rates and ages."""
        marked = tuple((mark.pair, mark.is_short, mark.rate is None) for mark in self.marks)
        return marked, self.stale and self.stale.detail, self.cash_trouble
