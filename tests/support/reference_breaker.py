"""The breaker's rules told a second time, without cleverness: a judge for the real one.

Everything is kept, nothing is updated: each question is answered by going through the whole history,
in exact fractions. It shares the policy's data classes with the breaker, and no arithmetic.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from freqtrade_riskkit.core.breaker import BreakerPolicy, RuleName

DAY = timedelta(hours=24)
ROUNDING = Fraction(1, 10**9)


@dataclass(frozen=True, slots=True)
class ReferenceTrip:
    """A trip as the rules' text has it; `counted_from` is the place in the history of its baseline."""

    rule: RuleName
    at: datetime
    until: datetime | None
    latched: bool
    counted_from: int
    happened_at: int


class ReferenceBreaker:
    """Answers what the breaker ought to do.

    Attributes
    ----------
    history
        Moment and equity of everything that was told, in the order of arrival.
    ratios
        Profit ratio of each closed trade.
    trips
        All trips so far.
    active
        Those that hold.
    cooldown_until
        End of the cooldown, None where there is none.
    """

    def __init__(self, policy: BreakerPolicy, equity: float, start: datetime) -> None:
        self.policy = policy
        self.now = start
        self.history: list[tuple[datetime, Fraction]] = [(start, Fraction(equity))]
        self.ratios: list[Fraction] = []
        self.trips: list[ReferenceTrip] = []
        self.active: dict[RuleName, ReferenceTrip] = {}
        self.cooldown_until: datetime | None = None
        self._day_from = self._rolling_from = self._peak_from = self._streak_from = 0

    def closed(self, equity: float, pnl_ratio: float, at: datetime) -> None:
        """A trade closed."""
        self._pass_time(at)
        self.history.append((self.now, Fraction(equity)))
        self.ratios.append(Fraction(pnl_ratio))
        self._judge()

    def moved(self, equity: float, at: datetime) -> None:
        """The equity moved without a close; a report of the same equity is none."""
        self._pass_time(at)
        if Fraction(equity) != self.equity:
            self.history.append((self.now, Fraction(equity)))
            self._judge()

    def clock(self, now: datetime) -> None:
        """Time passed."""
        self._pass_time(now)
        self._judge()

    def reset(self, now: datetime, rules: Collection[RuleName]) -> None:
        """A person let go."""
        self._pass_time(now)
        for rule in [rule for rule in self.active if rule in rules]:
            self._let_go(rule, by_boundary=False)
        if not self.active:
            self.cooldown_until = None

    @property
    def equity(self) -> Fraction:
        """The last equity."""
        return self.history[-1][1]

    @property
    def peak(self) -> Fraction:
        """Highest equity since drawdown was last counted anew."""
        return max(equity for _, equity in self.history[self._peak_from :])

    @property
    def streak(self) -> int:
        """Losses since the last win, leaving out what is too small to count."""
        rule, count = self.policy.loss_streak, 0
        least = Fraction(rule.min_loss) if rule is not None else Fraction(0)
        for ratio in reversed(self.ratios[self._streak_from :]):
            if ratio > 0:
                break
            count += ratio < 0 and -ratio >= least
        return count

    @property
    def day_opening(self) -> Fraction:
        """Equity at the day's boundary, whatever was reset since."""
        return self.history[self._opening_place()][1]

    def shares(self) -> dict[RuleName, tuple[Fraction, int]]:
        """How much of each limit is used up, and from which place in the history it is counted."""
        policy, shares = self.policy, {}
        if policy.daily_loss is not None:
            limit = Fraction(str(policy.daily_loss.limit))
            places = (max(self._opening_place(), self._day_from), self._rolling_place())
            shares[RuleName.DAILY_LOSS] = max(
                ((self._fall(self.history[place][1]) / limit, place) for place in places),
                key=lambda pair: pair[0],
            )
        if policy.drawdown is not None:
            limit = Fraction(str(policy.drawdown.limit))
            shares[RuleName.DRAWDOWN] = (self._fall(self.peak) / limit, self._peak_from)
        if policy.loss_streak is not None:
            shares[RuleName.LOSS_STREAK] = (
                Fraction(self.streak, policy.loss_streak.limit),
                len(self.history),
            )
        return shares

    def _fall(self, baseline: Fraction) -> Fraction:
        return max(Fraction(0), (baseline - self.equity) / baseline) if baseline > 0 else Fraction(1)

    def _opening_place(self) -> int:
        rule = self.policy.daily_loss
        hour, minute = (rule.day_starts.hour, rule.day_starts.minute) if rule is not None else (0, 0)
        boundary = self.now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if boundary > self.now:
            boundary -= DAY
        before = [place for place, (at, _) in enumerate(self.history) if at < boundary]
        return before[-1] if before else 0

    def _rolling_place(self) -> int:
        old = [
            p for p, (at, _) in enumerate(self.history) if at <= self.now - DAY and p >= self._rolling_from
        ]
        return old[-1] if old else self._rolling_from

    def _judge(self) -> None:
        for rule, (share, place) in self.shares().items():
            if rule not in self.active and share >= 1 - ROUNDING:
                self._trip(rule, place)

    def _trip(self, rule: RuleName, place: int) -> None:
        until = self._end_of(rule)
        moments = {trip.at for trip in self.trips if trip.at > self.now - DAY} | {self.now}
        most = self.policy.max_trips_per_day
        latched = until is not None and most is not None and len(moments) >= most
        trip = ReferenceTrip(
            rule, self.now, None if latched else until, latched, place, len(self.history) - 1
        )
        self.trips.append(trip)
        self.active[rule] = trip
        self.cooldown_until = None

    def _end_of(self, rule: RuleName) -> datetime | None:
        end = self.policy.end_of(rule)
        if end.manual or (end.after is None and end.at is None):
            return None
        if end.after is not None:
            return self.now + max(end.after, end.at_least)
        assert end.at is not None
        boundary = self.now.replace(hour=end.at.hour, minute=end.at.minute, second=0, microsecond=0)
        while boundary <= self.now:
            boundary += DAY
        return max(boundary, self.now + end.at_least)

    def _let_go(self, rule: RuleName, *, by_boundary: bool) -> None:
        del self.active[rule]
        here = len(self.history) - 1
        if rule is RuleName.LOSS_STREAK:
            self._streak_from = len(self.ratios)
        elif rule is RuleName.DRAWDOWN:
            self._peak_from = here
        else:
            self._rolling_from = here
            self._day_from = self._day_from if by_boundary else here

    def _pass_time(self, to: datetime) -> None:
        while True:
            ends = [trip.until for trip in self.active.values() if trip.until is not None]
            due = [moment for moment in (*ends, self.cooldown_until) if moment is not None and moment <= to]
            if not due:
                break
            self.now = max(self.now, min(due))
            if self.cooldown_until is not None and self.cooldown_until <= self.now:
                self.cooldown_until = None
            over = [t.rule for t in self.active.values() if t.until is not None and t.until <= self.now]
            for rule in over:
                self._let_go(rule, by_boundary=self.policy.end_of(rule).after is None)
            if over and not self.active and self.policy.cooldown:
                self.cooldown_until = self.now + self.policy.cooldown
        self.now = max(self.now, to)
