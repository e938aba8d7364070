"""The breaker's state machine: closed, open, cooldown, and back.

It is driven by events and their moments only, so that the same events give the same trips in a
backtest, in dry-run and after a restart.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from freqtrade_riskkit.core.breaker.baselines import Baselines
from freqtrade_riskkit.core.breaker.clock_back import turned_back
from freqtrade_riskkit.core.breaker.course import Course
from freqtrade_riskkit.core.breaker.errors import ErrorKind, ErrorStreak
from freqtrade_riskkit.core.breaker.events import BreakerEvent, BreakerState, ResetWay, Trip, TripWay
from freqtrade_riskkit.core.breaker.figures import RuleFigure
from freqtrade_riskkit.core.breaker.holds import Holds
from freqtrade_riskkit.core.breaker.memory import BreakerMemory
from freqtrade_riskkit.core.breaker.policy import Action, BreakerPolicy, RuleName
from freqtrade_riskkit.core.breaker.readable import finite, utc_moment
from freqtrade_riskkit.core.breaker.rolling import DAY, RollingBaseline
from freqtrade_riskkit.core.decisions import Decision


class CircuitBreaker:
    """Watches equity, losses, orders and errors of one account.

    Parameters
    ----------
    policy
        The rules and how they end.
    equity
        Equity at the start, realised and unrealised, in stake currency; finite.
    now
        The start, timezone-aware. Events that come with an earlier moment count as happening at
        the last moment seen.
    resolution
        Samples for the loss over 24 hours are kept in buckets of this length, each read as its
        highest equity; zero keeps them all.

    Raises
    ------
    ValueError
        For an equity, a profit, an amount or a moment that can't be read (NaN, infinite, naive);
        nothing is changed then.

    Attributes
    ----------
    course
        What holds, and since when; each entry of a backtest asks it whether the breaker is closed.

    Notes
    -----
    A trip that ends re-baselines what its rule compares, so that no trip repeats for the same
    loss: the streaks of losses and of errors start at 0, the windows of orders are empty, the peak
    is set to the equity, the rolling loss counts from the end on. The calendar day's loss counts
    anew at its boundary; where a trip of it is ended earlier, by a person or after a set time, it
    counts from there.

    An automatic trip that joins another one, within the same minute of the clock and while it holds,
    counts no more towards `max_trips_per_day`; trips by hand don't count. The cooldown follows
    automatic trips that ended by themselves; it runs on beside a trip by hand.
    """

    __slots__ = ("_compared", "_policy", "course")

    def __init__(
        self, policy: BreakerPolicy, equity: float, now: datetime, resolution: timedelta = timedelta(0)
    ) -> None:
        now = utc_moment(now)
        compared = Baselines(policy, finite(equity, "equity"), now, resolution)
        self._policy = policy
        self._compared = compared
        self.course = Course(policy, now, compared, Holds(policy))

    @property
    def state(self) -> BreakerState:
        """The state at the last moment seen."""
        return self.course.holds.state

    @property
    def now(self) -> datetime:
        """The last moment seen, in UTC."""
        return self.course.now

    @property
    def active_trips(self) -> tuple[Trip, ...]:
        """The trips that hold, in the order in which they came."""
        return self.course.holds.trips

    @property
    def action(self) -> Action | None:
        """The strongest action among the trips that hold; None where none does."""
        return self.course.holds.action

    @property
    def cooldown_until(self) -> datetime | None:
        """End of the cooldown; None where there is none."""
        return self.course.holds.cooldown_until

    @property
    def equity(self) -> float:
        """The last equity, in stake currency."""
        return self._compared.equity

    @property
    def peak(self) -> float:
        """The equity peak that the drawdown is counted from."""
        return self._compared.peak

    @property
    def day_opening(self) -> float:
        """The equity at the day's opening, in stake currency. No reset changes it."""
        return self._compared.day_opening

    @property
    def day_loss(self) -> float:
        """Loss since the day's opening in stake currency, 0 in profit. No reset changes it."""
        return max(0.0, self._compared.day_opening - self._compared.equity)

    def trade_closed(self, equity: float, pnl_ratio: float, at: datetime) -> list[BreakerEvent]:
        """Take in a closed trade: the equity after it, and its net profit as a fraction of its stake."""
        if self.course.closes_calmly(equity, pnl_ratio, at):
            return []
        equity, pnl_ratio = finite(equity, "equity"), finite(pnl_ratio, "pnl_ratio")
        return self.course.close(equity, pnl_ratio, utc_moment(at))

    def equity_moved(self, equity: float, at: datetime) -> list[BreakerEvent]:
        """Set the equity anew, where it moved without a closed trade (a mark, a partial exit)."""
        if self.course.stays_calm(equity, at):
            return []
        equity, at, course = finite(equity, "equity"), utc_moment(at), self.course
        return course.clock(at) if equity == self._compared.equity else course.move(equity, at)

    def order_asked(self, at: datetime) -> list[BreakerEvent]:
        """Ask for an order that adds risk: trips where it would be one too many, and counts nothing."""
        course, orders = self.course, self._compared.orders
        events = [] if at is course.now and course.is_judged else self.clock(at)
        figure = None if orders.is_far(course.now) else orders.figure(course.now, more=1)
        return events + course.weigh(figure) if figure is not None and figure.trips else events

    def places_calmly(self, at: datetime) -> bool:
        """Count an order where nothing can come of it; False, and nothing counted, where something may."""
        course = self.course
        is_calm = at is course.now and course.is_judged and not course.warned
        return is_calm and self._compared.orders.add_far(at)

    def order_placed(self, at: datetime) -> list[BreakerEvent]:
        """Count an order that adds risk, at its first placement; one too many trips here too."""
        events, course, orders = self.clock(at), self.course, self._compared.orders
        orders.add(course.now)
        is_near = RuleName.ORDER_RATE in course.warned or not orders.is_far(course.now)
        return events + course.weigh(orders.figure(course.now)) if is_near else events

    def error(self, kind: ErrorKind, at: datetime) -> list[BreakerEvent]:
        """Count an error."""
        kind = ErrorKind(kind)
        events = self.clock(at)
        self._compared.errors.count(kind)
        return events + self.course.weigh(self._compared.error_figure())

    def succeeded(self, kinds: Collection[ErrorKind], at: datetime) -> list[BreakerEvent]:
        """Take in a success that answers for errors of these kinds."""
        kinds = [ErrorKind(kind) for kind in kinds]
        events = self.clock(at)
        self._compared.errors.clear(kinds)
        return events + self.course.weigh(self._compared.error_figure())

    def cash_flow(self, amount: float, at: datetime) -> list[BreakerEvent]:
        """Take in a deposit (above 0) or a withdrawal (below 0): neither profit nor loss.

        Equity, peak and all baselines shift by the amount, and nothing is judged here. Losses stay
        the money that they were; from the next event on they are held against what is there now: in
        the midst of a loss a withdrawal makes it a larger part, a deposit a smaller one. Where a
        baseline is left at or below zero its loss reads as whole, as at a start without money.
        """
        finite(self._compared.peak + finite(amount, "amount"), "the peak after the cash flow")
        events = self.course.pass_time(utc_moment(at))
        self._compared.flow(amount)
        self.course.judge_anew()
        return events

    def trip(
        self,
        way: TripWay,
        at: datetime,
        detail: str,
        until: datetime | None = None,
        action: Action | None = None,
    ) -> list[BreakerEvent]:
        """Trip by hand.

        Parameters
        ----------
        way
            By which way; not `TripWay.RULE`. Each way has one trip: a second one by the same way takes
            the later end and the stronger action of both, and is reported where that changes something.
        detail
            Who or what it comes from.
        until
            When it ends by itself, without a cooldown; None holds until somebody ends it. Where that
            isn't later than the last moment seen, nothing trips.
        action
            None takes the policy's. A foreign lock only ever blocks.
        """
        if way is TripWay.RULE:
            raise ValueError("a rule trips by itself, not by hand")
        until = utc_moment(until) if until is not None else None
        chosen = Action.BLOCK if way is TripWay.FOREIGN_LOCK else action or self._policy.manual.action
        events, course = self.clock(at), self.course
        trip = course.holds.trip_by_hand(way, course.now, detail, until, chosen)
        course.note_holds()
        return events if trip is None else [*events, trip]

    def reset(
        self, now: datetime, way: ResetWay, rules: Collection[RuleName] = tuple(RuleName)
    ) -> list[BreakerEvent]:
        """End trips at once, as a person asks for it; no cooldown follows.

        Parameters
        ----------
        rules
            Whose trips are to end; all by default. A cooldown ends too once no trip holds.
        """
        events = self.course.pass_time(utc_moment(now))
        ended = [trip for trip in self.active_trips if trip.rule in rules]
        return events + self.course.end(ended, way, skips_cooldown=True)

    def end_manual(self, trip_way: TripWay, now: datetime, reset_way: ResetWay) -> list[BreakerEvent]:
        """End the trip that was made by hand by one way; a cooldown that runs beside it runs on."""
        events = self.clock(now)
        trip = self.course.holds.by_hand(trip_way)
        return events if trip is None else events + self.course.end([trip], reset_way, skips_cooldown=False)

    def clock(self, now: datetime) -> list[BreakerEvent]:
        """Let time pass: ends of trips, of the cooldown, of the day."""
        return self.course.clock(utc_moment(now))

    def decide(self) -> Decision:
        """Say whether an entry may pass at the last moment seen."""
        return self.course.holds.decide()

    def figures(self) -> tuple[RuleFigure, ...]:
        """Hold every figure against its limit."""
        compared, now = self._compared, self.course.now
        others = (compared.orders.figure(now), compared.error_figure())
        return (*compared.figures(now), *(figure for figure in others if figure is not None))

    def turn_back(self, now: datetime) -> None:
        """Go on from an earlier moment than the last one seen: the clock was ahead, see `turned_back`."""
        now = utc_moment(now)
        if now < self.now:
            self._recall(turned_back(self.remember(), now), self._compared.rolling.resolution)

    def remember(self) -> BreakerMemory:
        """Give the whole state as plain values."""
        compared, course = self._compared, self.course
        compared.rolling.baseline(course.now)  # lets go of the samples that are too old by now
        return BreakerMemory(
            now=course.now,
            equity=compared.equity,
            peak=compared.peak,
            day_started_at=course.day_ends_at - DAY,
            day_opening=compared.day_opening,
            day_baseline=compared.day_baseline,
            samples=compared.rolling.samples(),
            streak=compared.streak,
            active=self.active_trips,
            cooldown_until=self.cooldown_until,
            trip_times=course.holds.trip_times,
            warned=tuple(sorted(course.warned)),
            order_times=compared.orders.times(),
            errors=compared.errors.counts(),
        )

    @classmethod
    def recall(
        cls, policy: BreakerPolicy, memory: BreakerMemory, resolution: timedelta = timedelta(0)
    ) -> CircuitBreaker:
        """Go on from a remembered state, under a policy that may have changed since."""
        breaker = cls(policy, memory.equity, memory.now, resolution)
        breaker._recall(memory, resolution)
        return breaker

    def _recall(self, memory: BreakerMemory, resolution: timedelta) -> None:
        policy = self._policy
        compared = Baselines(policy, finite(memory.equity, "equity"), utc_moment(memory.now), resolution)
        compared.peak = finite(memory.peak, "peak")
        compared.day_opening = finite(memory.day_opening, "day_opening")
        compared.day_baseline = finite(memory.day_baseline, "day_baseline")
        samples = [(utc_moment(at), finite(equity, "samples")) for at, equity in memory.samples]
        compared.rolling = RollingBaseline(samples or [(memory.now, memory.equity)], resolution)
        compared.streak = memory.streak
        compared.orders = compared.windows(utc_moment(at) for at in memory.order_times)
        compared.errors = ErrorStreak(memory.errors)
        holds = Holds(policy, memory.active, memory.trip_times, memory.cooldown_until)
        self._compared = compared
        self.course = Course(policy, utc_moment(memory.now), compared, holds, memory.warned)
