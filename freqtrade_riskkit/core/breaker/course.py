"""How time and figures change what holds: the inside of the breaker's state machine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

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
    TripWay,
)
from freqtrade_riskkit.core.breaker.figures import RuleFigure, share_of
from freqtrade_riskkit.core.breaker.holds import Holds
from freqtrade_riskkit.core.breaker.policy import BreakerPolicy, RuleName, next_time_of_day

_JUDGED_BY_THEIR_EVENTS = frozenset({RuleName.ORDER_RATE, RuleName.ERRORS})


class Course:
    """Brings a breaker from one moment to the next.

    Parameters
    ----------
    policy
        The rules and how they end.
    now
        The last moment that was accounted for, in UTC.
    compared
        What the rules compare, as it stood then.
    holds
        The trips and the cooldown that held then.
    warned
        Rules that were near their limit then, and told of.

    Attributes
    ----------
    day_ends_at
        The next boundary of the day.
    state
        The state that follows from what holds.
    is_judged
        Whether all that is compared was judged since it changed last.
    """

    __slots__ = (
        "_next_change",
        "_policy",
        "compared",
        "day_ends_at",
        "holds",
        "is_judged",
        "now",
        "state",
        "warned",
    )

    def __init__(
        self,
        policy: BreakerPolicy,
        now: datetime,
        compared: Baselines,
        holds: Holds,
        warned: Iterable[RuleName] = (),
    ) -> None:
        self._policy = policy
        self.now = now
        self.compared = compared
        self.holds = holds
        self.warned = set(warned)
        self.day_ends_at = self._end_of_day(now)
        self.judge_anew()
        self.note_holds()

    def clock(self, now: datetime) -> list[BreakerEvent]:
        """Let time pass and judge, where anything can have changed since the last time."""
        if self.is_judged and now < self._next_change and now < self.compared.rolling.moves_at:
            if now > self.now:
                self.now = now
            return []
        events = self.pass_time(now)
        return events + self.judge()

    def move(self, equity: float, now: datetime) -> list[BreakerEvent]:
        """Let time pass, take in another equity, and judge; a backtest does it in each loop."""
        events = self.pass_time(now) if now >= self._next_change else []
        if now > self.now:
            self.now = now
        self.compared.move(equity, self.now)
        if not self.warned and self.compared.nothing_near(self.now):
            self.is_judged = True
            return events
        return events + self.judge()

    def close(self, equity: float, pnl_ratio: float, now: datetime) -> list[BreakerEvent]:
        """Let time pass, take in a closed trade and the equity after it, and judge."""
        events = self.pass_time(now) if now >= self._next_change else []
        if now > self.now:
            self.now = now
        compared = self.compared
        compared.count(pnl_ratio)
        compared.move(equity, self.now)
        self.is_judged = True
        if not self.warned and compared.nothing_near(self.now):
            return events
        return events + self.judge()

    def pass_time(self, now: datetime) -> list[BreakerEvent]:
        """Let what was due by then happen, each at its own moment."""
        events: list[BreakerEvent] = []
        while self._next_change <= now:
            self.now = max(self.now, self._next_change)
            self._make_changes_due(events)
            self.note_holds()
        if now > self.now:
            self.now = now
        return events

    def judge_anew(self) -> None:
        """Let the next look at the clock judge, whether or not anything seems to have changed."""
        self.is_judged = False

    def judge(self) -> list[BreakerEvent]:
        """Trip every rule of losses that reached its limit and isn't tripped; warn of the others."""
        self.is_judged = True
        if (not self.warned or self.warned <= _JUDGED_BY_THEIR_EVENTS) and self.compared.nothing_near(
            self.now
        ):
            return []
        return [event for figure in self.compared.figures(self.now) for event in self.weigh(figure)]

    def weigh(self, figure: RuleFigure | None) -> list[BreakerEvent]:
        """Hold one figure against its limit: trip, warn once for each approach, or nothing."""
        if figure is None or self.holds.tripped(figure.rule):
            return []
        rule = figure.rule
        if figure.trips:
            return [self.trip(figure)]
        if share_of(figure.share, self._policy.warn_at) < 1:
            self.warned.discard(rule)
            return []
        if rule in self.warned:
            return []
        self.warned.add(rule)
        window = figure.detail if rule in _JUDGED_BY_THEIR_EVENTS else ""
        return [LimitNear(rule, self.now, figure.limit, figure.value, figure.unit, window)]

    def trip(self, figure: RuleFigure) -> Trip:
        """Let a rule trip."""
        trip = self.holds.trip(figure, self.now)
        self.warned.discard(figure.rule)
        self.note_holds()
        return trip

    def end(self, trips: Iterable[Trip], way: ResetWay, skips_cooldown: bool) -> list[BreakerEvent]:
        """End trips before their time.

        Parameters
        ----------
        skips_cooldown
            Whether a cooldown ends with them, once no trip holds.
        """
        events: list[BreakerEvent] = []
        was_open = self.holds.state is not BreakerState.CLOSED
        for trip in trips:
            self._let_go(trip, way)
            events.append(TripEnded(trip, self.now, way))
        if skips_cooldown and not self.holds.trips:
            self.holds.cooldown_until = None
        if was_open and self.holds.state is BreakerState.CLOSED:
            events.append(Recovered(self.now))
        self.judge_anew()
        self.note_holds()
        return events

    def note_holds(self) -> None:
        """Work out anew what follows from the trips that hold."""
        self.state = self.holds.state
        self.compared.watch(self.holds.automatic)
        next_end = self.holds.next_end
        self._next_change = self.day_ends_at if next_end is None else min(self.day_ends_at, next_end)

    def _make_changes_due(self, events: list[BreakerEvent]) -> None:
        holds = self.holds
        if self.day_ends_at <= self.now:
            self.compared.begin_day()
            self.day_ends_at = self._end_of_day(self.now)
        was_open = holds.state is not BreakerState.CLOSED
        if holds.cooldown_until is not None and holds.cooldown_until <= self.now:
            holds.cooldown_until = None
        ended = holds.due(self.now)
        for trip in ended:
            way = ResetWay.LOCK_ENDED if trip.way is TripWay.FOREIGN_LOCK else ResetWay.TIME
            self._let_go(trip, way)
            events.append(TripEnded(trip, self.now, way))
        if any(not trip.is_manual for trip in ended) and not holds.automatic:
            self._begin_cooldown(events)
        if was_open and holds.state is BreakerState.CLOSED:
            events.append(Recovered(self.now))

    def _begin_cooldown(self, events: list[BreakerEvent]) -> None:
        if self._policy.cooldown > timedelta(0):
            self.holds.cooldown_until = self.now + self._policy.cooldown
            events.append(CooldownStarted(self.now, self.holds.cooldown_until))

    def _let_go(self, trip: Trip, way: ResetWay) -> None:
        """End a trip and re-baseline what its rule compares."""
        self.holds.let_go(trip)
        before_boundary = way is not ResetWay.TIME or self._policy.end_of(trip.rule).after is not None
        self.compared.rebaseline(trip.rule, self.now, within_day=before_boundary)

    def _end_of_day(self, now: datetime) -> datetime:
        rule = self._policy.daily_loss
        return next_time_of_day(now, rule.day_starts if rule is not None else time())
