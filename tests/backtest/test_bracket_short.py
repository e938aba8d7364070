"""The bracket of a leveraged short on made-up futures candles, through the real backtest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from freqtrade.enums import CandleType

from tests.support import candles
from tests.support.backtest import BacktestRun, run_backtest
from tests.support.scripted import scripted_with_kit
from tests.support.workspace import Workspace

Row = tuple[float, float, float, float]

PAIR = "BTC/USDT:USDT"
CALM: Row = (10000.0, 10010.0, 9990.0, 10000.0)
SHORT_AT_5X = """
    can_short = True

    def leverage(self, **kwargs):
        return 5.0

    def populate_entry_trend(self, dataframe, metadata):
        dataframe = super().populate_entry_trend(dataframe, metadata)
        dataframe["enter_short"] = (dataframe["date"].dt.hour == 1).astype(int)
        return dataframe
"""
SECTION = {"exits": {"bracket": {"stop": 0.05, "reward_to_risk": 2.0}}}
FUTURES = {"trading_mode": "futures", "margin_mode": "isolated", "stake_amount": 1000}


@pytest.fixture
def short_over(workspace: Workspace) -> Callable[[Row], BacktestRun]:
    """Sell short at 10,000, the open of 02:00, and hold over one candle of the given prices."""

    def run(row: Row) -> BacktestRun:
        frame = candles.from_rows([CALM, CALM, CALM, row, *[(row[3],) * 4] * 4])
        workspace.data.mkdir(parents=True, exist_ok=True)
        for candle_type, written in (
            (CandleType.FUTURES, frame),
            (CandleType.MARK, frame),
            (CandleType.FUNDING_RATE, frame.assign(funding_rate=0.0)),
        ):
            candles.write(workspace.data, {PAIR: written}, candle_type=candle_type)
        return run_backtest(
            scripted_with_kit(body=SHORT_AT_5X),
            {PAIR: frame},
            workspace=workspace,
            riskkit=SECTION,
            config=FUTURES,
        )

    return run


@pytest.mark.feature("H1", "backtest")
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((10000.0, 10110.0, 9990.0, 10050.0), ("riskkit_stop_loss", 10100.0)),
        ((10000.0, 10010.0, 9790.0, 9900.0), ("riskkit_take_profit", 9800.0)),
        ((10000.0, 10110.0, 9790.0, 9900.0), ("riskkit_stop_loss", 10100.0)),
        ((10000.0, 10090.0, 9810.0, 9900.0), ("force_exit", 9900.0)),
    ],
    ids=["stop", "target", "both: the stop counts", "neither"],
)
def test_short_when_a_candle_reaches_its_bracket_then_filled_at_the_price_that_the_leverage_gives(
    short_over: Callable[[Row], BacktestRun], row: Row, expected: tuple[str, float]
) -> None:
    """5 % of the stake at leverage 5 are 1 % of the price: 10,100. The target is 2 % below: 9,800."""
    run = short_over(row)

    (trade,) = run.trades.itertuples()
    assert (trade.is_short, trade.leverage) == (True, 5.0)
    assert (trade.exit_reason, trade.close_rate) == expected
