"""The balance that a drawdown of closed trades is held against: trades move it, deposits shift it."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.closed_balance import ClosedBalance, in_order
from tests.unit.core.record_cases import START, trade


def test_drawdown_when_money_is_withdrawn_then_no_fall_and_later_losses_weigh_more() -> None:
    """1,000 and 100 won; 600 of them go, and 50 of the 500 that are left are lost: a tenth."""
    balance = ClosedBalance(1000.0)
    balance.close(100.0)
    balance.cash_flow(-600.0)
    assert (balance.value, balance.peak, balance.fall, balance.drawdown) == (500.0, 500.0, 0.0, 0.0)
    balance.close(-50.0)
    assert (balance.value, balance.peak, balance.fall, balance.drawdown) == (450.0, 500.0, 50.0, 0.1)


def test_drawdown_when_money_comes_in_then_the_loss_stays_and_weighs_less() -> None:
    balance = ClosedBalance(1000.0)
    balance.close(-200.0)
    balance.cash_flow(1000.0)
    assert (balance.value, balance.peak, balance.fall, balance.drawdown) == (1800.0, 2000.0, 200.0, 0.1)


def test_drawdown_when_nothing_is_left_to_fall_from_then_whole_or_none() -> None:
    balance = ClosedBalance(1000.0)
    balance.cash_flow(-1000.0)
    assert balance.drawdown == 0.0
    balance.close(-1.0)
    assert balance.drawdown == 1.0


def test_order_when_moments_are_equal_then_flows_before_closes_and_closes_by_id() -> None:
    late, early = trade(2, 1.0), trade(1, 1.0)._replace(exit_at=START + timedelta(hours=2))
    flow = CashFlow(5.0, START + timedelta(hours=2), "flow")
    assert in_order([late, early, trade(3, 1.0)], [flow]) == [flow, early, late, trade(3, 1.0)]


@pytest.mark.parametrize("start", [0.0, -1.0, math.nan, math.inf])
def test_start_when_it_can_not_be_a_balance_then_refused(start: float) -> None:
    with pytest.raises(ValueError, match="starting_balance must be above 0"):
        ClosedBalance(start)
