"""An account's figures: a table computed by hand, what is undefined, and what is refused."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import timedelta

import pytest

from freqtrade_riskkit.core.performance import ForeignRecord, Metrics, Performance
from tests.unit.core.record_cases import START, TRADE, trade

UNTIL = START + timedelta(days=10)
# Cumulated: 100, 50, 80, 80, 60, 30, 90; mean 90/7; squared deviations add up to 120000/7.
PROFITS = [100.0, -50.0, 30.0, 0.0, -20.0, -30.0, 60.0]


def metrics_of(profits: list[float], *, fees: float = 0.0) -> Metrics:
    """Take in trades with these net profits, an hour apart, from a balance of 1,000."""
    performance = Performance("main", 1000)
    for number, profit in enumerate(profits, start=1):
        performance.take(trade(number, profit, fees=fees))
    return performance.metrics(START, UNTIL)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trades", 7),
        ("wins", 3),
        ("losses", 3),
        ("draws", 1),
        ("win_rate", 3 / 7),
        ("average_win", 190 / 3),
        ("average_loss", 100 / 3),
        ("expectancy", 90 / 7),
        ("expectancy_ratio", (1 + 1.9) * 3 / 7 - 1),
        ("profit_factor", 1.9),
        ("net_profit", 90),
        ("fees", 14),
        ("peak_equity", 1100),
        ("max_drawdown", 70 / 1100),
        ("max_drawdown_abs", 70),
        ("current_drawdown", 10 / 1100),
        ("current_drawdown_abs", 10),
        ("win_streak", 1),
        ("loss_streak", 0),
        ("longest_win_streak", 1),
        ("longest_loss_streak", 3),
        ("average_holding_seconds", 4 * 3600),
        # nine a day, over the population deviation of all profits, √(120000/49)
        ("sharpe", 9 / math.sqrt(120000 / 49) * math.sqrt(365)),
        # losses of 50, 20 and 30: mean 33.33, squared deviations 466.67
        ("sortino", 9 / math.sqrt(466.6666666666667 / 3) * math.sqrt(365)),
        # nine a day are 0.9 % of the start
        ("calmar", 0.9 / (70 / 1100) * math.sqrt(365)),
        ("sqn", math.sqrt(7) * (90 / 7) / math.sqrt(120000 / 7 / 6)),
    ],
)
def test_metric_when_seven_trades_closed_then_as_computed_by_hand(name: str, value: float) -> None:
    assert asdict(metrics_of(PROFITS, fees=2.0))[name] == pytest.approx(value, rel=1e-12)


def test_drawdowns_when_the_largest_in_money_is_not_the_largest_ratio_then_each_has_its_own() -> None:
    """From 1,000 down by 300 is 30 %; later from 3,000 down by 500 is 16.7 %."""
    metrics = metrics_of([-300.0, 2300.0, -500.0])

    assert (metrics.max_drawdown, metrics.max_drawdown_abs) == (0.3, 500)
    assert metrics.current_drawdown == pytest.approx(500 / 3000)


def test_metrics_when_no_trade_closed_then_undefined_figures_are_none() -> None:
    metrics = Performance("main", 1000).metrics(START, UNTIL)

    undefined = {name for name, value in asdict(metrics).items() if value is None}

    assert undefined == {
        *("win_rate", "average_win", "average_loss", "expectancy", "expectancy_ratio", "profit_factor"),
        *("sharpe", "sortino", "calmar", "sqn", "max_drawdown", "max_drawdown_abs"),
        *("current_drawdown", "current_drawdown_abs", "average_holding_seconds"),
    }
    assert (metrics.trades, metrics.net_profit, metrics.peak_equity) == (0, 0, 1000)


@pytest.mark.parametrize(
    ("profits", "undefined"),
    [
        ([10.0], {"average_loss", "expectancy_ratio", "profit_factor", "sharpe", "sortino", "calmar", "sqn"}),
        ([-10.0], {"average_win", "sharpe", "sortino", "sqn"}),
        ([10.0, 20.0], {"average_loss", "expectancy_ratio", "profit_factor", "sortino", "calmar"}),
        ([10.0, -5.0], {"sortino"}),
        ([0.0, 0.0], {"average_win", "average_loss", "expectancy_ratio", "profit_factor", "sharpe"}),
        ([0.1] * 10, {"sharpe", "sqn"}),
        ([-5.0, -5.0, 1.0], {"sortino"}),
    ],
    ids=["one win", "one loss", "wins only", "one of each", "draws", "all the same", "equal losses"],
)
def test_metric_when_it_would_divide_by_nothing_then_none(profits: list[float], undefined: set[str]) -> None:
    values = asdict(metrics_of(profits))

    assert {name for name in undefined if values[name] is not None} == set()
    assert values["win_rate"] is not None
    assert values["expectancy"] is not None


def test_yearly_figures_when_no_period_is_given_then_none() -> None:
    performance = Performance("main", 1000)
    for number, profit in enumerate(PROFITS, start=1):
        performance.take(trade(number, profit))

    for since, until in ((None, UNTIL), (START, None), (START, START)):
        metrics = performance.metrics(since, until)
        assert (metrics.sharpe, metrics.sortino, metrics.calmar) == (None, None, None)
        assert metrics.sqn is not None


def test_trade_of_another_account_when_taken_then_refused_and_nothing_changed() -> None:
    performance = Performance("main", 1000)
    performance.take(trade(1, 10))
    before = performance.metrics(START, UNTIL)

    with pytest.raises(ForeignRecord, match="belongs to account 'other', not to 'main'") as refusal:
        performance.take(trade(2, 10, account_id="other"))

    assert (refusal.value.own, refusal.value.other) == ("main", "other")
    assert performance.metrics(START, UNTIL) == before


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_trade_when_its_money_is_no_number_then_refused_and_nothing_changed(value: float) -> None:
    performance = Performance("main", 1000)
    performance.take(trade(1, 10))
    before = performance.metrics(START, UNTIL)

    for name, bad in (
        ("net_pnl", TRADE._replace(net_pnl=value)),
        ("fees", TRADE._replace(fees=value)),
        ("pnl_ratio", TRADE._replace(pnl_ratio=value)),
    ):
        with pytest.raises(ValueError, match=f"{name}={value}.* must be finite"):
            performance.take(bad)

    assert performance.metrics(START, UNTIL) == before


@pytest.mark.parametrize("balance", [0.0, -1.0, math.nan, math.inf])
def test_account_when_it_starts_with_nothing_then_refused(balance: float) -> None:
    with pytest.raises(ValueError, match="starting_balance must be above 0"):
        Performance("main", balance)


def test_account_when_it_has_lost_more_than_it_had_then_the_drawdown_is_above_one() -> None:
    """A leveraged account may owe: 1,000 less 1,500 is a fall of 150 %."""
    assert metrics_of([-1500.0]).max_drawdown == 1.5


def test_deviation_when_millions_of_profits_are_taken_then_no_digits_are_lost() -> None:
    """Profits of a billion plus or minus one: the deviation is one, however many there are."""
    performance = Performance("main", 1000)
    for number in range(2000):
        performance.take(trade(number, 1e9 + (1 if number % 2 else -1)))

    sqn = performance.metrics(START, UNTIL).sqn
    assert sqn == pytest.approx(math.sqrt(2000) * 1e9 / math.sqrt(2000 / 1999), rel=1e-9)
