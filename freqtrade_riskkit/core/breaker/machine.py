"""The breaker's state machine: closed, open, cooldown, and back.

It is driven by events and their moments only, so that the same events give the same trips in a
backtest, in dry-run and after a restart.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from datetime import datetime, timedelta

from freqtrade_riskkit.core.breaker.baselines import Baselines
from freqtrade_riskkit.core.breaker.events import (
    BreakerEvent,
    BreakerState,
    CooldownStarted,
    LimitNear,
    Recovered,
    ResetWay,
    Trip,
    TripEnded,
)
from freqtrade_riskkit.core.breaker.figures import DAY, ROUNDING, RollingBaseline, RuleFigure, share_of
from freqtrade_riskkit.core.breaker.memory import BreakerMemory
from freqtrade_riskkit.core.breaker.policy import BreakerPolicy, RuleName, next_time_of_day
from freqtrade_riskkit.core.breaker.readable import finite, utc_moment
from freqtrade_riskkit.core.decisions import ALLOWED, Code, Decision


class CircuitBreaker:
    """Watches realised equity and the streak of losses of one account.

    Parameters
    ----------
    policy
        The rules and how they end.
    equity
        Equity at the start, in stake currency; finite.
    now
        The start, timezone-aware. Events that come with an earlier moment count as happening at
        the last moment seen.

    Raises
    ------
    ValueError
        For an equity, a profit or a moment that can't be read (NaN, infinite, naive).

    Notes
    -----
    A trip that ends re-baselines what its rule compares, so that no trip repeats for the same
    loss: the streak starts at 0, the peak is set to the equity, the rolling loss counts from the
    end on. The calendar day's loss counts anew at its boundary; where a trip of it is ended
    earlier, by a person or after a set time, it counts from there.

    Trips that happen at one and the same moment count once towards `max_trips_per_day`.
    """

    def __init__(self, policy: BreakerPolicy, equity: float, now: datetime) -> None:
        self._policy = policy
        self._now = utc_moment(now)
        self._compared = Baselines(policy, finite(equity, "equity"), self._now)
        self._day_ends_at = self._end_of_day(self._now)
        self._active: dict[RuleName, Trip] = {}
        self._cooldown_until: datetime | None = None
        self._trip_times: deque[datetime] = deque()
        self._warned: set[RuleName] = set()
        self._is_judged = False
        self._next_change = self._find_next_change()

    @property
    def state(self) -> BreakerState:
        """The state at the last moment seen."""
        if self._active:
            return BreakerState.OPEN
        return BreakerState.CLOSED if self._cooldown_until is None else BreakerState.COOLDOWN

    @property
    def active_trips(self) -> tuple[Trip, ...]:
        """The trips that hold, in the order in which they came."""
        return tuple(self._active.values())

    @property
    def cooldown_until(self) -> datetime | None:
        """End of the cooldown; None where there is none."""
        return self._cooldown_until

    @property
    def equity(self) -> float:
        """The last equity, in stake currency."""
        return self._compared.equity

    @property
    def peak(self) -> float:
        """The equity peak that the drawdown is counted from."""
        return self._compared.peak

    @property
    def day_loss(self) -> float:
        """Loss since the day's opening in stake currency, 0 in profit. No reset changes it."""
        return max(0.0, self._compared.day_opening - self._compared.equity)

    def trade_closed(self, equity: float, pnl_ratio: float, at: datetime) -> list[BreakerEvent]:
        """Take in a closed trade: the equity after it, and its net profit as a fraction of its stake."""
        finite(equity, "equity")
        finite(pnl_ratio, "pnl_ratio")
        events = self._pass_time(utc_moment(at))
        self._compared.move(equity, self._now)
        self._compared.count(pnl_ratio)
        return events + self._judge()

    def equity_moved(self, equity: float, at: datetime) -> list[BreakerEvent]:
        """Set the equity anew, where it moved without a closed trade (a partial exit)."""
        finite(equity, "equity")
        events = self._pass_time(utc_moment(at))
        if equity != self._compared.equity:
            self._compared.move(equity, self._now)
            events += self._judge()
        return events

    def clock(self, now: datetime) -> list[BreakerEvent]:
        """Let time pass: ends of trips, of the cooldown, of the day."""
        now = utc_moment(now)
        moves_at = self._compared.rolling.moves_at
        if self._is_judged and now < self._next_change and (moves_at is None or now < moves_at):
            self._now = max(self._now, now)
            return []
        events = self._pass_time(now)
        return events + self._judge()

    def reset(
        self, now: datetime, way: ResetWay, rules: Collection[RuleName] = tuple(RuleName)
    ) -> list[BreakerEvent]:
        """End trips at once, as a person asks for it; no cooldown follows.

        Parameters
        ----------
        rules
            Whose trips are to end; all by default. A cooldown ends too once no trip holds.
        """
        events = self._pass_time(utc_moment(now))
        self._is_judged = False
        was_open = self.state is not BreakerState.CLOSED
        for trip in self.active_trips:
            if trip.rule in rules:
                self._let_go(trip, way)
                events.append(TripEnded(trip, self._now, way))
        if not self._active:
            self._cooldown_until = None
            if was_open:
                events.append(Recovered(self._now))
        self._next_change = self._find_next_change()
        return events

    def decide(self) -> Decision:
        """Say whether an entry may pass at the last moment seen."""
        if self._active:
            return max(self._active.values(), key=_hold).decision()
        if self._cooldown_until is not None:
            return Decision(False, Code.COOLDOWN, detail=f"until {_minute(self._cooldown_until)}")
        return ALLOWED

    def figures(self) -> tuple[RuleFigure, ...]:
        """Hold every figure against its limit."""
        return self._compared.figures(self._now)

    def remember(self) -> BreakerMemory:
        """Give the whole state as plain values."""
        compared = self._compared
        return BreakerMemory(
            now=self._now,
            equity=compared.equity,
            peak=compared.peak,
            day_started_at=self._day_ends_at - DAY,
            day_opening=compared.day_opening,
            day_baseline=compared.day_baseline,
            samples=compared.rolling.samples(),
            streak=compared.streak,
            active=self.active_trips,
            cooldown_until=self._cooldown_until,
            trip_times=tuple(self._trip_times),
            warned=tuple(sorted(self._warned)),
        )

    @classmethod
    def recall(cls, policy: BreakerPolicy, memory: BreakerMemory) -> CircuitBreaker:
        """Go on from a remembered state, under a policy that may have changed since."""
        breaker = cls(policy, memory.equity, memory.now)
        compared = breaker._compared
        compared.peak = finite(memory.peak, "peak")
        compared.day_opening = finite(memory.day_opening, "day_opening")
        compared.day_baseline = finite(memory.day_baseline, "day_baseline")
        compared.rolling = RollingBaseline(memory.samples or ((memory.now, memory.equity),))
        compared.streak = memory.streak
        breaker._active = {trip.rule: trip for trip in memory.active}
        breaker._cooldown_until = memory.cooldown_until
        breaker._trip_times = deque(memory.trip_times)
        breaker._warned = set(memory.warned)
        breaker._next_change = breaker._find_next_change()
        return breaker

    def _judge(self) -> list[BreakerEvent]:
        """Trip every rule that reached its limit and isn't tripped already; warn of the others."""
        self._is_judged = True
        near = self._policy.warn_at * (1 - ROUNDING)
        if not self._warned and self._compared.greatest_share(self._now) < near:
            return []
        events: list[BreakerEvent] = []
        for figure in self.figures():
            rule = figure.rule
            if rule in self._active:
                continue
            if figure.share >= 1:
                events.append(self._trip(figure))
            elif share_of(figure.share, self._policy.warn_at) >= 1:
                if rule not in self._warned:
                    self._warned.add(rule)
                    events.append(LimitNear(rule, self._now, figure.limit, figure.value, figure.unit))
            else:
                self._warned.discard(rule)
        return events

    def _trip(self, figure: RuleFigure) -> Trip:
        times = self._trip_times
        while times and times[0] <= self._now - DAY:
            times.popleft()
        if not times or times[-1] != self._now:
            times.append(self._now)
        until = self._policy.end_of(figure.rule).of_trip(self._now)
        most = self._policy.max_trips_per_day
        latched = most is not None and len(times) >= most and until is not None
        trip = Trip(
            rule=figure.rule,
            at=self._now,
            limit=figure.limit,
            value=figure.value,
            unit=figure.unit,
            until=None if latched else until,
            latched=latched,
            detail=figure.detail,
        )
        self._active[figure.rule] = trip
        self._cooldown_until = None
        self._warned.discard(figure.rule)
        self._next_change = self._find_next_change()
        return trip

    def _let_go(self, trip: Trip, way: ResetWay) -> None:
        """End a trip and re-baseline what its rule compares."""
        del self._active[trip.rule]
        before_boundary = way is not ResetWay.TIME or self._policy.end_of(trip.rule).after is not None
        self._compared.rebaseline(trip.rule, self._now, within_day=before_boundary)

    def _pass_time(self, now: datetime) -> list[BreakerEvent]:
        events: list[BreakerEvent] = []
        while self._next_change <= now:
            self._now = max(self._now, self._next_change)
            self._make_changes_due(events)
            self._next_change = self._find_next_change()
        self._now = max(self._now, now)
        return events

    def _make_changes_due(self, events: list[BreakerEvent]) -> None:
        if self._day_ends_at <= self._now:
            self._compared.begin_day()
            self._day_ends_at = self._end_of_day(self._now)
        ended = [trip for trip in self._active.values() if trip.until is not None and trip.until <= self._now]
        for trip in ended:
            self._let_go(trip, ResetWay.TIME)
            events.append(TripEnded(trip, self._now, ResetWay.TIME))
        if ended and not self._active:
            if self._policy.cooldown > timedelta(0):
                self._cooldown_until = self._now + self._policy.cooldown
                events.append(CooldownStarted(self._now, self._cooldown_until))
            else:
                events.append(Recovered(self._now))
        elif self._cooldown_until is not None and self._cooldown_until <= self._now:
            self._cooldown_until = None
            events.append(Recovered(self._now))

    def _end_of_day(self, now: datetime) -> datetime:
        rule = self._policy.daily_loss
        midnight = datetime.min.time()
        return next_time_of_day(now, rule.day_starts if rule is not None else midnight)

    def _find_next_change(self) -> datetime:
        moments = [trip.until for trip in self._active.values() if trip.until is not None]
        if self._cooldown_until is not None:
            moments.append(self._cooldown_until)
        return min([self._day_ends_at, *moments])


def _hold(trip: Trip) -> tuple[bool, datetime]:
    """Order trips by how long they hold; those that wait for a person come last."""
    return (trip.until is None, trip.until or trip.at)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
