"""Whatever happens to a breaker, it does what the rules' text says, told a second time by brute force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import TypeAdapter

from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerEvent,
    BreakerMemory,
    BreakerPolicy,
    BreakerState,
    CircuitBreaker,
    ErrorKind,
    LimitNear,
    Recovered,
    ResetWay,
    RuleName,
    Trip,
    TripEnded,
    TripWay,
)
from freqtrade_riskkit.core.decisions import Code
from tests.support.reference_breaker import STRENGTH, ReferenceBreaker
from tests.unit.core.breaker import drawn
from tests.unit.core.breaker.cases import INSTANT

START = datetime(2024, 8, 5, tzinfo=UTC)
AS_JSON = TypeAdapter(BreakerMemory)
CODES = {
    RuleName.DAILY_LOSS: Code.DAILY_LOSS_EXCEEDED,
    RuleName.DRAWDOWN: Code.DRAWDOWN_EXCEEDED,
    RuleName.LOSS_STREAK: Code.CONSECUTIVE_LOSSES_EXCEEDED,
    RuleName.ORDER_RATE: Code.ORDER_RATE_EXCEEDED,
    RuleName.ERRORS: Code.ERRORS_EXCEEDED,
    RuleName.MANUAL: Code.MANUAL_TRIP,
}
LOSSES = {RuleName.DAILY_LOSS, RuleName.DRAWDOWN, RuleName.LOSS_STREAK}


class BreakerBesideReference(RuleBasedStateMachine):
    """Both are told the same; they must agree after every step."""

    @initialize(
        policy=drawn.policies,
        equity=st.integers(1, 2000),
        offset=drawn.minutes,
        resolution=drawn.resolutions,
    )
    def begin(self, policy: BreakerPolicy, equity: int, offset: timedelta, resolution: timedelta) -> None:
        self.policy, self.now, self.resolution = policy, START + offset, resolution
        self.breaker = CircuitBreaker(policy, equity, self.now, resolution)
        self.reference = ReferenceBreaker(policy, equity, self.now, resolution)
        self.warned: set[RuleName] = set()
        self.rates_warned: set[RuleName] = set()
        self.seen: list[Trip] = []
        self.peak, self.let_go, self.is_closed = self.breaker.peak, False, True

    @rule(step=drawn.steps, move=drawn.moves, ratio=drawn.ratios)
    def trade_closes(self, step: timedelta, move: int, ratio: float) -> None:
        self._advance(step)
        equity = self.breaker.equity + move
        events = self.breaker.trade_closed(equity, ratio, self.now)
        self.reference.closed(equity, ratio, self.now)
        self._take(events, judged=True)

    @rule(step=drawn.steps, move=drawn.moves)
    def equity_moves(self, step: timedelta, move: int) -> None:
        self._advance(step)
        equity = self.breaker.equity + move
        events = self.breaker.equity_moved(equity, self.now)
        self.reference.moved(equity, self.now)
        self._take(events, judged=True)

    @rule(step=drawn.steps)
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

    @rule(step=drawn.steps, move=drawn.moves)
    def a_late_report_comes(self, step: timedelta, move: int) -> None:
        """What is dated before the last moment counts at that moment."""
        equity = self.breaker.equity + move
        events = self.breaker.trade_closed(equity, -0.01, self.now - step)
        self.reference.closed(equity, -0.01, self.now)
        self._take(events, judged=True)

    @rule(step=drawn.steps, rules=st.sets(st.sampled_from(RuleName)) | st.just(set(RuleName)))
    def a_person_resets(self, step: timedelta, rules: set[RuleName]) -> None:
        """And while there is equity, what was reset doesn't trip again for what it tripped for."""
        self._advance(step)
        events = self.breaker.reset(self.now, ResetWay.LOCK_DELETED, rules)
        self.reference.reset(self.now, rules)
        self._take(events)
        ended = {event.trip.rule for event in events if isinstance(event, TripEnded)}
        if self.breaker.equity > 0:
            events = self.breaker.clock(self.now)
            self.reference.clock(self.now)
            assert not {event.rule for event in events if isinstance(event, Trip)} & ended
            self._take(events, judged=True)

    @rule(step=drawn.steps | drawn.short_steps, asked=st.integers(0, 1), placed=st.integers(1, 5))
    def orders_are_placed(self, step: timedelta, asked: int, placed: int) -> None:
        """Some without asking before, as others do that were let through."""
        self._advance(step)
        for _ in range(asked):
            events = self.breaker.order_asked(self.now)
            self.reference.asked(self.now)
            self._take(events, judged=True)
        for _ in range(placed):
            events = self.breaker.order_placed(self.now)
            self.reference.placed(self.now)
            self._take(events, judged=True, weighed=RuleName.ORDER_RATE)

    @rule(early=st.booleans(), length=st.sampled_from([timedelta(minutes=1), timedelta(hours=1)]))
    def an_order_leaves_its_window(self, early: bool, length: timedelta) -> None:
        """To the very moment, or to one instant before it."""
        leaves = [at + length for at in self.reference.orders if at + length > self.now]
        moment = min(leaves, default=self.now) - (INSTANT if early else timedelta(0))
        self._advance(max(timedelta(0), moment - self.now))
        events = self.breaker.order_asked(self.now)
        self.reference.asked(self.now)
        self._take(events, judged=True)

    @rule(step=drawn.steps | drawn.short_steps, kind=drawn.kinds)
    def something_fails(self, step: timedelta, kind: ErrorKind) -> None:
        self._advance(step)
        events = self.breaker.error(kind, self.now)
        self.reference.failed(kind, self.now)
        self._take(events, judged=True, weighed=RuleName.ERRORS)

    @rule(step=drawn.short_steps, kinds=st.sets(drawn.kinds))
    def something_succeeds(self, step: timedelta, kinds: set[ErrorKind]) -> None:
        self._advance(step)
        events = self.breaker.succeeded(kinds, self.now)
        self.reference.succeeded(kinds, self.now)
        self._take(events, judged=True, weighed=RuleName.ERRORS)

    @rule(step=drawn.steps, amount=drawn.flows)
    def money_flows(self, step: timedelta, amount: int) -> None:
        """It is neither profit nor loss, and trips nothing there and then."""
        self._advance(step)
        events = self.breaker.cash_flow(amount, self.now)
        self.reference.flow(amount, self.now)
        self._take(events)
        assert not any(isinstance(event, Trip) for event in events)
        self.peak += amount

    @rule(
        step=drawn.steps,
        way=drawn.ways_by_hand,
        lasts=st.none() | drawn.steps,
        action=st.none() | drawn.actions,
    )
    def somebody_trips(
        self, step: timedelta, way: TripWay, lasts: timedelta | None, action: Action | None
    ) -> None:
        self._advance(step)
        until = self.now + lasts if lasts is not None else None
        events = self.breaker.trip(way, self.now, "by hand", until, action)
        self.reference.by_hand(way, self.now, until, action)
        self._take(events, judged=True)

    @rule(step=drawn.steps, way=drawn.ways_by_hand)
    def somebody_takes_a_trip_back(self, step: timedelta, way: TripWay) -> None:
        self._advance(step)
        events = self.breaker.end_manual(way, self.now, ResetWay.FLAG_REMOVED)
        self.reference.hand_off(way, self.now)
        self._take(events, judged=True)

    @rule(
        equity=st.sampled_from([float("nan"), float("inf"), -float("inf")]),
        naive=st.booleans(),
        step=drawn.steps,
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
            lambda: self.breaker.cash_flow(equity, later),
        ):
            try:
                tell()
            except ValueError:
                continue
            raise AssertionError("nonsense was taken in")
        assert self.breaker.remember() == before

    @rule()
    def process_restarts(self) -> None:
        """A breaker made of its memory's text goes on in its place; all further steps compare it."""
        memory = self.breaker.remember()
        stored = AS_JSON.validate_json(AS_JSON.dump_json(memory))
        assert stored == memory
        self.breaker = CircuitBreaker.recall(self.policy, stored, self.resolution)
        assert self.breaker.remember() == memory

    @invariant()
    def trips_agree(self) -> None:
        expected = [(t.rule, t.way, t.at, t.until, t.latched, t.action) for t in self.reference.trips]
        assert [(t.rule, t.way, t.at, t.until, t.latched, t.action) for t in self.seen] == expected
        assert {(t.rule, t.way) for t in self.breaker.active_trips} == set(self.reference.active)
        assert self.breaker.cooldown_until == self.reference.cooldown_until
        held = [trip.action for trip in self.reference.active.values()]
        assert self.breaker.action == max(held, key=STRENGTH.__getitem__, default=None)

    @invariant()
    def figures_agree(self) -> None:
        shares = {name: share for name, (share, _) in self.reference.shares().items()}
        shares |= self.reference.rates()
        figures = {figure.rule: figure for figure in self.breaker.figures()}
        assert set(figures) == set(shares)
        for name, share in shares.items():
            assert abs(figures[name].share - share) <= share / 10**8
        assert self.breaker.peak == self.reference.peak
        assert self.breaker.day_loss == max(0, self.reference.day_opening - self.reference.equity)

    @invariant()
    def little_is_remembered(self) -> None:
        """However often the equity moves, live loops keep one sample for each bucket of a day."""
        if self.resolution:
            most = timedelta(hours=24) // self.resolution + 3
            assert len(self.breaker.remember().samples) <= most

    @invariant()
    def being_closed_is_told(self) -> None:
        assert self.is_closed == (self.breaker.state is BreakerState.CLOSED)

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

    def _take(
        self, events: list[BreakerEvent], *, judged: bool = False, weighed: RuleName | None = None
    ) -> None:
        """Note trips and warnings.

        Where the figures of losses were judged, the warnings told are those of rules that came near
        just now. Orders and errors are weighed by their own events.
        """
        self.seen += [event for event in events if isinstance(event, Trip)]
        self.let_go |= any(isinstance(e, TripEnded) and e.trip.rule is RuleName.DRAWDOWN for e in events)
        for event in events:
            if isinstance(event, Trip | Recovered):
                self.is_closed = isinstance(event, Recovered)
        told = [event.rule for event in events if isinstance(event, LimitNear)]
        held = {trip.rule for trip in self.breaker.active_trips}
        near = {f.rule for f in self.breaker.figures() if f.share >= self.policy.warn_at * (1 - 1e-9)} - held
        if judged:
            assert sorted(LOSSES & set(told)) == sorted((near & LOSSES) - self.warned)
            self.warned = near & LOSSES
        else:
            self.warned = set(self.breaker.remember().warned) & LOSSES
        self.rates_warned -= {event.rule for event in events if isinstance(event, Trip)}
        if weighed is not None and weighed not in held:
            assert (weighed in told) == (weighed in near and weighed not in self.rates_warned)
            self.rates_warned = self.rates_warned - {weighed} | ({weighed} & near)


TestBreakerBesideReference = BreakerBesideReference.TestCase
TestBreakerBesideReference.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
