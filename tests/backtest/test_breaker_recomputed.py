"""Every trip of a real backtest, computed again from the trades that Freqtrade exported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from freqtrade_riskkit.config import load
from freqtrade_riskkit.core.breaker import RuleName
from freqtrade_riskkit.host.policies import breaker_policy
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.reference_breaker import ReferenceBreaker
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

CODES = {
    RuleName.DAILY_LOSS: "DAILY_LOSS_EXCEEDED",
    RuleName.DRAWDOWN: "DRAWDOWN_EXCEEDED",
    RuleName.LOSS_STREAK: "CONSECUTIVE_LOSSES_EXCEEDED",
}
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
def test_trips_when_computed_again_from_the_exported_trades_then_the_same_to_the_cent(
    backtest: Backtest, name: str
) -> None:
    """The rules told a second time, by brute force, get the trades and the candles' times, nothing else."""
    candles, script = random_market(seed=7)
    section = {"circuit_breaker": SECTIONS[name]}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section)

    reference, moments = _again(run, section, pd.DatetimeIndex(next(iter(candles.values()))["date"]))
    found = [(t["code"], _moment(t["at"]), _moment(t["until"]), t["latched"]) for t in run.riskkit["trips"]]
    expected = [(CODES[trip.rule], trip.at, trip.until, trip.latched) for trip in reference.trips]
    assert found == expected
    assert len(found) >= 3
    for trip, again in zip(run.riskkit["trips"], reference.trips, strict=True):
        if again.rule is RuleName.DAILY_LOSS:
            baseline = reference.history[again.counted_from][1]
            loss = baseline - reference.history[again.happened_at][1]
            assert trip["value"] == pytest.approx(float(loss), abs=0.005)
    assert not set(run.trades["open_date"]) & moments


def _again(
    run: BacktestRun, section: dict[str, Any], dates: pd.DatetimeIndex
) -> tuple[ReferenceBreaker, set[pd.Timestamp]]:
    """Tell the reference of every candle and close; give it, and the candles at which no entry may be.

    Freqtrade's first loop is one candle after the start. A trip within a candle leaves open what was
    entered earlier in it.
    """
    config = load(section).config.circuit_breaker
    assert config is not None
    policy = breaker_policy(config)
    reference = ReferenceBreaker(policy, 10_000, dates[1].to_pydatetime())
    closes = run.trades.groupby("close_date", sort=False)
    equity, denied = 10_000.0, set()
    for date in dates[1:]:
        moment = date.to_pydatetime()
        reference.clock(moment)
        if reference.active or reference.cooldown_until is not None:
            denied.add(date)
        if date in closes.groups:
            for trade in closes.get_group(date).itertuples():
                equity += trade.profit_abs
                reference.closed(equity, trade.profit_ratio, moment)
    return reference, denied


def test_worst_day_when_the_daily_loss_trips_then_no_day_before_it_was_worse(backtest: Backtest) -> None:
    """The first trip by plain pandas: closed profit by day against the day's opening equity."""
    candles, script = random_market(seed=3, volatility=0.03)
    section = {"circuit_breaker": {"daily_loss": {"limit": 0.01}, "drawdown": None, "loss_streak": None}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section)

    trades = run.trades.sort_values("close_date", kind="stable")
    equity = 10_000 + trades["profit_abs"].cumsum()
    day = trades["close_date"].dt.floor("D")
    opening = (equity - trades["profit_abs"]).groupby(day).transform("first")
    a_day_before = [
        equity[trades["close_date"] <= moment - timedelta(days=1)] for moment in trades["close_date"]
    ]
    rolling = pd.Series([part.iloc[-1] if len(part) else 10_000.0 for part in a_day_before], trades.index)
    reached = ((opening - equity) / opening >= 0.01) | ((rolling - equity) / rolling >= 0.01)
    first = trades.loc[reached.idxmax(), "close_date"]
    assert _moment(run.riskkit["trips"][0]["at"]) == first


def test_trips_when_the_same_candles_run_twice_then_identical_in_every_figure(backtest: Backtest) -> None:
    candles, script = random_market(seed=7, days=15)
    section = {"circuit_breaker": SECTIONS["boundary"], "entry": {"preset": "moderate"}}

    first = backtest(scripted_with_kit(), candles, script=script, riskkit=section)
    second = backtest(scripted_with_kit(), candles, script=script, riskkit=section)

    assert first.riskkit["trips"]
    assert first.riskkit == second.riskkit
    pd.testing.assert_frame_equal(first.trades.drop(columns="orders"), second.trades.drop(columns="orders"))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
