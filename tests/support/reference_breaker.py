"""The breaker's rules told a second time, without cleverness: a judge for the real one.

Everything is kept, nothing is updated: each question is answered by going through the whole history,
in exact fractions. It shares the policy's data classes with the breaker, and no arithmetic.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from freqtrade_riskkit.core.breaker import Action, BreakerPolicy, ErrorKind, RuleName, TripWay

DAY = timedelta(hours=24)
ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
ROUNDING = Fraction(1, 10**9)
WINDOWS = {"per_minute": timedelta(minutes=1), "per_hour": timedelta(hours=1)}
STRENGTH = {Action.BLOCK: 1, Action.CANCEL: 2, Action.FLATTEN: 3}

Key = tuple[RuleName, TripWay]


@dataclass(frozen=True, slots=True)
class ReferenceTrip:
    """A trip as the rules' text has it; `counted_from` is the place in the history of its baseline."""

    rule: RuleName
    way: TripWay
    at: datetime
    until: datetime | None
    latched: bool
    action: Action
    counted_from: int
    happened_at: int

    @property
    def key(self) -> Key:
        """What there is one trip of at a time."""
        return self.rule, self.way


class ReferenceBreaker:
    """Answers what the breaker ought to do.

    Attributes
    ----------
    history
        Moment and equity of everything that was told, in the order of arrival, as if all money that
        came or went later had been there, or not, from the start.
    ratios
        Profit ratio of each closed trade.
    orders
        Moments of the orders placed.
    errors
        Errors, and the kinds that each success answered for, in the order of arrival.
    trips
        All trips so far.
    active
        Those that hold.
    cooldown_until
        End of the cooldown, None where there is none.
    """

    def __init__(
        self, policy: BreakerPolicy, equity: float, start: datetime, resolution: timedelta = timedelta(0)
    ) -> None:
        self.policy = policy
        self.now = start
        self.resolution = resolution
        self.history: list[tuple[datetime, Fraction]] = [(start, Fraction(equity))]
        self.ratios: list[Fraction] = []
        self.orders: list[datetime] = []
        self.errors: list[ErrorKind | frozenset[ErrorKind]] = []
        self.trips: list[ReferenceTrip] = []
        self.active: dict[Key, ReferenceTrip] = {}
        self.cooldown_until: datetime | None = None
        self._counted: list[datetime] = []
        self._day_from = self._rolling_from = self._peak_from = 0
        self._streak_from = self._orders_from = self._errors_from = 0

    def closed(self, equity: float, pnl_ratio: float, at: datetime) -> None:
        """A trade closed."""
        self._pass_time(at)
        self.history.append((self.now, Fraction(equity)))
        self.ratios.append(Fraction(pnl_ratio))
        self._judge()

    def moved(self, equity: float, at: datetime) -> None:
        """The equity moved without a close; of a report of the same equity only its moment counts."""
        self._pass_time(at)
        if Fraction(equity) != self.equity:
            self.history.append((self.now, Fraction(equity)))
        self._judge()

    def clock(self, now: datetime) -> None:
        """Time passed."""
        self._pass_time(now)
        self._judge()

    def asked(self, at: datetime) -> None:
        """Somebody wants to place an order."""
        self.clock(at)
        self._judge_orders(1)

    def placed(self, at: datetime) -> None:
        """It was placed."""
        self.clock(at)
        if self.policy.order_rate is not None:
            self.orders.append(self.now)
            self._judge_orders(0)

    def failed(self, kind: ErrorKind, at: datetime) -> None:
        """Something went wrong."""
        self.clock(at)
        self.errors.append(kind)
        self._judge_errors()

    def succeeded(self, kinds: Collection[ErrorKind], at: datetime) -> None:
        """Something went well."""
        self.clock(at)
        self.errors.append(frozenset(kinds))
        self._judge_errors()

    def flow(self, amount: float, at: datetime) -> None:
        """Money came or went."""
        self._pass_time(at)
        self.history = [(moment, equity + Fraction(amount)) for moment, equity in self.history]

    def by_hand(self, way: TripWay, at: datetime, until: datetime | None, action: Action | None) -> None:
        """Somebody tripped it."""
        self.clock(at)
        if until is not None and until <= self.now:
            return
        action = action if action is not None else self.policy.manual.action
        action = Action.BLOCK if way is TripWay.FOREIGN_LOCK else action
        held = self.active.get((RuleName.MANUAL, way))
        if held is not None:
            until = None if None in (held.until, until) else max(held.until, until)  # type: ignore[type-var]
            action = max(held.action, action, key=STRENGTH.__getitem__)
        if held is None or (held.until, held.action) != (until, action):
            here = len(self.history) - 1
            self._hold(ReferenceTrip(RuleName.MANUAL, way, self.now, until, False, action, here, here))

    def hand_off(self, way: TripWay, at: datetime) -> None:
        """What was tripped by one way is taken back."""
        self.clock(at)
        self.active.pop((RuleName.MANUAL, way), None)

    def reset(self, now: datetime, rules: Collection[RuleName]) -> None:
        """A person let go."""
        self._pass_time(now)
        for key in [key for key in self.active if key[0] in rules]:
            self._let_go(key, by_boundary=False)
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
    def errors_in_a_row(self) -> int:
        """Errors that no later success answers for."""
        told = self.errors[self._errors_from :]
        return sum(
            not any(isinstance(later, frozenset) and error in later for later in told[place:])
            for place, error in enumerate(told)
            if isinstance(error, ErrorKind)
        )

    @property
    def day_opening(self) -> Fraction:
        """Equity at the day's boundary, whatever was reset since."""
        return self.history[self._opening_place()][1]

    def shares(self) -> dict[RuleName, tuple[Fraction, int]]:
        """How much of each loss's limit is used up, and from which place in the history it is counted."""
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

    def rates(self, more: int = 0) -> dict[RuleName, Fraction]:
        """How much of the limits of orders and errors is used up, with so many orders more."""
        rates, orders, errors = {}, self.policy.order_rate, self.policy.errors
        windows = [
            Fraction(sum(self.now - at < length for at in self.orders[self._orders_from :]) + more, most)
            for name, length in WINDOWS.items()
            if orders is not None and (most := getattr(orders, name)) is not None
        ]
        if windows:
            rates[RuleName.ORDER_RATE] = max(windows)
        if errors is not None:
            rates[RuleName.ERRORS] = Fraction(self.errors_in_a_row, errors.limit)
        return rates

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
        """Where the equity of 24 hours ago stands; the highest of that moment's bucket."""
        first, then = self._rolling_from, self.now - DAY
        since = list(enumerate(self.history))[first:]
        old = [place for place, (at, _) in since if at <= then]
        if not old or not self.resolution:
            return old[-1] if old else first
        begun = then - (then - ORIGIN) % self.resolution
        carried = [place for place, (at, _) in since if at < begun] or [first]
        within = [place for place, (at, _) in since if begun <= at < begun + self.resolution]
        return max([carried[-1], *within], key=lambda place: self.history[place][1])

    def _judge(self) -> None:
        for rule, (share, place) in self.shares().items():
            if share >= 1 - ROUNDING:
                self._trip(rule, place)

    def _judge_orders(self, more: int) -> None:
        if self.rates(more).get(RuleName.ORDER_RATE, Fraction(0)) > 1:
            self._trip(RuleName.ORDER_RATE, len(self.history))

    def _judge_errors(self) -> None:
        if self.rates().get(RuleName.ERRORS, Fraction(0)) >= 1:
            self._trip(RuleName.ERRORS, len(self.history))

    def _trip(self, rule: RuleName, place: int) -> None:
        if (rule, TripWay.RULE) in self.active:
            return
        until = self._end_of(rule)
        minute = _minute(self.now)
        joins = self._counted[-1:] == [minute] and any(way is TripWay.RULE for _, way in self.active)
        self._counted += [] if joins else [minute]
        recent = [at for at in self._counted if at > minute - DAY]
        most = self.policy.max_trips_per_day
        latched = until is not None and most is not None and len(recent) >= most
        until = None if latched else until
        action = getattr(self.policy, rule).action
        here = len(self.history) - 1
        self._hold(ReferenceTrip(rule, TripWay.RULE, self.now, until, latched, action, place, here))
        self.cooldown_until = None

    def _hold(self, trip: ReferenceTrip) -> None:
        self.trips.append(trip)
        self.active[trip.key] = trip

    def _end_of(self, rule: RuleName) -> datetime | None:
        end = self.policy.end_of(rule)
        if end.manual or (end.after is None and end.at is None):
            return None
        if end.after is not None:
            return _minute(self.now) + max(end.after, end.at_least)
        assert end.at is not None
        boundary = self.now.replace(hour=end.at.hour, minute=end.at.minute, second=0, microsecond=0)
        while boundary <= self.now:
            boundary += DAY
        return max(boundary, _minute(self.now) + end.at_least)

    def _let_go(self, key: Key, *, by_boundary: bool) -> None:
        del self.active[key]
        rule, here = key[0], len(self.history) - 1
        if rule is RuleName.LOSS_STREAK:
            self._streak_from = len(self.ratios)
        elif rule is RuleName.DRAWDOWN:
            self._peak_from = here
        elif rule is RuleName.ORDER_RATE:
            self._orders_from = len(self.orders)
        elif rule is RuleName.ERRORS:
            self._errors_from = len(self.errors)
        elif rule is RuleName.DAILY_LOSS:
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
            over = [t.key for t in self.active.values() if t.until is not None and t.until <= self.now]
            for key in over:
                self._let_go(key, by_boundary=self.policy.end_of(key[0]).after is None)
            ways_over, ways_held = {way for _, way in over}, {way for _, way in self.active}
            if TripWay.RULE in ways_over and TripWay.RULE not in ways_held and self.policy.cooldown:
                self.cooldown_until = self.now + self.policy.cooldown
        self.now = max(self.now, to)


def _minute(moment: datetime) -> datetime:
    return moment - (moment - ORIGIN) % timedelta(minutes=1)
