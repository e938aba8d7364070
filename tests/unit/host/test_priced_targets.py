"""Who answers for a strategy's return on investment while a target's exit is under way."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from freqtrade_riskkit.host.exit_plans import PricedTargets

FIRST, SECOND, THIRD = (SimpleNamespace(id=number) for number in (1, 2, 3))


class Strategy:
    def min_roi_reached_entry(self, trade: Any, trade_dur: int, current_time: Any) -> tuple[int, float]:
        return trade_dur, 0.04


def asked(strategy: Any, trade: Any) -> tuple[int, float]:
    return strategy.min_roi_reached_entry(trade, 60, None)


def test_target_when_it_is_priced_then_its_ratio_is_the_return_of_that_trade_alone() -> None:
    strategy: Any = Strategy()
    targets = PricedTargets(strategy)

    targets.put(1, 0.1)
    targets.put(2, 0.2)

    assert [asked(strategy, trade) for trade in (FIRST, SECOND, THIRD)] == [(0, 0.1), (0, 0.2), (60, 0.04)]


def test_target_when_no_exit_is_under_way_then_the_strategy_is_as_it_was() -> None:
    """Dropped one by one, one of them twice; and all at once where a backtest ended meanwhile."""
    strategy: Any = Strategy()
    targets = PricedTargets(strategy)

    targets.put(1, 0.1)
    targets.put(2, 0.2)
    targets.drop(1)
    targets.drop(1)
    assert [asked(strategy, trade) for trade in (FIRST, SECOND)] == [(60, 0.04), (0, 0.2)]
    targets.drop(2)
    assert strategy.__dict__ == {}

    targets.put(3, 0.3)
    targets.clear()
    assert strategy.__dict__ == {}
