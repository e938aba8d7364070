"""Wherever Freqtrade's own function gives a figure, ours is the same; where it has a stand-in, None."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from freqtrade.data import metrics as freqtrade
from freqtrade.optimize.optimize_reports import generate_pair_metrics
from freqtrade.optimize.optimize_reports.optimize_reports import calc_streak
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskkit.core.performance import Metrics, Performance
from tests.unit.core.record_cases import START, trade

# Sixty-fourths, so that sums are exact and equal falls are equal for both.
money = st.integers(-20_000, 20_000).map(lambda count: count / 64)
profits = st.lists(st.one_of(money, st.sampled_from([0.0, -1.0, 1.0, -500.0])), min_size=1, max_size=60)
balances = st.sampled_from([100.0, 1000.0, 12_345.5])
days = st.integers(0, 400)


def ours(profits: list[float], balance: float, days: int) -> Metrics:
    """Take in the profits one by one."""
    performance = Performance("main", balance)
    for number, profit in enumerate(profits):
        performance.take(trade(number, profit))
    return performance.metrics(START, START + timedelta(days=days, hours=1))


def theirs(profits: list[float]) -> pd.DataFrame:
    """Put the profits into a frame as a backtest's result has them."""
    return pd.DataFrame(
        {
            "pair": "BTC/USDT",
            "profit_abs": profits,
            "profit_ratio": [profit / 1000 for profit in profits],
            "close_date": pd.date_range(START, periods=len(profits), freq="h"),
            "trade_duration": 60,
        }
    )


@pytest.mark.filterwarnings("ignore:overflow encountered")  # in the yearly growth that goes unread
@given(profits, balances, days)
@settings(max_examples=150)
def test_metrics_when_freqtrade_defines_them_then_they_are_equal(
    profits: list[float], balance: float, days: int
) -> None:
    frame, mine = theirs(profits), ours(profits, balance, days)
    period = (START, START + timedelta(days=days, hours=1), balance)
    losses = [profit for profit in profits if profit < 0]
    expectancy, expectancy_ratio = freqtrade.calculate_expectancy(frame)
    falls = freqtrade.calculate_max_drawdown(frame, starting_balance=balance)
    underwater = freqtrade.calculate_max_drawdown(frame, starting_balance=balance, relative=True)
    *_, total = generate_pair_metrics(["BTC/USDT"], "USDT", balance, frame, period[0], period[1])
    wins, no_wins = calc_streak(frame)

    assert mine.expectancy == pytest.approx(expectancy, rel=1e-9, abs=1e-9)
    assert mine.expectancy_ratio == (pytest.approx(expectancy_ratio, rel=1e-9, abs=1e-12) if losses else None)
    assert mine.profit_factor == (pytest.approx(total["profit_factor"], rel=1e-9) if losses else None)
    assert mine.win_rate == pytest.approx(total["winrate"], rel=1e-12)
    assert (mine.wins, mine.losses, mine.draws) == (total["wins"], total["losses"], total["draws"])
    assert (mine.longest_win_streak, mine.longest_loss_streak) == (wins, no_wins)
    assert mine.max_drawdown_abs == pytest.approx(falls.drawdown_abs, rel=1e-12)
    assert mine.max_drawdown == pytest.approx(underwater.relative_account_drawdown, rel=1e-12)
    assert mine.current_drawdown_abs == pytest.approx(falls.current_drawdown_abs, rel=1e-12)
    assert mine.current_drawdown == pytest.approx(falls.current_relative_account_drawdown, rel=1e-12)
    assert mine.net_profit == pytest.approx(sum(profits), rel=1e-12)
    _assert_ratio(mine.sharpe, freqtrade.calculate_sharpe(frame, *period), len(set(profits)) > 1)
    _assert_ratio(mine.sortino, freqtrade.calculate_sortino(frame, *period), len(set(losses)) > 1)
    _assert_ratio(mine.calmar, freqtrade.calculate_calmar(frame, *period), falls.drawdown_abs > 0)
    if len(set(profits)) > 1:
        assert mine.sqn is not None
        assert round(mine.sqn, 4) == pytest.approx(freqtrade.calculate_sqn(frame, balance), abs=1.01e-4)
    else:
        assert mine.sqn is None


def _assert_ratio(mine: float | None, freqtrades: float, defined: bool) -> None:
    if defined:
        assert mine == pytest.approx(freqtrades, rel=1e-9, abs=1e-12)
    else:
        assert mine is None
