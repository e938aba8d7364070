"""Whatever happens to a breaker, it does what the rules' text says, told a second time by brute force."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from freqtrade_riskkit.core.breaker import (
    BreakerEvent,
    BreakerPolicy,
    BreakerState,
    CircuitBreaker,
    DailyLoss,
    Drawdown,
    End,
    LimitNear,
    LossStreak,
    ResetWay,
    RuleName,
    Trip,
    TripEnded,
)
from freqtrade_riskkit.core.decisions import Code
from tests.support.reference_breaker import ReferenceBreaker
from tests.unit.core.breaker.cases import INSTANT

START = datetime(2024, 8, 5, tzinfo=UTC)

minutes = st.integers(0, 3 * 24 * 60).map(lambda count: timedelta(minutes=count))
steps = st.one_of(
    st.sampled_from([0, 1, 15, 60, 239, 240, 241, 24 * 60 - 1, 24 * 60]).map(lambda m: timedelta(minutes=m)),
    st.just(INSTANT),
    minutes,
)
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 17, 30, 59]))
durations = st.sampled_from([15, 60, 240, 26 * 60]).map(lambda count: timedelta(minutes=count))
ends = st.one_of(
    st.just(End(manual=True)),
    st.builds(End, after=durations),
    st.builds(End, at=clock_times, at_least=st.sampled_from([timedelta(0), timedelta(minutes=240)])),
)


@st.composite
def daily_losses(draw: st.DrawFn) -> DailyLoss:
    """A daily loss that ends by a person, after a time, or at the day's own boundary."""
    day_starts, end = draw(clock_times), draw(ends)
    return DailyLoss(
        draw(st.sampled_from([0.02, 0.05, 0.5, 1.0])),
        day_starts,
        End(at=day_starts, at_least=end.at_least) if end.at is not None else end,
    )


policies = st.builds(
    BreakerPolicy,
    daily_loss=st.none() | daily_losses(),
    drawdown=st.none() | st.builds(Drawdown, st.sampled_from([0.03, 0.15, 1.0]), ends),
    loss_streak=st.none()
    | st.builds(LossStreak, st.integers(1, 5), st.sampled_from([0.0, 0.01, 0.015625]), ends),
    cooldown=st.sampled_from([timedelta(0), timedelta(minutes=15), timedelta(hours=25)]),
    max_trips_per_day=st.sampled_from([None, 1, 2, 3]),
    warn_at=st.sampled_from([0.5, 0.8, 1.0]),
)
ratios = st.sampled_from([-1.0, -0.5, -0.015625, -0.01, -0.001, -1e-12, 0.0, 1e-12, 0.01, 2.0])
moves = st.one_of(st.integers(-60, 60), st.sampled_from([-50, -20, -1000, 0, 400]))
CODES = {
    RuleName.DAILY_LOSS: Code.DAILY_LOSS_EXCEEDED,
    RuleName.DRAWDOWN: Code.DRAWDOWN_EXCEEDED,
    RuleName.LOSS_STREAK: Code.CONSECUTIVE_LOSSES_EXCEEDED,
}


