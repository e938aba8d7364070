"""Every trip of a real backtest, computed again from the exported trades and the candles with pandas.

The equity is told again by `tests.support.marked_equity`, the rules by `tests.support.reference_breaker`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from tests.backtest.judged_again import assert_same_extremes, assert_same_trips, judge_again, moment
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.marked_equity import told_again
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

# Tight limits, so that 25 days hold many trips; drawdown and latch end by themselves.
SECTIONS: dict[str, dict[str, Any]] = {
    "boundary": {
        "daily_loss": {"limit": 0.004},
        "drawdown": {"limit": 0.02, "reset": "auto", "stop_duration": 600},
        "loss_streak": {"limit": 3, "min_loss": 0.005},
        "max_trips_per_day": None,
    },
    "timed": {
        "preset": "timed",
        "daily_loss": {"limit": 0.005, "unlock_at": "09:30"},
        "drawdown": {"limit": 0.01},
        "loss_streak": {"limit": 4},
    },
    "latch": {
        "daily_loss": {"limit": 0.03},
        "loss_streak": {"limit": 3, "unlock_at": "06:00"},
        "max_trips_per_day": 4,
    },
}


@pytest.mark.parametrize("name", SECTIONS)
def test_trips_when_computed_again_from_trades_and_candles_then_the_same_to_the_cent(
    backtest: Backtest, name: str
) -> None:
    """Eight pairs, entered and left every few hours; no entry passes while the second telling is open."""
    candles, script = random_market(seed=7)
    section = {"circuit_breaker": {**SECTIONS[name], "order_rate": None}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section)

    again = judge_again(run, section, candles)
    assert_same_trips(run, again)
    assert_same_extremes(run, again)
    assert len(run.riskkit["trips"]) >= 3
    assert not set(run.trades["open_date"]) & again.denied
    closed = sum(t.pnl_ratio is not None for t in again.told)
    assert closed == len(run.trades)
    assert again.told[-1].equity == pytest.approx(10_000 + run.trades["profit_abs"].sum(), abs=0.005)


def test_first_trip_when_found_by_plain_pandas_then_at_the_first_equity_that_lost_the_limit(
    backtest: Backtest,
) -> None:
    """Without the reference: equity against the day's opening, and against that of 24 hours before.

    The day's opening is the last equity before midnight, that of 24 hours before the last one at least
    that old.
    """
    candles, script = random_market(seed=3, volatility=0.03)
    breaker = {"daily_loss": {"limit": 0.01}, "drawdown": None, "loss_streak": None, "order_rate": None}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit={"circuit_breaker": breaker})

    told = list(told_again(run.trades, candles))
    equity = pd.Series({pd.Timestamp(t.at): t.equity for t in told})
    at_each = pd.Series({pd.Timestamp(t.at): t.equity for t in told if t.is_mark})
    first = moment(run.riskkit["trips"][0]["at"])
    for at in at_each.index:
        opening = equity[: at.floor("D") - timedelta(seconds=1)]
        rolling = equity[: at - timedelta(days=1)]
        baselines = [part.iloc[-1] if len(part) else 10_000.0 for part in (opening, rolling)]
        lost = max((baseline - min(at_each[at], equity[at])) / baseline for baseline in baselines)
        if lost >= 0.01:
            break
    assert first == at


def test_trips_when_the_same_candles_run_twice_then_identical_in_every_figure(backtest: Backtest) -> None:
    candles, script = random_market(seed=7, days=15)
    section = {"circuit_breaker": SECTIONS["boundary"], "entry": {"preset": "moderate"}}

    first = backtest(scripted_with_kit(), candles, script=script, riskkit=section)
    second = backtest(scripted_with_kit(), candles, script=script, riskkit=section)

    assert first.riskkit["trips"]
    assert first.riskkit == second.riskkit
    pd.testing.assert_frame_equal(first.trades.drop(columns="orders"), second.trades.drop(columns="orders"))
