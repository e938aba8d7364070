"""Every metric of an account after a real backtest, beside Freqtrade's own figures of the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.backtest.planned import FIRST, NO_FEE, Planned, market
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]
A3 = pytest.mark.feature("A3", "backtest")

# Ours, and the name that Freqtrade has for it in its statistics.
SAME = {
    "trades": "total_trades",
    "wins": "wins",
    "losses": "losses",
    "draws": "draws",
    "win_rate": "winrate",
    "expectancy": "expectancy",
    "expectancy_ratio": "expectancy_ratio",
    "profit_factor": "profit_factor",
    "sharpe": "sharpe",
    "sortino": "sortino",
    "calmar": "calmar",
    "max_drawdown": "max_relative_drawdown",
    "max_drawdown_abs": "max_drawdown_abs",
    "longest_win_streak": "max_consecutive_wins",
    "longest_loss_streak": "max_consecutive_losses",
    "average_holding_seconds": "holding_avg_s",
    "net_profit": "profit_total_abs",
}


@pytest.fixture(
    scope="module", params=[(1, 8), (2, 8), (3, 8), (2, 1)], ids=["calm", "lively", "wild", "alone"]
)
def run(request: pytest.FixtureRequest, shared_backtest: Backtest) -> BacktestRun:
    """Many trades with Freqtrade's fee, in random markets of different mood, of eight pairs or one.

    The more restless, the more candles Freqtrade leaves out at the beginning. With one pair no two trades
    close at one moment; where they do, Freqtrade's drawdown depends on how it sorts them.
    """
    mood, pairs = request.param
    candles, script = random_market(seed=mood, pairs=pairs, days=160 // pairs, volatility=0.01 * mood)
    run = shared_backtest(
        scripted_with_kit(body=f"startup_candle_count = {20 * mood - 20}"),
        candles,
        script=script,
        riskkit={"entry": {"max_open_positions": 5}},
    )
    assert len(run.trades) > 100
    assert run.trades["close_date"].is_unique is (pairs == 1)
    return run


@A3
def test_metrics_when_freqtrade_prints_them_too_then_equal(run: BacktestRun) -> None:
    """Freqtrade rounds the holding time to minutes, the profit factor and SQN to their last digits."""
    ours = {name: run.riskkit["metrics"][name] for name in SAME}
    freqtrades = {name: run.stats[theirs] for name, theirs in SAME.items()}
    holding = ours.pop("average_holding_seconds")

    assert round(holding / 60) * 60 == freqtrades.pop("average_holding_seconds")
    assert holding == pytest.approx(run.trades["trade_duration"].mean() * 60)
    assert ours == pytest.approx(freqtrades, rel=1e-9, abs=5e-9)
    assert run.riskkit["metrics"]["sqn"] == pytest.approx(run.stats["sqn"], abs=5.1e-5)


@A3
def test_metric_when_freqtrade_does_not_print_it_then_as_pandas_has_it(run: BacktestRun) -> None:
    metrics, trades = run.riskkit["metrics"], run.trades
    profit = trades["profit_abs"]
    equity = 10_000 + profit.cumsum()
    peak = equity.cummax().clip(lower=10_000)
    results = "".join("W" if value > 0 else "L" for value in profit)

    assert metrics["average_win"] == pytest.approx(profit[profit > 0].mean())
    assert metrics["average_loss"] == pytest.approx(-profit[profit < 0].mean())
    assert metrics["peak_equity"] == pytest.approx(peak.iloc[-1])
    assert metrics["current_drawdown_abs"] == pytest.approx((peak - equity).iloc[-1], abs=1e-9)
    assert metrics["current_drawdown"] == pytest.approx(((peak - equity) / peak).iloc[-1], abs=1e-12)
    assert metrics["win_streak"] == len(results) - len(results.rstrip("W"))
    assert metrics["loss_streak"] == len(results) - len(results.rstrip("L"))
    turnover = (trades["amount"] * (trades["open_rate"] + trades["close_rate"])).sum()
    assert metrics["fees"] == pytest.approx(0.001 * turnover)


@A3
@pytest.mark.parametrize(
    ("profits", "undefined"),
    [
        ([], {"win_rate": 0, "expectancy_ratio": 100, "profit_factor": 0, "sharpe": 0, "sqn": 0}),
        ([50.0], {"expectancy_ratio": 100, "profit_factor": 0, "sortino": -100, "sqn": -100}),
        ([-50.0], {"sharpe": -100, "sortino": -100, "sqn": -100}),
        ([50.0, 60.0], {"expectancy_ratio": 100, "profit_factor": 0, "calmar": -100}),
    ],
    ids=["no trade", "one win", "one loss", "wins only"],
)
def test_metric_when_freqtrade_has_a_stand_in_then_none(
    backtest: Backtest, profits: list[float], undefined: Mapping[str, float]
) -> None:
    """0, −100 or 100 of Freqtrade's mean that there is nothing to divide by."""
    plan = [Planned(f"1 {2 + 4 * n}:00", f"1 {4 + 4 * n}:00", p, FIRST) for n, p in enumerate(profits)]
    candles, script = market(plan, days=2, also=[FIRST])

    run = backtest(scripted_with_kit(), candles, script=script, riskkit={}, config=NO_FEE)

    shown = {name: run.riskkit["metrics"][name] for name in undefined}
    assert shown == dict.fromkeys(undefined)
    stand_ins = {name: run.stats.get({**SAME, "sqn": "sqn"}[name]) for name in undefined}
    assert stand_ins == undefined or not profits
