"""The breaker's states in real backtests: open, cooldown, closed again; latch; the `timed` preset.

Ends of trips with positions still open are in test_breaker_ends.py.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from tests.backtest.planned import FIRST, NO_FEE, SECOND, Planned, entries, market, trips
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

pytestmark = pytest.mark.feature("D6", "backtest")

Backtest = Callable[..., BacktestRun]

DAY, FALL, STREAK = "DAILY_LOSS_EXCEEDED", "DRAWDOWN_EXCEEDED", "CONSECUTIVE_LOSSES_EXCEEDED"
STATES_BY_QUARTER = """
    timeframe = "15m"
    states = {}

    def bot_loop_start(self, current_time, **kwargs):
        status = self.riskkit.status()
        self.states[f"{current_time:%H:%M}"] = (status.breaker, status.day_loss)
"""


def test_breaker_when_it_trips_then_open_cooldown_closed_as_its_times_say(backtest: Backtest) -> None:
    """Quarter-hour candles, so that the 15 minutes of cooldown are seen: open 04:00, closed at 05:15."""
    plan = [Planned("1 2:00", "1 4:00", -10), Planned("1 2:00", "1 12:00", pair=SECOND)]
    hourly, script = market(plan, days=1)
    candles = {pair: _in_quarters(frame) for pair, frame in hourly.items()}
    section = {"circuit_breaker": {"daily_loss": None, "drawdown": None, "loss_streak": {"limit": 1}}}

    run = backtest(
        scripted_with_kit(body=STATES_BY_QUARTER),
        candles,
        script=script,
        riskkit=section,
        config=NO_FEE,
        timeframe="15m",
    )

    states = {moment: str(state) for moment, (state, _) in run.strategy.states.items()}
    changes = [
        (moment, state)
        for (moment, state), before in zip(states.items(), [None, *states.values()], strict=False)
        if state != before
    ]
    # The trip happens within the candle of 04:00, after its loop began.
    assert changes == [
        ("00:15", "closed"),
        ("04:15", "open"),
        ("05:00", "cooldown"),
        ("05:15", "closed"),
    ]


def test_second_trip_when_within_24_hours_then_it_stays_to_the_end(backtest: Backtest) -> None:
    """A streak of two at 07:00; the daily loss at 15:00 is of another rule, and the second trip."""
    plan = [
        Planned("1 2:00", "1 4:00", -10),
        Planned("1 5:00", "1 7:00", -10),
        Planned("1 13:00", "1 15:00", -480),
        Planned("3 13:00", pair=SECOND),
    ]
    candles, script = market(plan)
    section = {"circuit_breaker": {"loss_streak": {"limit": 2}}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert trips(run) == [(STREAK, "1 7:00", "1 8:00"), (DAY, "1 15:00", None)]
    assert [trip["latched"] for trip in run.riskkit["trips"]] == [False, True]
    assert entries(run, SECOND) == []


def test_second_trip_when_24_hours_after_the_first_then_it_ends_by_itself(backtest: Backtest) -> None:
    """Trips at 04:00 of the 1st and of the 2nd."""
    plan = [
        Planned("1 2:00", "1 4:00", -10),
        Planned("2 2:00", "2 4:00", -10),
        Planned("3 13:00", pair=SECOND),
    ]
    candles, script = market(plan)
    section = {"circuit_breaker": {"loss_streak": {"limit": 1}}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert trips(run) == [(STREAK, "1 4:00", "1 5:00"), (STREAK, "2 4:00", "2 5:00")]
    assert entries(run, SECOND) == ["3 13:00"]


def test_rules_when_reached_by_one_close_then_all_trip_and_count_once(backtest: Backtest) -> None:
    """20 % in one close: three rules at 08:00; none is latched, the drawdown waits for a person."""
    plan = [Planned("1 5:00", "1 8:00", -900, FIRST), Planned("1 5:00", "1 8:00", -900, SECOND)]
    candles, script = market(plan)
    section = {"circuit_breaker": {"daily_loss": {"limit": 0.18}, "loss_streak": {"limit": 2}}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert trips(run) == [(DAY, "1 8:00", "2 0:00"), (FALL, "1 8:00", None), (STREAK, "1 8:00", "1 9:00")]
    assert not any(trip["latched"] for trip in run.riskkit["trips"])


def test_timed_when_the_account_keeps_losing_then_every_trip_ends_after_an_hour_and_none_latches(
    backtest: Backtest,
) -> None:
    """Six per cent at 04:00, at 08:00 and at 12:00: each time the daily loss, counted anew from the end.

    5 % of 10,000, of 9,400, of 8,836. The third time 15 % below the peak are reached too.
    """
    plan = [
        Planned("1 2:00", "1 4:00", -600),
        Planned("1 7:00", "1 8:00", -564),
        Planned("1 11:00", "1 12:00", -530.2),
        Planned("1 15:00", pair=SECOND),
    ]
    candles, script = market(plan)
    section = {"circuit_breaker": {"preset": "timed", "loss_streak": None}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert trips(run) == [
        (DAY, "1 4:00", "1 5:00"),
        (DAY, "1 8:00", "1 9:00"),
        (DAY, "1 12:00", "1 13:00"),
        (FALL, "1 12:00", "1 13:00"),
    ]
    values = [(trip["limit"], trip["value"]) for trip in run.riskkit["trips"][:3]]
    assert values == [pytest.approx(pair) for pair in ((500, 600), (470, 564), (441.8, 530.2))]
    assert entries(run, SECOND) == ["1 15:00"]


def test_end_of_a_trip_when_it_comes_then_the_same_loss_never_trips_again(backtest: Backtest) -> None:
    """Every rule reached at 04:00 and reset by time; then four days of nothing."""
    plan = [Planned("1 2:00", "1 4:00", -900, FIRST), Planned("1 2:00", "1 4:00", -900, SECOND)]
    candles, script = market(plan, days=6)
    section = {"circuit_breaker": {"preset": "timed", "loss_streak": {"limit": 2}}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert len(run.riskkit["trips"]) == 3
    assert {trip["at"] for trip in run.riskkit["trips"]} == {"2024-01-01T04:00:00Z"}


def _in_quarters(hourly: pd.DataFrame) -> pd.DataFrame:
    """Split hourly candles into quarters of an hour that stand still where the hour opened."""
    quarters = hourly.set_index("date").resample("15min").ffill().reset_index()
    return quarters.assign(high=quarters["open"], low=quarters["open"], close=quarters["open"])
