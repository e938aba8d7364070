"""What the kit does where it only observes, is off, or the backtest runs without protections."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import pytest

from tests.backtest.held import CONFIG, held, only
from tests.backtest.planned import trips
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

MODES = ("off", "observe", "enforce")
SECTION = {
    "circuit_breaker": {"daily_loss": {"limit": 0.01}, "loss_streak": {"limit": 3}},
    "order_tracking": {},
    "entry": {"max_open_positions": 3, "cooldown_seconds": 7200, "cooldown_with_positions_seconds": 7200},
    "exits": {"bracket": {"stop": 0.02}},
    "protections": [{"method": "CooldownPeriod", "stop_duration": 600}],
}


@pytest.fixture(scope="module")
def runs(shared_backtest: Callable[..., BacktestRun]) -> Mapping[str, BacktestRun]:
    """The same market in each mode of the kit."""
    candles, script = random_market(seed=5, days=20)
    return {
        mode: shared_backtest(scripted_with_kit(), candles, script=script, riskkit={**SECTION, "mode": mode})
        for mode in MODES
    }


def test_observe_when_everything_is_configured_then_the_trades_are_those_of_off(
    runs: Mapping[str, BacktestRun],
) -> None:
    """Field by field, orders included: no entry is denied, no exit added, no protection at work."""
    pd.testing.assert_frame_equal(runs["observe"].trades, runs["off"].trades)
    assert len(runs["enforce"].trades) < len(runs["off"].trades)


def test_observe_when_rules_are_broken_then_every_would_be_denial_and_trip_is_recorded(
    runs: Mapping[str, BacktestRun],
) -> None:
    observed = runs["observe"].riskkit

    assert observed["mode"] == "observe"
    assert {trip["code"] for trip in observed["trips"]} >= {"DAILY_LOSS_EXCEEDED"}
    assert set(observed["denials"]) >= {"POSITION_LIMIT", "ENTRY_COOLDOWN", "DAILY_LOSS_EXCEEDED"}
    assert runs["observe"].locks == ()
    assert observed["metrics"]["trades"] == len(runs["off"].trades)


def test_observe_when_a_trip_would_wait_for_a_person_then_its_end_after_a_day_is_shown_as_what_it_is(
    backtest: Callable[..., BacktestRun], capsys: pytest.CaptureFixture[str]
) -> None:
    """1,750 of 10,000 at 05:00. From the 8,250 of a day later 16 % are gone on the 4th, held to the end."""
    frames, script = held({"1 5:00": 65.0, "4 1:00": 38.6})
    section = {**only("drawdown"), "mode": "observe"}

    run = backtest(scripted_with_kit(), frames, script=script, riskkit=section, config=CONFIG)

    assert trips(run) == [("DRAWDOWN_EXCEEDED", "1 5:00", "2 5:00"), ("DRAWDOWN_EXCEEDED", "4 1:00", None)]
    assert [trip["let_go"] for trip in run.riskkit["trips"]] == [True, False]
    shown = " ".join(capsys.readouterr().out.partition("Breaker would trip")[2].split())
    assert "2024-01-02 05:00 (only observed)" in shown
    assert "the end (waits for a person)" in shown


def test_off_when_run_then_the_kit_leaves_no_result_and_no_lock(runs: Mapping[str, BacktestRun]) -> None:
    assert "riskkit" not in runs["off"].stats
    assert runs["off"].locks == ()


def test_breaker_when_protections_are_not_enabled_then_not_simulated_and_said_in_the_first_row(
    backtest: Callable[..., BacktestRun], capsys: pytest.CaptureFixture[str]
) -> None:
    """The limits on entries hold all the same: they are no protections."""
    candles, script = random_market(seed=5, days=10)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=SECTION, enable_protections=False)

    assert (run.riskkit["breaker_configured"], run.riskkit["breaker_simulated"]) == (True, False)
    assert (run.riskkit["trips"], run.locks) == ([], ())
    assert "ENTRY_COOLDOWN" in run.riskkit["denials"]
    table = capsys.readouterr().out.partition("RISKKIT")[2].partition("Figure")[2]
    first_row = next(line.strip() for line in table.splitlines()[1:] if line.strip() and "──" not in line)
    assert first_row.startswith("BREAKER NOT SIMULATED")
    assert first_row.endswith("--enable-protections")
