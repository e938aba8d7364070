"""What a real backtest tells of the breaker: warnings, every figure against its limit, each trip's numbers.

What `riskkit status --explain` asks are a bot's records; of a backtest the table and the result file tell.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest

from tests.backtest.held import CONFIG, held, only
from tests.backtest.planned import FIRST, NO_FEE, PAIRS, Planned, hour, market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.feature("D11", "backtest")

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


@pytest.mark.parametrize(
    ("rule", "below", "at_it"),
    [("daily_loss", 92.02, 92.0), ("drawdown", 76.02, 76.0)],
)
def test_warning_when_an_open_position_comes_near_a_limit_then_at_80_percent_of_it_once_an_approach(
    backtest: Backtest, rule: str, below: float, at_it: float
) -> None:
    """400 of the day's 500, 1,200 of the drawdown's 1,500: at 07:00 and, after a recovery, at 12:00."""
    opens = {"1 5:00": below, "1 7:00": at_it, "1 10:00": 100.0, "1 12:00": at_it, "1 13:00": below}
    candles, script = held(opens)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=only(rule), config=CONFIG)

    assert (run.riskkit["trips"], run.riskkit["warnings"]) == ([], {"LIMIT_NEAR": 2})


@pytest.mark.parametrize(("losses", "warnings"), [(3, {}), (4, {"LIMIT_NEAR": 1})])
def test_warning_when_losses_in_a_row_come_near_the_limit_then_at_the_fourth_of_five(
    backtest: Backtest, losses: int, warnings: dict[str, int]
) -> None:
    candles, script = market(
        [Planned(f"1 {2 * n}:00", f"1 {2 * n + 1}:00", -1) for n in range(1, losses + 1)]
    )

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=only("loss_streak"), config=NO_FEE)

    assert run.riskkit["warnings"] == warnings


@pytest.mark.parametrize(("orders", "warnings"), [(7, {}), (8, {"LIMIT_NEAR": 1})])
def test_warning_when_orders_come_near_the_limit_then_at_the_eighth_of_ten(
    backtest: Backtest, orders: int, warnings: dict[str, int]
) -> None:
    candles, script = market([Planned("1 5:00", pair=pair) for pair in PAIRS[:orders]], days=1)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=only("order_rate"), config=NO_FEE)

    assert run.riskkit["warnings"] == warnings


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
