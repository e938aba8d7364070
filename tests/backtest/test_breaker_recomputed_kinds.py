"""Trips computed again for positions of other kinds.

Short with leverage and funding, stacked, added to and sold in parts, and left within the candle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from freqtrade.enums import CandleType

from tests.backtest.judged_again import assert_same_extremes, assert_same_trips, judge_again
from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

Backtest = Callable[..., BacktestRun]

BTC, ETH = "BTC/USDT", "ETH/USDT"
SWAPS = ("BTC/USDT:USDT", "ETH/USDT:USDT")
SECTION = {
    "circuit_breaker": {
        "preset": "timed",
        "daily_loss": {"limit": 0.01},
        "drawdown": {"limit": 0.02},
        "loss_streak": {"limit": 3},
        "order_rate": None,
        "added_entries": "allow",
    }
}
IN_AND_OUT = """
    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = (dataframe["date"].dt.hour % 6 < 3).astype(int)
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe["exit_long"] = (dataframe["date"].dt.hour % 12 == 11).astype(int)
        return dataframe
"""
ADJUSTED = """
    position_adjustment_enable = True

    def adjust_trade_position(self, trade, current_time, **kwargs):
        return {3: 100.0, 5: -200.0, 9: 50.0}.get(current_time.hour % 12)
"""
BOTH_WAYS = """
    can_short = True

    def leverage(self, **kwargs):
        return 3.0

    def populate_entry_trend(self, dataframe, metadata):
        hour = dataframe["date"].dt.hour
        dataframe["enter_short"] = (hour == 1).astype(int)
        dataframe["enter_long"] = (hour == 13).astype(int)
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        hour = dataframe["date"].dt.hour
        dataframe["exit_short"] = (hour == 11).astype(int)
        dataframe["exit_long"] = (hour == 22).astype(int)
        return dataframe
"""


def check(run: BacktestRun, frames: dict[str, pd.DataFrame], **options: Any) -> None:
    """Hold the run against its second telling; it must hold several trips."""
    again = judge_again(run, SECTION, frames, **options)
    assert again.told[-1].equity == pytest.approx(10_000 + run.trades["profit_abs"].sum(), abs=0.01)
    assert_same_trips(run, again)
    assert_same_extremes(run, again)
    assert len(run.riskkit["trips"]) >= 3


@pytest.mark.parametrize("stacking", [False, True], ids=["one a pair", "stacked"])
def test_trips_when_positions_are_added_to_sold_in_parts_and_stacked_then_the_same_computed_again(
    backtest: Backtest, stacking: bool
) -> None:
    frames = {
        BTC: candles.walk(360, seed=1, volatility=0.01),
        ETH: candles.walk(360, seed=2, price=50.0, volatility=0.01),
    }
    arguments = ["--enable-position-stacking"] if stacking else []

    run = backtest(
        scripted_with_kit(body=IN_AND_OUT + ADJUSTED),
        frames,
        riskkit=SECTION,
        arguments=arguments,
        config={"max_open_trades": 6},
    )

    assert any(len(orders) > 3 for orders in run.trades["orders"])
    if stacking:
        overlap = run.trades.sort_values(["pair", "open_date"])
        assert (overlap["open_date"] < overlap.groupby("pair")["close_date"].shift()).any()
    check(run, frames)


@pytest.mark.parametrize("body", [BOTH_WAYS, BOTH_WAYS + ADJUSTED], ids=["plain", "adjusted"])
def test_trips_when_short_and_long_with_leverage_and_funding_then_the_same_computed_again(
    backtest: Backtest, workspace: Workspace, body: str
) -> None:
    """Three times leverage; every eight hours a long position pays 0.2 % of its value to a short one.

    Nothing is adjusted at such an hour: Freqtrade then books that hour's funding twice.
    """
    frames = {
        pair: candles.walk(360, seed=seed, price=1000.0, decimals=2, volatility=0.006)
        for seed, pair in enumerate(SWAPS, start=3)
    }
    funding = {}
    workspace.data.joinpath("futures").mkdir(parents=True)
    for pair, frame in frames.items():
        rates = frame.loc[frame["date"].dt.hour % 8 == 0].assign(open=0.002, funding_rate=0.002)
        funding[pair] = 0.002 * frame.set_index("date").loc[rates["date"], "open"]
        for kind, written in (
            (CandleType.FUTURES, frame),
            (CandleType.MARK, frame),
            (CandleType.FUNDING_RATE, rates),
        ):
            candles.write(workspace.data, {pair: written}, candle_type=kind)

    run = backtest(
        scripted_with_kit(body=body),
        frames,
        riskkit=SECTION,
        config={"trading_mode": "futures", "margin_mode": "isolated", "stake_amount": 1500},
    )

    assert set(run.trades["is_short"]) == {False, True}
    assert (run.trades["funding_fees"].abs() > 5).any()
    check(run, frames, funding=funding)


def test_trips_when_the_timeframe_has_detail_then_the_same_computed_again(
    backtest: Backtest, workspace: Workspace
) -> None:
    """Stops of 1 % are reached at moments within the hour; marks are taken at the hour's open."""
    detail = {
        pair: candles.walk(12 * 240, seed=seed, timeframe="5m", volatility=0.003)
        for seed, pair in ((5, BTC), (6, ETH))
    }
    frames = {
        pair: frame.resample("1h", on="date")
        .agg({"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"})
        .reset_index()
        for pair, frame in detail.items()
    }
    workspace.write_candles(detail, timeframe="5m")

    run = backtest(
        scripted_with_kit(body=IN_AND_OUT + "    stoploss = -0.01\n"),
        frames,
        riskkit=SECTION,
        arguments=["--timeframe-detail", "5m"],
        config={"stake_amount": 2500},
    )

    assert (run.trades["close_date"].dt.minute != 0).any()
    check(run, frames)
