"""A course that turns bad is told once, and again only after it was fine."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.account_alarms import AccountAlarms, AlarmLimits, Told
from freqtrade_riskkit.core.decisions import Code

DEFAULTS = AlarmLimits(0.10, 10)


def told(alarms: AccountAlarms, *profits: float) -> list[str]:
    """Give what is told after each of these trades."""
    lines = []
    for profit in profits:
        alarms.take(profit)
        lines += [decision.message("USDT") for decision in alarms.due()]
    return lines


def test_drawdown_when_above_its_limit_then_told_once_and_again_after_it_went_back() -> None:
    """1000 → 1100 → 990 is a tenth, which isn't above it; 989 is; 1000 is fine again; 980 is the next."""
    alarms = AccountAlarms(DEFAULTS, 1000.0, Told())
    assert told(alarms, 100.0, -110.0) == []
    assert told(alarms, -1.0, -50.0) == ["DRAWDOWN_WARNING: limit=0.1000, value=0.1009"]
    assert told(alarms, 61.0) == []
    assert told(alarms, -20.0) == ["DRAWDOWN_WARNING: limit=0.1000, value=0.1091"]


def test_expectancy_when_looked_at_then_after_each_ten_trades_only() -> None:
    alarms = AccountAlarms(AlarmLimits(None, 10), 1000.0, Told())
    assert told(alarms, *[-1.0] * 9) == []
    assert told(alarms, -1.0) == [
        "EXPECTANCY_NEGATIVE: limit=0.00 USDT, value=-1.00 USDT, a trade, after 10 trades"
    ]
    assert told(alarms, *[-1.0] * 10) == []
    assert told(alarms, 30.0, *[0.0] * 9) == []  # 10 won over 30 trades: fine again at the third look
    assert told(alarms, *[-3.0] * 10) == [
        "EXPECTANCY_NEGATIVE: limit=0.00 USDT, value=-0.500000 USDT, a trade, after 40 trades"
    ]


def test_drawdown_when_money_is_withdrawn_then_held_against_what_is_left() -> None:
    """1,000, of which 600 go: that is no fall, and a tenth of what is left are 40. 1,000 more make it 100."""
    alarms = AccountAlarms(DEFAULTS, 1000.0, Told())
    alarms.cash_flow(-600.0)
    assert alarms.due() == []
    assert told(alarms, -40.0) == []
    assert told(alarms, -4.0) == ["DRAWDOWN_WARNING: limit=0.1000, value=0.1100"]
    alarms.cash_flow(1000.0)
    assert told(alarms, -50.0) == []
    assert told(alarms, -60.0) == ["DRAWDOWN_WARNING: limit=0.1000, value=0.1100"]


def test_alarms_when_switched_off_then_nothing_is_told() -> None:
    assert told(AccountAlarms(AlarmLimits(None, None), 100.0, Told()), *[-9.0] * 11) == []


def test_told_when_a_process_goes_on_then_it_is_not_told_again() -> None:
    first = AccountAlarms(DEFAULTS, 1000.0, Told())
    assert len(told(first, -200.0)) == 1
    second = AccountAlarms(DEFAULTS, 1000.0, first.told)
    assert told(second, -200.0, -1.0) == []


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_starting_balance_when_it_can_not_be_one_then_refused(value: float) -> None:
    with pytest.raises(ValueError, match="starting_balance must be above 0"):
        AccountAlarms(DEFAULTS, value, Told())


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_profit_when_not_finite_then_refused_and_nothing_was_taken_in(value: float) -> None:
    alarms = AccountAlarms(DEFAULTS, 1000.0, Told())
    with pytest.raises(ValueError, match="net_pnl must be finite"):
        alarms.take(value)
    assert told(alarms, -101.0) == ["DRAWDOWN_WARNING: limit=0.1000, value=0.1010"]


@given(st.lists(st.floats(-300, 300), max_size=60), st.integers(0, 60))
def test_alarms_when_cut_by_a_restart_anywhere_then_the_same_is_told(profits: list[float], cut: int) -> None:
    whole = AccountAlarms(DEFAULTS, 1000.0, Told())
    expected = told(whole, *profits)
    before = AccountAlarms(DEFAULTS, 1000.0, Told())
    lines = told(before, *profits[:cut])
    after = AccountAlarms(DEFAULTS, 1000.0, before.told)
    for profit in profits[:cut]:
        after.take(profit)
    assert after.due() == []
    assert lines + told(after, *profits[cut:]) == expected
    assert all(line.startswith((Code.DRAWDOWN_WARNING, Code.EXPECTANCY_NEGATIVE)) for line in lines)
