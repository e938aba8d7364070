"""The figures of a whole history at once are those of its trades one by one."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.account_history import AccountHistory, plain
from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.closed_balance import in_order
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.core.performance_arrays import metrics_of_arrays
from freqtrade_riskkit.core.trends import whole
from tests.unit.core.record_cases import START
from tests.unit.core.record_cases import trade as closed_trade
from tests.unit.core.same_metrics import assert_same

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=30, hours=5)

# Whole cents: a drawn loss of 1e-300 is no money, and its square is no number.
money = st.integers(-50_000, 50_000).map(lambda cents: cents / 100)
# Whole units: these sums are exact, so that nothing left isn't a rounding above nothing.
whole_money = st.integers(-500, 500).map(float)


@given(
    pnls=st.lists(money, max_size=60),
    balance=st.floats(10, 1e6),
    period=st.sampled_from([(SINCE, UNTIL), (None, None), (SINCE, SINCE)]),
)
def test_metrics_when_computed_over_arrays_then_equal_to_the_running_ones(
    pnls: list[float], balance: float, period: tuple[datetime | None, datetime | None]
) -> None:
    one_by_one = Performance("main", balance)
    trades = [closed_trade(number, pnl, fees=0.21) for number, pnl in enumerate(pnls, 1)]
    for trade in trades:
        one_by_one.take(trade)

    at_once = metrics_of_arrays(
        balance,
        np.array([trade.net_pnl for trade in trades]),
        np.array([trade.fees for trade in trades]),
        np.array([trade.holding_seconds for trade in trades]),
        *period,
    )

    assert_same(at_once, one_by_one.metrics(*period))


@given(
    pnls=st.lists(whole_money, max_size=40),
    flows=st.lists(st.tuples(st.integers(0, 90), whole_money.filter(bool)), max_size=10),
    balance=st.integers(10, 10**6).map(float),
)
def test_metrics_when_money_came_and_went_then_those_of_a_running_account_are_those_of_its_report(
    pnls: list[float], flows: list[tuple[int, float]], balance: float
) -> None:
    """Flows between the closes (an hour apart), at the very moment of some, and after the last one."""
    trades = [closed_trade(number, pnl, fees=0.21) for number, pnl in enumerate(pnls, 1)]
    moved = [
        CashFlow(amount, START + timedelta(minutes=30 * half_hours), f"flow {number}")
        for number, (half_hours, amount) in enumerate(flows)
    ]
    running = Performance("main", balance)
    for event in in_order(reversed(trades), moved):
        if isinstance(event, CashFlow):
            running.cash_flow(event.amount)
        else:
            running.take(event)

    history = AccountHistory(
        balance,
        START,
        np.array([trade.net_pnl for trade in trades]),
        np.array([trade.fees for trade in trades]),
        np.array([trade.holding_seconds for trade in trades]),
        np.array([plain(trade.exit_at) for trade in trades], dtype="datetime64[us]"),
        tuple(moved),
    )
    report = whole(history, None, None, START + timedelta(days=40))
    assert_same(report.metrics, running.metrics(report.since, report.until))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_metrics_when_a_value_is_not_finite_then_refused_by_name(bad: float, place: int) -> None:
    columns = [np.array([1.0, 2.0]) for _ in range(3)]
    columns[place][1] = bad
    name = ("net_pnl", "fees", "holding_seconds")[place]
    with pytest.raises(ValueError, match=f"{name} must be finite, has 1 that aren't"):
        metrics_of_arrays(100.0, columns[0], columns[1], columns[2], None, None)


def test_metrics_when_shapes_differ_then_refused() -> None:
    with pytest.raises(ValueError, match="one value a trade"):
        metrics_of_arrays(100.0, np.zeros(3), np.zeros(2), np.zeros(3), None, None)


@pytest.mark.parametrize("balance", [0.0, -1.0, math.nan])
def test_metrics_when_the_balance_is_not_above_zero_then_refused(balance: float) -> None:
    with pytest.raises(ValueError, match="starting_balance must be above 0"):
        metrics_of_arrays(balance, np.zeros(1), np.zeros(1), np.zeros(1), None, None)


def test_metrics_when_money_came_and_went_then_falls_are_held_against_what_was_there() -> None:
    """100 + 50; 350 come before the second trade, 400 go before the third: peaks of 150, 500 and 100."""
    pnls, zeros = np.array([50.0, -50.0, 10.0]), np.zeros(3)
    metrics = metrics_of_arrays(100.0, pnls, zeros, zeros, None, None, np.array([0.0, 350.0, -50.0]))
    assert (metrics.max_drawdown, metrics.max_drawdown_abs) == (0.4, 50.0)
    assert (metrics.current_drawdown, metrics.current_drawdown_abs) == (0.4, 40.0)
    assert (metrics.peak_equity, metrics.net_profit) == (100.0, 10.0)


def test_metrics_when_nothing_is_left_to_fall_from_then_the_fall_is_whole() -> None:
    pnls, zeros = np.array([0.0, -5.0]), np.zeros(2)
    metrics = metrics_of_arrays(100.0, pnls, zeros, zeros, None, None, np.array([-100.0, -100.0]))
    assert metrics.max_drawdown == 1.0


def test_metrics_when_cash_flows_are_missing_or_no_numbers_then_refused() -> None:
    zeros = np.zeros(2)
    with pytest.raises(ValueError, match="one sum of cash flows a trade"):
        metrics_of_arrays(1.0, zeros, zeros, zeros, None, None, np.zeros(3))
    with pytest.raises(ValueError, match="cash_flows must be finite"):
        metrics_of_arrays(1.0, zeros, zeros, zeros, None, None, np.array([0.0, math.nan]))
