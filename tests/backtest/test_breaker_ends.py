"""How trips end while positions are still open and under water: each end counts anew, no loss trips twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.backtest.held import CONFIG, beside, held, only
from tests.backtest.planned import FIRST, NO_FEE, PAIRS, SECOND, entries, trips
from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

pytestmark = pytest.mark.feature("D6", "backtest")

Backtest = Callable[..., BacktestRun]

DAY, FALL, RATE = "DAILY_LOSS_EXCEEDED", "DRAWDOWN_EXCEEDED", "ORDER_RATE_EXCEEDED"
SEEN_BY_HOUR = """
    seen = {}

    def bot_loop_start(self, current_time, **kwargs):
        status = self.riskkit.status()
        self.seen[f"{current_time.day} {current_time.hour}:00"] = (
            str(status.breaker), status.peak, status.day_loss
        )
"""


@pytest.mark.parametrize(
    ("falls", "until"),
    [("1 5:00", "2 0:00"), ("1 22:00", "2 2:00")],
    ids=["boundary", "at least 240 minutes"],
)
def test_daily_loss_when_its_day_is_over_and_the_position_still_down_then_it_doesnt_trip_again(
    backtest: Backtest, falls: str, until: str
) -> None:
    """600 of open loss, held for days. After the end and 15 minutes entries pass, each day."""
    candles_, script = held({falls: 88.0})
    beside(candles_, script, SECOND, "2 3:00", "3 3:00", "4 3:00")

    run = backtest(scripted_with_kit(), candles_, script=script, riskkit=only("daily_loss"), config=CONFIG)

    assert trips(run) == [(DAY, falls, until)]
    assert entries(run, SECOND) == ["2 3:00", "3 3:00", "4 3:00"]


def test_daily_loss_when_its_trip_ends_after_the_boundary_then_the_new_days_loss_counts_from_the_boundary(
    backtest: Backtest,
) -> None:
    """Tripped at 22:00 with 9,400 left, until 02:00. At 01:00 9,200, at 05:00 8,950, at 06:00 8,925.

    From 9,400 at midnight the 450 at 05:00 are 4.8 %, the 475 at 06:00 are 5.05 %. From the 9,200 at the end
    of the trip they would have been 275. It is the second trip within 24 hours, so it stays.
    """
    opens = {"1 22:00": 88.0, "2 1:00": 84.0, "2 5:00": 79.0, "2 6:00": 78.5}
    candles_, script = held(opens)

    run = backtest(scripted_with_kit(), candles_, script=script, riskkit=only("daily_loss"), config=CONFIG)

    assert trips(run) == [(DAY, "1 22:00", "2 2:00"), (DAY, "2 6:00", None)]
    assert [trip["latched"] for trip in run.riskkit["trips"]] == [False, True]
    assert [trip["value"] for trip in run.riskkit["trips"]] == pytest.approx([600, 475])


def test_timed_when_open_losses_go_on_then_each_trip_ends_after_an_hour_and_counts_from_its_end(
    backtest: Backtest,
) -> None:
    """600 of 10,000 at 05:00; 475 of 9,400 at 12:00; 450 of 8,925 at 13:00, as the trip of 12:00 ends.

    425 of the 8,475 that this one ends with at 15:00. The loss of the day that is shown goes on from the
    day's opening throughout.
    """
    opens = {"1 5:00": 88.0, "1 12:00": 78.5, "1 13:00": 69.5, "1 15:00": 61.0}
    candles_, script = held(opens)
    section = {"circuit_breaker": {"preset": "timed", "drawdown": None}}

    run = backtest(
        scripted_with_kit(body=SEEN_BY_HOUR), candles_, script=script, riskkit=section, config=CONFIG
    )

    assert trips(run) == [
        (DAY, "1 5:00", "1 6:00"),
        (DAY, "1 12:00", "1 13:00"),
        (DAY, "1 13:00", "1 14:00"),
        (DAY, "1 15:00", "1 16:00"),
    ]
    assert [trip["value"] for trip in run.riskkit["trips"]] == pytest.approx([600, 475, 450, 425])
    shown = {hour: loss for hour, (_, _, loss) in run.strategy.seen.items()}
    assert [shown[hour] for hour in ("1 8:00", "1 12:00", "1 20:00")] == pytest.approx([600, 1075, 1950])
    assert shown["2 1:00"] == 0


def test_drawdown_when_its_trip_ends_by_time_then_the_peak_is_what_is_there(backtest: Backtest) -> None:
    """500 below 10,000 at 05:00, reset at 07:00: the peak is 9,500. 475 below that trips again, and stays."""
    candles_, script = held({"1 5:00": 90.0, "2 4:00": 80.5})
    section = only("drawdown", limit=0.05, reset="auto", stop_duration=120)

    run = backtest(
        scripted_with_kit(body=SEEN_BY_HOUR), candles_, script=script, riskkit=section, config=CONFIG
    )

    assert trips(run) == [(FALL, "1 5:00", "1 7:00"), (FALL, "2 4:00", None)]
    assert run.riskkit["trips"][1]["detail"] == "peak=9500, equity=9025"
    states = {hour: (state, peak) for hour, (state, peak, _) in run.strategy.seen.items()}
    assert [states[hour] for hour in ("1 4:00", "1 6:00", "1 7:00", "1 8:00")] == [
        ("closed", 10_000),
        ("open", 10_000),
        ("cooldown", 9_500),
        ("closed", 9_500),
    ]


@pytest.mark.parametrize(
    ("keys", "until"),
    [
        ({"stop_duration": 20}, "1 1:20"),
        ({"unlock_at": "01:45"}, "1 1:45"),
        ({}, "1 2:00"),
        ({"reset": "manual"}, None),
    ],
    ids=["duration", "time of day", "60 minutes", "manual"],
)
def test_order_rate_when_its_trip_ends_then_its_windows_are_empty(
    backtest: Backtest, keys: dict[str, Any], until: str | None
) -> None:
    """Three orders an hour: the fourth trips at 01:00. Three more pass at 02:05, when the first are old,
    and at 01:50, when they would still count but for the end of the trip.
    """
    pairs = PAIRS[:4]
    frames = {pair: candles.flat(100.0, 48, timeframe="5m") for pair in pairs}
    again = "01:50" if until in ("1 1:20", "1 1:45") else "02:05"
    script = {
        pair: {
            "enter": ["2024-01-01 01:00", f"2024-01-01 {again}"][: 1 if pair == pairs[3] else 2],
            "exit": ["2024-01-01 01:10"],
        }
        for pair in pairs
    }
    section = only("order_rate", per_minute=None, per_hour=3, **keys)
    section["circuit_breaker"]["cooldown_minutes"] = 0

    run = backtest(scripted_with_kit(), frames, script=script, riskkit=section, config=NO_FEE, timeframe="5m")

    assert trips(run) == [(RATE, "1 1:00", until)]
    opened = run.trades["open_date"].dt.strftime("%H:%M").value_counts().to_dict()
    assert opened == {"01:00": 3} | ({} if until is None else {again: 3})


def test_second_trip_when_it_is_of_an_open_loss_then_it_stays_as_any_second_trip(backtest: Backtest) -> None:
    """Two orders in a candle at 02:00 where one is allowed, and 500 of open loss at 10:00."""
    candles_, script = held({"1 10:00": 90.0})
    beside(candles_, script, SECOND, "1 2:00", "3 5:00")
    section = {"circuit_breaker": {"order_rate": {"per_minute": 1}}}

    run = backtest(scripted_with_kit(), candles_, script=script, riskkit=section, config=CONFIG)

    assert trips(run) == [(RATE, "1 2:00", "1 3:00"), (DAY, "1 10:00", None)]
    assert [trip["latched"] for trip in run.riskkit["trips"]] == [False, True]
    assert entries(run, FIRST) + entries(run, SECOND) == ["1 2:00"]
