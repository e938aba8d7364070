"""Marks of open positions in real backtests, beside what Freqtrade's own trades say of that moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest
from freqtrade.enums import CandleType

from tests.support import candles
from tests.support.backtest import BacktestRun, run_backtest, run_backtests
from tests.support.scripted import scripted, scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

BTC, ETH = "BTC/USDT", "ETH/USDT"
SWAP = "BTC/USDT:USDT"
IMPORTS = """
import copy
from datetime import timedelta
from freqtrade.persistence import LocalTrade
from freqtrade_riskkit import RiskKitMixin
from freqtrade_riskkit.host.marks_backtest import BacktestMarks
"""
BODY = """
@property
def noted(self):
    return self.__dict__.setdefault("noted_marks", [])

def bot_loop_start(self, current_time, **kwargs):
    if self.__dict__.get("marked") is not self.riskkit.candles:
        self.marked = self.riskkit.candles
        rows, frames = self.marked
        self.marks = BacktestMarks(rows, timedelta(hours=1), frames=frames)
    held = LocalTrade.bt_trades_open
    unrealised = self.marks.unrealised(current_time, held)
    self.noted.append((
        current_time, unrealised, self.marks.adverse, self.marks.oldest_age_seconds,
        [copy.copy(trade) for trade in held],
    ))
"""
ADJUSTING = """
position_adjustment_enable = True

def adjust_trade_position(self, trade, current_time, **kwargs):
    return {3: 100.0, 5: -200.0, 8: 50.0}.get(current_time.hour % 12)
"""
ALWAYS = """
def populate_entry_trend(self, dataframe, metadata):
    dataframe["enter_long"] = (dataframe["date"].dt.hour % 6 < 3).astype(int)
    return dataframe

def populate_exit_trend(self, dataframe, metadata):
    dataframe["exit_long"] = (dataframe["date"].dt.hour % 12 == 11).astype(int)
    return dataframe
"""
SHORT_AT_3X = """
can_short = True

def leverage(self, **kwargs):
    return 3.0

def populate_entry_trend(self, dataframe, metadata):
    dataframe["enter_short"] = (dataframe["date"].dt.hour % 24 == 1).astype(int)
    return dataframe

def populate_exit_trend(self, dataframe, metadata):
    dataframe["exit_short"] = (dataframe["date"].dt.hour % 24 == 20).astype(int)
    return dataframe
"""

Backtest = Callable[..., BacktestRun]


def source(*bodies: str) -> str:
    """Write a strategy that notes its marks, and copies of its open trades, in each loop."""
    return scripted(bases="RiskKitMixin, IStrategy", imports=IMPORTS, body=BODY + "".join(bodies))


def compare(run: BacktestRun, frames: Mapping[str, pd.DataFrame]) -> int:
    """Hold each loop's marks against calc_profit at rates that are looked up in the frames by their date."""
    by_date = {pair: frame.set_index("date") for pair, frame in frames.items()}
    positions = 0
    for moment, unrealised, adverse, age, trades in run.strategy.noted:
        expected = worst = 0.0
        for trade in trades:
            if not trade.amount:
                continue
            positions += 1
            frame = by_date[trade.pair]
            opening = frame.loc[moment, "open"]
            ended = frame.loc[moment - pd.Timedelta(hours=1)]
            extreme = max(opening, ended["high"]) if trade.is_short else min(opening, ended["low"])
            exact = trade.stake_amount * trade.leverage / trade.amount  # Freqtrade's open_rate is rounded
            expected += trade.calc_profit(opening, trade.amount, exact)
            worst += trade.calc_profit(extreme, trade.amount, exact)
        assert unrealised == pytest.approx(expected, rel=1e-9, abs=1e-7), moment
        assert adverse == pytest.approx(worst, rel=1e-9, abs=1e-7), moment
        assert age == 0.0
    assert run.strategy.riskkit.candles is None
    assert run.strategy.riskkit.books.marks is None, "they hold the candles and Freqtrade's dataframes"
    return positions


@pytest.mark.parametrize("stacking", [False, True])
def test_marks_when_positions_are_added_to_and_stacked_then_as_freqtrades_trades_say(
    backtest: Backtest, stacking: bool
) -> None:
    frames = {BTC: candles.walk(200, seed=1), ETH: candles.walk(200, seed=2, price=50.0)}
    arguments = ["--enable-position-stacking"] if stacking else []

    run = backtest(source(ADJUSTING, ALWAYS), frames, arguments=arguments, config={"max_open_trades": 6})

    most = max(len(trades) for *_, trades in run.strategy.noted)
    assert most > 2 if stacking else most == 2
    assert compare(run, frames) > 200


