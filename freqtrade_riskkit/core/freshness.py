"""Whether what is known of the market and the account is fresh enough to enter on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from freqtrade_riskkit.core.decisions import ALLOWED, Code, Decision, Unit

LOOKS_WITHIN_LIMIT = 3
"""So often something is looked at within the time that it may be old: one failed look denies nothing yet."""


class PairAge(NamedTuple):
    """How many seconds old something of a pair is; NaN counts as too old."""

    pair: str
    seconds: float


class ClockSeen(NamedTuple):
    """The exchange's clock against the bot's.

    Attributes
    ----------
    skew_seconds
        By how much they differ at least, at the last answer; None where there never was one.
    age_seconds
        How long ago that was.
    """

    skew_seconds: float | None
    age_seconds: float = 0.0


class Shortfall(NamedTuple):
    """A coin of which the wallet has less than the open trades hold; amounts in that coin."""

    coin: str
    pairs: tuple[str, ...]
    traded: float
    owned: float


@dataclass(frozen=True, slots=True)
class DataSeen:
    """What was seen of the exchange.

    Attributes
    ----------
    marks
        Open positions with the age of their marks.
    missing
        Pairs of which no rate was ever seen: of open positions without a mark, of watched ones.
    unanswered
        Watched pairs with the time since their ticker last came; infinite where it never did.
    still
        Watched pairs with the time over which their ticker came and was the same each time.
    clock
        The exchange's clock; None where the exchange doesn't tell its time.
    shortfalls
        Coins that the wallet is short of.
    wallet_unread_seconds
        For how long the wallet couldn't be read; 0 where it can, or isn't looked at.
    """

    marks: tuple[PairAge, ...] = ()
    missing: tuple[str, ...] = ()
    unanswered: tuple[PairAge, ...] = ()
    still: tuple[PairAge, ...] = ()
    clock: ClockSeen | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    wallet_unread_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """Denies entries with DATA_STALE on data that is missing, old, frozen or contradicts itself.

    Attributes
    ----------
    max_mark_age_seconds
        How old a mark, a ticker or the exchange's time may be, and how long a ticker may stand wholly
        still; above 0. Exactly this age is fine.
    max_clock_skew_seconds
        How far the exchange's clock may be off; above 0. Exactly this skew is fine.
    """

    max_mark_age_seconds: float
    max_clock_skew_seconds: float

    def __post_init__(self) -> None:
        for name in ("max_mark_age_seconds", "max_clock_skew_seconds"):
            value = getattr(self, name)
            if not 0.0 < value < math.inf:
                raise ValueError(f"{name} must be above 0 and finite, was {value}")

    def check(self, seen: DataSeen) -> Decision:
        """Say whether an entry may go on; the first of the faults is named.

        They are looked for in this order: a pair without any rate, an old mark, a ticker that doesn't
        come, one that is frozen, a clock that isn't known, one that is off, a wallet that can't be read,
        one that is short. Of several pairs the worst is named.
        """
        if seen.missing:
            return self._stale(None, f"no rate of {', '.join(seen.missing)} is known")
        for ages, words in (
            (seen.marks, "the mark of {} is old"),
            (seen.unanswered, "no ticker of {} comes"),
            (seen.still, "the ticker of {} is frozen"),
        ):
            worst = self._too_old(ages)
            if worst is not None:
                known = worst.seconds if math.isfinite(worst.seconds) else None
                return self._stale(known, words.format(worst.pair))
        return self._clock(seen.clock) or self._wallet(seen) or ALLOWED

    def _too_old(self, ages: tuple[PairAge, ...]) -> PairAge | None:
        old = [age for age in ages if not age.seconds <= self.max_mark_age_seconds]
        return max(old, key=lambda age: math.inf if math.isnan(age.seconds) else age.seconds, default=None)

    def _clock(self, clock: ClockSeen | None) -> Decision | None:
        if clock is None:
            return None
        if clock.skew_seconds is None:
            return self._stale(None, "the exchange hasn't told its time yet")
        if not clock.age_seconds <= self.max_mark_age_seconds:
            return self._stale(clock.age_seconds, "the exchange doesn't tell its time")
        if not abs(clock.skew_seconds) <= self.max_clock_skew_seconds:
            return Decision(
                False,
                Code.DATA_STALE,
                self.max_clock_skew_seconds,
                abs(clock.skew_seconds),
                Unit.SECONDS,
                "the clocks of exchange and bot differ",
            )
        return None

    def _wallet(self, seen: DataSeen) -> Decision | None:
        if not seen.wallet_unread_seconds <= self.max_mark_age_seconds:
            return self._stale(seen.wallet_unread_seconds, "the wallet can't be read")
        if not seen.shortfalls:
            return None
        found = "; ".join(
            f"{', '.join(short.pairs)}: open trades hold {short.traded:.8g} {short.coin}, "
            f"the wallet has {short.owned:.8g}"
            for short in seen.shortfalls
        )
        return Decision(False, Code.DATA_STALE, detail=found)

    def _stale(self, seconds: float | None, detail: str) -> Decision:
        return Decision(False, Code.DATA_STALE, self.max_mark_age_seconds, seconds, Unit.SECONDS, detail)


def look_every(max_age_seconds: float, at_most: timedelta) -> timedelta:
    """Say how often to look at what may be so old.

    Parameters
    ----------
    max_age_seconds
        Its limit, above 0; infinite where it has none.
    at_most
        How long to wait at most, however large the limit is.
    """
    return timedelta(seconds=min(at_most.total_seconds(), max_age_seconds / LOOKS_WITHIN_LIMIT))


def is_short_of(traded: float, owned: float, tolerance: float) -> bool:
    """Say whether a wallet has less of a coin than open trades hold.

    Parameters
    ----------
    traded
        What the open trades hold together, at least 0.
    owned
        What the wallet has.
    tolerance
        Share of `traded` that may be missing, for fees that were paid in the coin and for dust.

    Returns
    -------
    bool
        True too where a figure is NaN.
    """
    return not owned >= traded * (1.0 - tolerance)
