"""Peak and falls of the equity with open positions in real backtests, beside Freqtrade's wallet figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from tests.backtest.held import CONFIG, held
from tests.backtest.planned import FIRST, NO_FEE
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

pytestmark = pytest.mark.feature("A4", "backtest")

Backtest = Callable[..., BacktestRun]

SAME = {
    "marked_peak": "high_balance",
    "marked_max_drawdown": "max_relative_drawdown",
    "marked_max_drawdown_abs": "max_drawdown_abs",
    "marked_final": "end_balance",
}
WITHOUT_BREAKER: dict[str, Any] = {"entry": {"max_open_positions": 5}}
BREAKER: dict[str, Any] = {"loss_streak": {"limit": 5}, "daily_loss": None, "drawdown": None}
WITH_BREAKER: dict[str, Any] = {"circuit_breaker": BREAKER, **WITHOUT_BREAKER}
FEE = 0.001


def random_run(backtest: Backtest, riskkit: dict[str, Any], config: dict[str, Any]) -> BacktestRun:
    """Run many trades on six restless pairs, up to five at once."""
    candles, script = random_market(seed=11, pairs=6, days=20, volatility=0.03)
    run = backtest(scripted_with_kit(), candles, script=script, riskkit=riskkit, config=config)
    assert len(run.trades) > 50
    assert at_once(run.trades) > 2
    return run


@pytest.mark.parametrize("riskkit", [WITHOUT_BREAKER, WITH_BREAKER], ids=["plain", "breaker"])
@pytest.mark.parametrize("ratio", [1.0, 0.6])
def test_equity_when_there_are_no_fees_then_peak_and_falls_are_those_of_freqtrades_wallet(
    backtest: Backtest, riskkit: dict[str, Any], ratio: float
) -> None:
    """Of the whole wallet, also where the bot may use a part of it only."""
    run = random_run(backtest, riskkit, {**NO_FEE, "tradable_balance_ratio": ratio})
    ours, wallet = run.riskkit["equity"], run.stats["wallet_stats"]

    assert {name: ours[name] for name in SAME} == {
        name: pytest.approx(wallet[theirs], rel=1e-6) for name, theirs in SAME.items()
    }
    below = (wallet["high_balance"] - wallet["end_balance"]) / wallet["high_balance"]
    assert ours["marked_current_drawdown"] == pytest.approx(below, rel=1e-6)
    assert ours["marked_max_drawdown"] > ours["max_drawdown"]  # open positions show what closes don't


def test_equity_when_there_are_fees_then_it_differs_from_the_wallet_by_those_of_open_positions_only(
    backtest: Backtest,
) -> None:
    """The wallet takes a position's two fees off when it closes: 0.2 % of at most five stakes of 1,000."""
    run = random_run(backtest, WITHOUT_BREAKER, {"fee": FEE})
    ours, wallet = run.riskkit["equity"], run.stats["wallet_stats"]

    fees = 2.1 * FEE * 1_000 * at_once(run.trades)
    assert run.trades["stake_amount"].max() <= 1_000
    for name in ("marked_peak", "marked_max_drawdown_abs", "marked_final"):
        assert ours[name] == pytest.approx(wallet[SAME[name]], abs=fees)
    assert ours["marked_max_drawdown"] == pytest.approx(
        wallet["max_relative_drawdown"], abs=2 * fees / wallet["low_balance"]
    )
    assert ours["marked_peak"] != wallet["high_balance"]


def test_equity_when_an_open_position_rises_and_falls_then_counted_by_hand(backtest: Backtest) -> None:
    """5,000 in it: 120 are 11,000, the peak; 90 are 9,500, a fall of 1,500; 110 at the end are 10,500."""
    candles, script = held({"1 5:00": 120.0, "2 5:00": 90.0, "2 9:00": 110.0})

    run = backtest(scripted_with_kit(), candles, script=script, riskkit={}, config=CONFIG)

    equity = run.riskkit["equity"]
    assert equity["marked_peak"] == pytest.approx(11_000)
    assert equity["marked_max_drawdown"] == pytest.approx(1_500 / 11_000)
    assert equity["marked_max_drawdown_abs"] == pytest.approx(1_500)
    assert equity["marked_final"] == pytest.approx(10_500)
    assert equity["marked_current_drawdown"] == pytest.approx(500 / 11_000)
    assert (equity["peak"], equity["max_drawdown"]) == (pytest.approx(10_500), 0.0)
    assert equity["worst_day_loss"] is None  # that is the breaker's
    assert run.trades["pair"].tolist() == [FIRST]


def at_once(trades: pd.DataFrame) -> int:
    """Count the most trades that were open at one time."""
    moves = pd.concat([pd.Series(1, trades["open_date"]), pd.Series(-1, trades["close_date"])])
    return int(moves.sort_index(kind="stable").cumsum().max())