class BreakerBesideReference(RuleBasedStateMachine):
    """Both are told the same; they must agree after every step."""

    @initialize(policy=policies, equity=st.integers(1, 2000), offset=minutes)
    def begin(self, policy: BreakerPolicy, equity: int, offset: timedelta) -> None:
        self.policy, self.now = policy, START + offset
        self.breaker = CircuitBreaker(policy, equity, self.now)
        self.reference = ReferenceBreaker(policy, equity, self.now)
        self.warned: set[RuleName] = set()
        self.seen: list[Trip] = []
        self.peak, self.let_go = self.breaker.peak, False

    @rule(step=steps, move=moves, ratio=ratios)
    def trade_closes(self, step: timedelta, move: int, ratio: float) -> None:
        self._advance(step)
        equity = self.breaker.equity + move
        events = self.breaker.trade_closed(equity, ratio, self.now)
        self.reference.closed(equity, ratio, self.now)
        self._take(events, judged=True)

    @rule(step=steps, move=moves)
    def equity_moves(self, step: timedelta, move: int) -> None:
        self._advance(step)
        equity = self.breaker.equity + move
        events = self.breaker.equity_moved(equity, self.now)
        self.reference.moved(equity, self.now)
        self._take(events)

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self._advance(step)
        events = self.breaker.clock(self.now)
        self.reference.clock(self.now)
        self._take(events, judged=True)

    @rule(early=st.booleans())
    def an_end_comes_near(self, early: bool) -> None:
        """To the very end of a trip or cooldown, or to one instant before it."""
        ends = [trip.until for trip in self.reference.active.values()]
        moment = min(filter(None, [*ends, self.reference.cooldown_until]), default=self.now)
        self._advance(max(timedelta(0), moment - self.now - (INSTANT if early else timedelta(0))))
        events = self.breaker.clock(self.now)
        self.reference.clock(self.now)
        self._take(events, judged=True)

    @rule(step=steps, move=moves)
    def a_late_report_comes(self, step: timedelta, move: int) -> None:
        """What is dated before the last moment counts at that moment."""
        equity = self.breaker.equity + move
        events = self.breaker.trade_closed(equity, -0.01, self.now - step)
        self.reference.closed(equity, -0.01, self.now)
        self._take(events, judged=True)

    @rule(step=steps, rules=st.sets(st.sampled_from(RuleName)) | st.just(set(RuleName)))
    def a_person_resets(self, step: timedelta, rules: set[RuleName]) -> None:
        self._advance(step)
        events = self.breaker.reset(self.now, ResetWay.LOCK_DELETED, rules)
        self.reference.reset(self.now, rules)
        self._take(events)

    @rule(
        equity=st.sampled_from([float("nan"), float("inf"), -float("inf")]),
        naive=st.booleans(),
        step=steps,
    )
    def nonsense_is_told(self, equity: float, naive: bool, step: timedelta) -> None:
        """It is refused, and nothing has changed, not even the clock."""
        before, later = self.breaker.remember(), self.now + step
        if naive:
            equity, later = self.breaker.equity - 500, later.replace(tzinfo=None)
        for tell in (
            lambda: self.breaker.trade_closed(equity, -0.5, later),
            lambda: self.breaker.equity_moved(equity, later),
            lambda: self.breaker.trade_closed(0.0, equity if not naive else 0.0, later),
        ):
            try:
                tell()
            except ValueError:
                continue
            raise AssertionError("nonsense was taken in")
        assert self.breaker.remember() == before

    @rule()
    def process_restarts(self) -> None:
        """A breaker made of its memory goes on in its place; all further steps compare it."""
        memory = self.breaker.remember()
        self.breaker = CircuitBreaker.recall(self.policy, memory)
        assert self.breaker.remember() == memory

    @invariant()
    def trips_agree(self) -> None:
        expected = [(trip.rule, trip.at, trip.until, trip.latched) for trip in self.reference.trips]
        assert [(trip.rule, trip.at, trip.until, trip.latched) for trip in self.seen] == expected
        assert {trip.rule for trip in self.breaker.active_trips} == set(self.reference.active)
        assert self.breaker.cooldown_until == self.reference.cooldown_until

    @invariant()
    def figures_agree(self) -> None:
        shares = self.reference.shares()
        figures = {figure.rule: figure for figure in self.breaker.figures()}
        assert set(figures) == set(shares)
        for name, (share, _) in shares.items():
            assert abs(figures[name].share - share) <= share / 10**8
        assert self.breaker.peak == self.reference.peak
        assert self.breaker.day_loss == max(0, self.reference.day_opening - self.reference.equity)

    @invariant()
    def entries_pass_only_when_closed(self) -> None:
        decision, state = self.breaker.decide(), self.breaker.state
        if self.reference.active:
            assert state is BreakerState.OPEN
            held = [trip.until for trip in self.reference.active.values()]
            longest = None if None in held else max(filter(None, held))
            codes = {CODES[t.rule] for t in self.reference.active.values() if t.until == longest}
            assert not decision.allowed
            assert decision.code in codes
        elif self.reference.cooldown_until is not None:
            assert (state, decision.allowed, decision.code) == (BreakerState.COOLDOWN, False, Code.COOLDOWN)
        else:
            assert (state, decision.allowed) == (BreakerState.CLOSED, True)

    @invariant()
    def no_loss_trips_twice(self) -> None:
        """What a trip counts from lies behind the trip of the same rule before it."""
        last: dict[RuleName, int] = {}
        for trip in self.reference.trips:
            assert trip.counted_from >= last.get(trip.rule, 0)
            last[trip.rule] = trip.happened_at

    @invariant()
    def peak_never_falls_by_itself(self) -> None:
        assert self.breaker.peak >= self.peak or self.let_go
        self.peak, self.let_go = self.breaker.peak, False

    def _advance(self, step: timedelta) -> None:
        self.now += step

    def _take(self, events: list[BreakerEvent], *, judged: bool = False) -> None:
        """Note trips; where figures were judged, warnings told are those of rules that came near just now."""
        self.seen += [event for event in events if isinstance(event, Trip)]
        self.let_go |= any(isinstance(e, TripEnded) and e.trip.rule is RuleName.DRAWDOWN for e in events)
        told = [event.rule for event in events if isinstance(event, LimitNear)]
        if judged:
            held = {trip.rule for trip in self.breaker.active_trips}
            near = {
                f.rule for f in self.breaker.figures() if f.share >= self.policy.warn_at * (1 - 1e-9)
            } - held
            assert sorted(told) == sorted(near - self.warned)
            self.warned = near
        else:
            self.warned = set(self.breaker.remember().warned)


TestBreakerBesideReference = BreakerBesideReference.TestCase
TestBreakerBesideReference.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