def test_marks_when_short_with_leverage_and_funding_then_as_freqtrades_trades_say(
    workspace: Workspace,
) -> None:
    frame = candles.walk(120, seed=3, price=10_000.0, decimals=1)
    funding = frame.assign(open=0.0004, funding_rate=0.0004)
    workspace.data.mkdir(parents=True, exist_ok=True)
    for kind, written in (
        (CandleType.FUTURES, frame),
        (CandleType.MARK, frame),
        (CandleType.FUNDING_RATE, funding),
    ):
        candles.write(workspace.data, {SWAP: written}, candle_type=kind)
    config = {"trading_mode": "futures", "margin_mode": "isolated", "stake_amount": 1000}

    run = run_backtest(source(SHORT_AT_3X), {SWAP: frame}, workspace=workspace, config=config)

    held = [trade for *_, trades in run.strategy.noted for trade in trades]
    assert {(trade.is_short, trade.leverage) for trade in held} == {(True, 3.0)}
    assert any(trade.funding_fees for trade in held)
    assert compare(run, {SWAP: frame}) > 50


def test_marks_when_the_timeframe_has_detail_then_at_the_main_candles_opens(workspace: Workspace) -> None:
    detail = candles.walk(12 * 72, seed=4, timeframe="5m")
    main = (
        detail.resample("1h", on="date")
        .agg({"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"})
        .reset_index()
    )
    workspace.data.mkdir(parents=True, exist_ok=True)
    candles.write(workspace.data, {BTC: detail}, timeframe="5m")

    run = run_backtest(
        source(ALWAYS), {BTC: main}, workspace=workspace, arguments=["--timeframe-detail", "5m"]
    )

    assert compare(run, {BTC: main}) > 30


def test_marks_when_the_market_falls_then_not_before_the_candle_of_the_fall_is_over(
    backtest: Backtest,
) -> None:
    """Ten are held from 100 (fee 0). The candle of 03:00 falls to 60 and closes at 70: known at 04:00."""
    rows = [(100.0, 100.0, 100.0, 100.0)] * 3 + [(100.0, 100.0, 60.0, 70.0)] + [(70.0, 70.0, 70.0, 70.0)] * 3
    script = {BTC: {"enter": ["2024-01-01 02:00"]}}

    run = backtest(source(), {BTC: candles.from_rows(rows)}, script=script, config={"fee": 0.0})

    marked = {moment.hour: (unrealised, adverse) for moment, unrealised, adverse, *_ in run.strategy.noted}
    assert marked == {
        1: (0, 0),
        2: (0, 0),
        3: (0, 0),
        4: pytest.approx((-300, -400)),
        5: pytest.approx((-300, -300)),
        6: pytest.approx((-300, -300)),
    }


def test_candles_when_some_are_missing_doubled_or_out_of_order_then_freqtrade_puts_them_right(
    backtest: Backtest,
) -> None:
    """A missing candle stands still at the close before it, so the kit's cursor meets every hour once."""
    whole = candles.walk(60, seed=5)
    broken = pd.concat([whole.drop(index=range(20, 24)), whole.loc[[30]]]).sample(frac=1.0, random_state=1)
    body = """
        def bot_loop_start(self, current_time, **kwargs):
            self.given = {pair: list(rows) for pair, rows in self.riskkit.candles.rows.items()}
    """

    run = backtest(scripted_with_kit(body=body), {BTC: broken})

    given: list[list[Any]] = run.strategy.given[BTC]
    assert [row[0] for row in given] == list(whole["date"][1:])
    before = float(whole.loc[19, "close"])
    assert [row[1:5] for row in given[19:23]] == [[before] * 4] * 4


def test_strategies_when_listed_then_each_is_handed_its_own_candles(workspace: Workspace) -> None:
    frames = {BTC: candles.walk(80, seed=6)}
    second = "\nclass Second(Scripted):\n    pass\n"

    runs = run_backtests(
        source(ALWAYS) + second, frames, workspace=workspace, strategies=["Scripted", "Second"]
    )

    assert [compare(run, frames) > 20 for run in runs.values()] == [True, True]
