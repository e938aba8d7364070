"""Policies, steps and events that hypothesis draws for the breaker."""

from __future__ import annotations

from datetime import time, timedelta

from hypothesis import strategies as st

from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerPolicy,
    DailyLoss,
    Drawdown,
    End,
    ErrorKind,
    Errors,
    LossStreak,
    Manual,
    OrderRate,
    TripWay,
)
from tests.unit.core.breaker.cases import INSTANT

minutes = st.integers(0, 3 * 24 * 60).map(lambda count: timedelta(minutes=count))
steps = st.one_of(
    st.sampled_from([0, 1, 15, 60, 239, 240, 241, 24 * 60 - 1, 24 * 60]).map(lambda m: timedelta(minutes=m)),
    st.just(INSTANT),
    minutes,
)
short_steps = st.one_of(
    st.sampled_from([0, 1, 29, 59, 60, 61, 1800, 3599, 3600]).map(lambda s: timedelta(seconds=s)),
    st.sampled_from([INSTANT, timedelta(seconds=60) - INSTANT, timedelta(hours=1) - INSTANT]),
)
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 17, 30, 59]))
durations = st.sampled_from([15, 60, 240, 26 * 60]).map(lambda count: timedelta(minutes=count))
ends = st.one_of(
    st.just(End(manual=True)),
    st.builds(End, after=durations),
    st.builds(End, at=clock_times, at_least=st.sampled_from([timedelta(0), timedelta(minutes=240)])),
)
actions = st.sampled_from(Action)
mild_actions = st.sampled_from([Action.BLOCK, Action.CANCEL])


@st.composite
def daily_losses(draw: st.DrawFn) -> DailyLoss:
    """A daily loss that ends by a person, after a time, or at the day's own boundary."""
    day_starts, end = draw(clock_times), draw(ends)
    return DailyLoss(
        draw(st.sampled_from([0.02, 0.05, 0.5, 1.0])),
        day_starts,
        End(at=day_starts, at_least=end.at_least) if end.at is not None else end,
        draw(actions),
    )


policies = st.builds(
    BreakerPolicy,
    daily_loss=st.none() | daily_losses(),
    drawdown=st.none() | st.builds(Drawdown, st.sampled_from([0.03, 0.15, 1.0]), ends, actions),
    loss_streak=st.none()
    | st.builds(LossStreak, st.integers(1, 5), st.sampled_from([0.0, 0.01, 0.015625]), ends, mild_actions),
    order_rate=st.none()
    | st.builds(OrderRate, st.none() | st.integers(1, 4), st.none() | st.integers(1, 7), ends, mild_actions),
    errors=st.none() | st.builds(Errors, st.integers(1, 4), ends, mild_actions),
    manual=st.builds(Manual, actions),
    cooldown=st.sampled_from([timedelta(0), timedelta(minutes=15), timedelta(hours=25)]),
    max_trips_per_day=st.sampled_from([None, 1, 2, 3]),
    warn_at=st.sampled_from([0.5, 0.8, 1.0]),
)
resolutions = st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=7), timedelta(hours=1)])
ratios = st.sampled_from([-1.0, -0.5, -0.015625, -0.01, -0.001, -1e-12, 0.0, 1e-12, 0.01, 2.0])
moves = st.one_of(st.integers(-60, 60), st.sampled_from([-50, -20, -1000, 0, 400]))
flows = st.one_of(st.integers(-300, 300), st.sampled_from([-1000, 5000]))
kinds = st.sampled_from(ErrorKind)
ways_by_hand = st.sampled_from([way for way in TripWay if way is not TripWay.RULE])
