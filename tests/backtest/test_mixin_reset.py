"""A backtest begins with nothing of the one before, and with the strategy's parameters of the moment."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pandas as pd
import pytest
from freqtrade.data.history import get_timerange

from tests.support import candles
from tests.support.backtest import forget, prepare
from tests.support.scripted import scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(120)

# Each pair falls by a tenth while it is held: the drawdown trips at the first close and waits for a person.
FALLING = [100.0, 100.0, 100.0, 90.0, *[90.0] * 12]
FRAMES = {pair: candles.from_opens(FALLING) for pair in ("BTC/USDT", "ETH/USDT")}
SCRIPT = {
    "BTC/USDT": {
        "enter": ["2024-01-01 02:00", "2024-01-01 06:00"],
        "exit": ["2024-01-01 03:00", "2024-01-01 08:00"],
    },
    "ETH/USDT": {"enter": ["2024-01-01 02:00", "2024-01-01 07:00"], "exit": ["2024-01-01 04:00"]},
}
SECTION = {"circuit_breaker": {"drawdown": {"limit": 0.005}, "daily_loss": None}}
FED = """
riskkit_parameters = {"entry.max_open_positions": "most"}
most = 1
"""


def test_backtest_when_run_again_in_one_process_then_the_same(workspace: Workspace) -> None:
    """As hyperopt does it: one strategy object, started once, backtested again and again.

    One position, one denial at 02:00, the trip at 03:00 until the end; then two positions, and back to one.
    """
    workspace.write_strategies(scripted_with_kit(body=FED))
    workspace.write_candles(FRAMES, timeframe="1h")
    config = workspace.write_config(
        pairs=list(FRAMES), timeframe="1h", riskkit=SECTION, overrides={"script": SCRIPT}
    )
    backtesting = prepare(
        *("backtesting", "--config", str(config), "--userdir", str(workspace.user_data)),
        *("--datadir", str(workspace.data), "--enable-protections", "--strategy", "Scripted"),
    )
    try:
        (strategy,) = backtesting.strategylist
        data, _ = backtesting.load_bt_data()
        backtesting._set_strategy(strategy)
        processed = strategy.advise_all_indicators(data)
        start, end = get_timerange(processed)

        def run() -> Any:
            return backtesting.backtest(deepcopy(processed), start_date=start, end_date=end)

        first, second = run(), run()
        strategy.most = 2
        wider = run()
        strategy.most = 1
        back = run()
    finally:
        backtesting.exchange.close()
        forget()

    assert [trip["code"] for trip in first["riskkit"]["trips"]] == ["DRAWDOWN_EXCEEDED"]
    assert first["riskkit"]["denials"]["POSITION_LIMIT"] == 1
    assert len(first["results"]) == 1
    assert len(wider["results"]) == 2
    for again in (second, back):
        assert again["riskkit"] == first["riskkit"]
        pd.testing.assert_frame_equal(again["results"], first["results"])
        assert [lock.reason for lock in again["locks"]] == [lock.reason for lock in first["locks"]]
