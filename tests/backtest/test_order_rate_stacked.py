"""The rate of orders where positions are stacked: what is replaced is the same order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.backtest.held import only
from tests.backtest.planned import FIRST, NO_FEE
from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

ADDED_AND_MOVED = """
    position_adjustment_enable = True
    order_types = {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}

    def custom_entry_price(self, trade, proposed_rate, **kwargs):
        return proposed_rate if trade is None else 95.0

    def adjust_trade_position(self, trade, **kwargs):
        return 50.0 if trade.nr_of_successful_entries == 1 and not trade.has_open_orders else None

    def adjust_entry_price(self, current_order_rate, **kwargs):
        return round(current_order_rate + 0.1, 1)
"""


@pytest.mark.parametrize("stacking", [False, True], ids=["one a pair", "stacked"])
def test_added_order_when_replaced_again_and_again_then_it_counts_once(
    backtest: Callable[..., BacktestRun], stacking: bool
) -> None:
    """The entry and one addition, moved from 95 to 100: two orders, as many as an hour may hold."""
    frames = {FIRST: candles.flat(100.0, 240, timeframe="1m")}
    frames[FIRST].loc[0, ["close", "high"]] = 100.1  # one decimal, Freqtrade's tick size

    run = backtest(
        scripted_with_kit(body=ADDED_AND_MOVED),
        frames,
        script={FIRST: {"enter": ["2024-01-01 01:00"]}},
        riskkit=only("order_rate", per_minute=2, per_hour=2),
        config={
            **NO_FEE,
            "max_open_trades": 20,
            "stake_amount": 100,
            "unfilledtimeout": {"entry": 600, "exit": 600, "unit": "minutes"},
        },
        arguments=["--enable-position-stacking"] if stacking else [],
        timeframe="1m",
    )

    assert run.stats["replaced_entry_orders"] >= 40
    assert [sum(order["ft_is_entry"] for order in orders) for orders in run.trades["orders"]] == [2]
    assert (run.riskkit["trips"], run.riskkit["denials"]) == ([], {})
    assert run.riskkit["entries"]["passed"] == 1
