"""The short way that a backtest takes through calm candles gives what the long one gives, digit by digit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from freqtrade_riskkit.core.breaker.course import Course
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

SECTIONS: dict[str, dict[str, Any]] = {
    "far from its limits": {"loss_streak": {"limit": 1000}},
    "tripping": {
        "preset": "timed",
        "daily_loss": {"limit": 0.005, "unlock_at": "09:30"},
        "drawdown": {"limit": 0.01},
        "loss_streak": {"limit": 4},
    },
}


@pytest.mark.parametrize("name", SECTIONS)
def test_result_when_no_candle_may_be_taken_in_short_then_it_is_the_same(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Trades, trips, warnings, metrics and the falls of the equity, its worst within the candles too."""
    candles, script = random_market(seed=5, volatility=0.01)
    section = {"circuit_breaker": SECTIONS[name], "order_tracking": {}, "entry": {"preset": "moderate"}}
    short_ways = []
    stays_calm = Course.stays_calm

    def counted(self: Course, *asked: Any) -> bool:
        short_ways.append(stays_calm(self, *asked))
        return short_ways[-1]

    monkeypatch.setattr(Course, "stays_calm", counted)
    short = backtest(scripted_with_kit(), candles, script=script, riskkit=section)
    monkeypatch.setattr(Course, "stays_calm", lambda self, equity, at: False)
    long = backtest(scripted_with_kit(), candles, script=script, riskkit=section)

    assert short.riskkit == long.riskkit
    assert short.trades.drop(columns="orders").equals(long.trades.drop(columns="orders"))
    assert short_ways.count(True) > 100
    assert bool(short.riskkit["trips"]) is (name == "tripping")
