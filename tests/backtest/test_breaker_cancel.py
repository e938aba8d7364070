"""What a trip with `action: cancel` takes back, in real backtests: open entry orders, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.backtest.planned import FIRST, NO_FEE, SECOND, THIRD, Planned, market, trips
from tests.support.backtest import BacktestRun
from tests.support.candles import from_rows
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

STREAK = "CONSECUTIVE_LOSSES_EXCEEDED"
PATIENT = {**NO_FEE, "unfilledtimeout": {"entry": 6000, "exit": 6000, "unit": "minutes"}}
# The first pair loses at 04:00 and trips a streak of one until 10:00.
LOSES_AT_4 = Planned("1 2:00", "1 4:00", -10, FIRST)
LIMIT_ORDERS = """
    order_types = {"entry": "limit", "exit": "limit", "stoploss": "market", "stoploss_on_exchange": False}

    def custom_entry_price(self, pair, proposed_rate, **kwargs):
        return 95.0 if pair == "SYN02/USDT" else proposed_rate

    def custom_exit_price(self, pair, proposed_rate, **kwargs):
        return 105.0 if pair == "SYN03/USDT" else proposed_rate
"""


def streak_of_one(action: str, **keys: Any) -> dict[str, Any]:
    """Write a section whose breaker trips at the first loss, for six hours."""
    streak = {"limit": 1, "stop_duration": 360, "action": action}
    return {
        "circuit_breaker": {
            "daily_loss": None,
            "drawdown": None,
            "order_rate": None,
            "loss_streak": streak,
            **keys,
        }
    }


@pytest.mark.feature("D9", "backtest")
@pytest.mark.parametrize(("action", "filled"), [("block", True), ("cancel", False)])
def test_entry_order_when_a_trip_cancels_then_it_is_taken_back_before_it_could_fill(
    backtest: Backtest, action: str, filled: bool
) -> None:
    """Bought at 95 since 03:00, below the market. The trip comes at 04:00, the price at 05:00."""
    candles, script = market([LOSES_AT_4, Planned("1 3:00", pair=SECOND)], days=1)
    candles[SECOND] = from_rows([(100.0,) * 4] * 5 + [(96.0, 96.0, 94.0, 96.0)] + [(96.0,) * 4] * 18)

    run = backtest(
        scripted_with_kit(body=LIMIT_ORDERS),
        candles,
        script=script,
        riskkit=streak_of_one(action),
        config=PATIENT,
    )

    assert trips(run) == [(STREAK, "1 4:00", "1 10:00")]
    assert (SECOND in set(run.trades["pair"])) is filled
    assert run.stats["timedout_entry_orders"] == (0 if filled else 1)


ADDS_AT_THREE_AND_SIX = (
    LIMIT_ORDERS
    + """
    position_adjustment_enable = True

    def custom_entry_price(self, pair, trade, proposed_rate, **kwargs):
        return 95.0 if trade is not None else proposed_rate

    def adjust_trade_position(self, trade, current_time, **kwargs):
        return 500.0 if trade.pair == "SYN02/USDT" and current_time.hour in {hours} else None
"""
)


@pytest.mark.feature("D9", "backtest")
@pytest.mark.parametrize(
    ("hours", "added"), [("(3,)", False), ("(6,)", True)], ids=["before the trip", "after it"]
)
def test_added_order_when_a_trip_cancels_then_only_one_that_was_open_at_the_trip(
    backtest: Backtest, hours: str, added: bool
) -> None:
    """Additions are allowed. Asked for at 95 at 03:00 or 06:00, the trip at 04:00, the price at 08:00."""
    candles, script = market([LOSES_AT_4, Planned("1 2:00", pair=SECOND)], days=1)
    candles[SECOND] = from_rows([(100.0,) * 4] * 8 + [(96.0, 96.0, 94.0, 96.0)] + [(96.0,) * 4] * 15)

    run = backtest(
        scripted_with_kit(body=ADDS_AT_THREE_AND_SIX.replace("{hours}", hours)),
        candles,
        script=script,
        riskkit=streak_of_one("cancel", added_entries="allow"),
        config=PATIENT,
    )

    orders = run.trades.set_index("pair").loc[SECOND, "orders"]
    assert [order["safe_price"] for order in orders if order["ft_is_entry"]] == [100.0] + [95.0] * added


@pytest.mark.feature("D9", "backtest")
def test_exit_order_when_a_trip_cancels_then_it_stays_and_fills(backtest: Backtest) -> None:
    """For sale at 105 since 03:00; the trip comes at 04:00, the price at 06:00."""
    candles, script = market([LOSES_AT_4, Planned("1 2:00", "1 3:00", pair=THIRD)], days=1)
    candles[THIRD] = from_rows([(100.0,) * 4] * 6 + [(104.0, 106.0, 104.0, 104.0)] + [(104.0,) * 4] * 17)

    run = backtest(
        scripted_with_kit(body=LIMIT_ORDERS),
        candles,
        script=script,
        riskkit=streak_of_one("cancel"),
        config=PATIENT,
    )

    (sold,) = run.trades.loc[run.trades["pair"] == THIRD].itertuples()
    assert (sold.exit_reason, sold.close_date.hour, sold.close_rate) == ("exit_signal", 6, 105.0)
    assert run.stats["timedout_exit_orders"] == 0
