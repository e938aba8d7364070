"""What a real backtest tells of the breaker: warnings, every figure against its limit, each trip's numbers.

Row D11 also wants each trip explained by `riskkit status --explain`, which asks a bot's records.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest

from tests.backtest.planned import FIRST, NO_FEE, Planned, hour, market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit
from tests.support.workspace import Workspace

Backtest = Callable[..., BacktestRun]

FIGURES_BY_HOUR = """
    seen = {}

    def bot_loop_start(self, current_time, **kwargs):
        status = self.riskkit.status()
        self.seen[f"{current_time.day} {current_time.hour}:00"] = {
            "state": str(status.breaker), "equity": status.equity, "peak": status.peak,
            "day_loss": status.day_loss, "trips": [str(trip.code) for trip in status.trips],
            "figures": {str(f.rule): (f.limit, f.value, f.share) for f in status.figures},
        }
"""
# 300 won, then 250, 170 and 110 lost: 80 % of 515 are 412, passed at 12:00, 515 with the last one.
PLAN = [
    Planned("2 2:00", "2 4:00", 300, FIRST),
    Planned("3 2:00", "3 4:00", -250, FIRST),
    Planned("3 10:00", "3 12:00", -170, FIRST),
    Planned("3 18:00", "3 20:00", -110, FIRST),
]


@pytest.fixture(scope="module")
def run(shared_backtest: Backtest) -> BacktestRun:
    """Four days with the breaker at its defaults."""
    candles, script = market(PLAN)
    return shared_backtest(
        scripted_with_kit(body=FIGURES_BY_HOUR),
        candles,
        script=script,
        riskkit={"circuit_breaker": {}},
        config=NO_FEE,
    )


def test_status_when_asked_for_in_the_run_then_every_figure_stands_against_its_limit(
    run: BacktestRun,
) -> None:
    """13:00 of the 3rd: 420 lost of the day's 10,300, which are 4.08 %; two losses in a row."""
    seen = run.strategy.seen["3 13:00"]

    assert (seen["state"], seen["trips"]) == ("closed", [])
    assert (seen["equity"], seen["peak"], seen["day_loss"]) == pytest.approx((9880, 10_300, 420))
    assert seen["figures"]["daily_loss"] == pytest.approx((515, 420, 420 / 515))
    assert seen["figures"]["drawdown"] == pytest.approx((0.15, 420 / 10_300, 420 / 10_300 / 0.15))
    assert seen["figures"]["loss_streak"] == pytest.approx((5, 2, 0.4))


def test_status_when_the_breaker_is_open_then_it_names_the_trip(run: BacktestRun) -> None:
    seen = run.strategy.seen["3 21:00"]

    assert (seen["state"], seen["trips"]) == ("open", ["DAILY_LOSS_EXCEEDED"])


def test_warning_when_80_percent_of_a_limit_are_used_up_then_counted_once_for_the_approach(
    run: BacktestRun,
) -> None:
    """420 at 12:00 are more than 412; the streak never comes to four."""
    assert run.riskkit["warnings"] == {"LIMIT_NEAR": 1}


def test_trip_when_recorded_then_with_its_numbers_its_moment_and_its_end(run: BacktestRun) -> None:
    (trip,) = run.riskkit["trips"]

    assert trip["code"] == "DAILY_LOSS_EXCEEDED"
    assert (pd.Timestamp(trip["at"]), pd.Timestamp(trip["until"])) == (hour("3 20:00"), hour("4 0:00"))
    assert (trip["limit"], trip["value"]) == pytest.approx((515, 530))


def test_trips_when_the_backtest_is_stored_then_they_stand_in_the_file_beside_its_result(
    backtest: Backtest, workspace: Workspace
) -> None:
    candles, script = market(PLAN)

    run = backtest(
        scripted_with_kit(),
        candles,
        script=script,
        riskkit={"circuit_breaker": {}},
        config=NO_FEE,
        export="trades",
    )

    (file,) = workspace.results.glob("*.riskkit.json")
    stored = json.loads(file.read_text())["strategies"]["Scripted"]
    assert stored == run.riskkit
    assert [trip["code"] for trip in stored["trips"]] == ["DAILY_LOSS_EXCEEDED"]
    assert stored["warnings"] == {"LIMIT_NEAR": 1}
