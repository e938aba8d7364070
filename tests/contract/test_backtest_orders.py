"""Orders that add risk in a real backtest: each told once, at its first placement, at its candle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from freqtrade_riskkit.core.breaker.order_rate import OrderWindows
from tests.backtest.planned import FIRST, NO_FEE, SECOND, Planned, market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

COUNTED: dict[str, Any] = {"circuit_breaker": {}}
"""A section with an order rate: a session without one isn't told."""
Backtest = Callable[..., BacktestRun]
Told = list[str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """When the breaker of a session that counts orders was told of one."""
    orders: Told = []
    add, add_far = OrderWindows.add, OrderWindows.add_far

    def note(at: datetime) -> None:
        assert at.tzinfo is not None
        orders.append(f"{at:%d %H:%M}")

    def adds(self: OrderWindows, at: datetime) -> None:
        note(at)
        add(self, at)

    def adds_far(self: OrderWindows, at: datetime) -> bool:
        is_counted = add_far(self, at)
        if is_counted:
            note(at)
        return is_counted

    monkeypatch.setattr(OrderWindows, "add", adds)
    monkeypatch.setattr(OrderWindows, "add_far", adds_far)
    return orders


def test_entries_when_placed_then_told_at_their_candle_and_exits_are_not(
    backtest: Backtest, told: Told
) -> None:
    candles, script = market(
        [Planned("1 2:00", "1 4:00"), Planned("1 2:00", "1 3:00", pair=SECOND), Planned("1 6:00")], days=1
    )

    backtest(scripted_with_kit(), candles, script=script, riskkit=COUNTED, config=NO_FEE)

    assert told == ["01 02:00", "01 02:00", "01 06:00"]


def test_entry_when_denied_or_not_wanted_then_not_told(backtest: Backtest, told: Told) -> None:
    """The second by the kit; the third by the strategy, which uses up a number of Freqtrade's orders."""
    refusing = scripted_with_kit(
        body="""
        def confirm_trade_entry(self, pair, current_time, **kwargs):
            return current_time.hour != 6
        """
    )
    plan = [Planned("1 2:00", "1 5:00"), Planned("1 3:00", "1 4:00", pair=SECOND), Planned("1 6:00")]
    candles, script = market(plan, days=1)

    backtest(
        refusing,
        candles,
        script=script,
        riskkit={**COUNTED, "entry": {"max_open_positions": 1}},
        config=NO_FEE,
    )

    assert told == ["01 02:00"]


def test_added_entries_when_placed_then_told_each_and_reductions_are_not(
    backtest: Backtest, told: Told
) -> None:
    adding = scripted_with_kit(
        body="""
        position_adjustment_enable = True
        def adjust_trade_position(self, trade, current_time, **kwargs):
            return {4: 100.0, 5: -50.0, 6: 100.0, 7: 0.001}.get(current_time.hour)
        """
    )
    candles, script = market([Planned("1 2:00", "1 9:00")], days=1)

    run = backtest(adding, candles, script=script, riskkit=COUNTED, config=NO_FEE)

    assert told == ["01 02:00", "01 04:00", "01 06:00"]
    assert len(run.trades) == 1


def test_entry_when_replaced_on_later_candles_then_told_once(backtest: Backtest, told: Told) -> None:
    """A limit entry 1 below the price is moved up by 0.25 each hour, until it fills four hours later."""
    chasing = scripted_with_kit(
        body="""
        order_types = {"entry": "limit", "exit": "market", "stoploss": "market",
                       "stoploss_on_exchange": False}

        def custom_entry_price(self, *args, **kwargs):
            return 99.0

        def adjust_entry_price(self, current_order_rate, **kwargs):
            return current_order_rate + 0.25
        """
    )
    candles, script = market([Planned("1 2:00", "1 9:00")], days=1)
    candles[FIRST].loc[0, ["high", "close"]] = 100.01  # two decimals, which Freqtrade takes for the tick size

    run = backtest(
        chasing,
        candles,
        script=script,
        riskkit=COUNTED,
        config={**NO_FEE, "unfilledtimeout": {"entry": 6000, "exit": 6000, "unit": "minutes"}},
    )

    assert told == ["01 02:00"]
    assert list(run.trades["pair"]) == [FIRST]
    assert run.stats["replaced_entry_orders"] == 4


def test_session_when_it_does_not_count_then_nothing_is_told(backtest: Backtest, told: Told) -> None:
    candles, script = market([Planned("1 2:00", "1 9:00")], days=1)

    backtest(scripted_with_kit(), candles, script=script, riskkit={}, config=NO_FEE)

    assert told == []
