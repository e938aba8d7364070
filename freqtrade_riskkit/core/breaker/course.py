"""How time and figures change what holds: the inside of the breaker's state machine."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

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
from freqtrade_riskkit.core.breaker.rolling import DAY

_JUDGED_BY_THEIR_EVENTS = frozenset({RuleName.ORDER_RATE, RuleName.ERRORS})
_PAST = datetime.min.replace(tzinfo=UTC)


class Course:
    """Brings a breaker from one moment to the next.

    While nothing holds and no figure is near its limit, it knows a level and a moment, at most a day ahead:
    until then no equity above that level can make anything happen (`stays_calm`, `closes_calmly`), so that
    there is nothing to judge at most of a backtest's candles. Then it looks ahead anew.

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
    is_closed
        Whether neither a trip nor the cooldown holds.
    is_judged
        Whether all that is compared was judged since it changed last.
    """

    __slots__ = (
        "_calm_above",
        "_calm_until",
        "_next_change",
        "_policy",
        "compared",
        "day_ends_at",
        "holds",
        "is_closed",
        "is_judged",
        "now",
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
        self._calm_above = math.inf
        self.judge_anew()
        self.note_holds()

    def clock(self, now: datetime) -> list[BreakerEvent]:
        """Let time pass and judge, where anything can have changed since the last time."""
        rolling = self.compared.rolling
        moves_at = self._calm_until if rolling.waiting else rolling.moves_at
        if self.is_judged and now < self._next_change and now < moves_at:
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
        self._take_in(equity)
        self.is_judged = True
        if not self.warned and self.compared.nothing_near(self.now):
            self._note_calm()
            return events
        return events + self.judge()

    def stays_calm(self, equity: float, at: datetime) -> bool:
        """Take in another equity where nothing can come of it; False, and nothing taken in, where it may.

        A moment that isn't in UTC, or earlier than the last one, and an equity that is no number may. A day's
        boundary that was due by then is passed in either case, at the equity before.
        """
        if at.tzinfo is not UTC or not (self._calm_above < equity < math.inf) or at < self.now:
            return False
        if at >= self._calm_until and not self._goes_on_calmly(equity, at):
            return False
        compared = self.compared
        if equity != compared.equity:
            compared.equity = equity
            compared.rolling.waiting.append((at, equity))
            if equity > compared.peak:
                compared.peak = equity
                self._calm_above = max(self._calm_above, equity * compared.drawdown_left)
        self.now = at
        return True

    def closes_calmly(self, equity: float, pnl_ratio: float, at: datetime) -> bool:
        """Take in a closed trade and the equity after it as `stays_calm` does."""
        compared, streak = self.compared, self.compared.streak
        if pnl_ratio > 0:
            streak = 0
        elif pnl_ratio < 0 and -pnl_ratio >= compared.least_loss:
            streak += 1
        if not (-math.inf < pnl_ratio < math.inf and streak < compared.losses_near):
            return False
        if not self.stays_calm(equity, at):
            return False
        compared.streak = streak
        return True

    def close(self, equity: float, pnl_ratio: float, now: datetime) -> list[BreakerEvent]:
        """Let time pass, take in a closed trade and the equity after it, and judge."""
        events = self.pass_time(now) if now >= self._next_change else []
        if now > self.now:
            self.now = now
        compared = self.compared
        compared.count(pnl_ratio)
        self._take_in(equity)
        self.is_judged = True
        if not self.warned and compared.nothing_near(self.now):
            self._note_calm()
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
        self._calm_until = _PAST

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
        self._calm_until = _PAST
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
        self.is_closed = self.holds.state is BreakerState.CLOSED
        self.compared.watch(self.holds.automatic)
        next_end = self.holds.next_end
        self._next_change = self.day_ends_at if next_end is None else min(self.day_ends_at, next_end)
        self._calm_until = _PAST

    def _take_in(self, equity: float) -> None:
        compared = self.compared
        compared.move(equity, self.now)
        self._calm_above = max(self._calm_above, compared.peak * compared.drawdown_left)

    def _note_calm(self) -> None:
        """Work out how far and until when nothing can happen, once what was known of it is over."""
        if self.is_closed and self.now >= self._calm_until:
            self._look_ahead()

    def _goes_on_calmly(self, equity: float, now: datetime) -> bool:
        """Look ahead anew, once what was known of calm is over; nothing else was due but that a day began."""
        if self._calm_until is _PAST or now >= self.day_ends_at + DAY:
            return False
        if now >= self.day_ends_at:
            self.compared.begin_day()
            self.day_ends_at = self._next_change = self.day_ends_at + DAY
        self.now = now
        self._look_ahead()
        if equity > self._calm_above:
            return True
        self.judge_anew()
        return False

    def _look_ahead(self) -> None:
        self._calm_above = self.compared.calm_above(self.now)
        self._calm_until = min(self._next_change, self.now + DAY - self.compared.rolling.resolution)

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
