"""Peak and falls of the equity, computed by hand and beside a slow definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.equity_curve import EquityCurve


def test_curve_when_it_rises_and_falls_then_the_figures_are_those_of_the_hand() -> None:
    """1000 → 1100 → 990 (worst 880 within) → 1210 → 1155; the day opened at 1000."""
    curve = EquityCurve(1000.0)
    for equity, adverse in [(1100.0, 1100.0), (990.0, 880.0), (1210.0, 1210.0), (1155.0, 1100.0)]:
        curve.add(equity, adverse, 1000.0)
    assert curve.peak == 1210.0
    assert curve.max_drawdown == pytest.approx(0.1)
    assert curve.max_drawdown_abs == pytest.approx(110.0)
    assert curve.adverse_max_drawdown == pytest.approx(0.2)
    assert curve.worst_day_loss == pytest.approx(0.01)
    assert curve.adverse_worst_day_loss == pytest.approx(0.12)


def test_curve_when_the_worst_came_before_a_new_peak_then_it_is_held_against_the_peak_before() -> None:
    curve = EquityCurve(1000.0)
    curve.add(2000.0, 900.0, 1000.0)
    assert curve.adverse_max_drawdown == pytest.approx(0.1)
    assert curve.max_drawdown == 0.0


def test_curve_when_nothing_is_left_then_the_fall_is_whole() -> None:
    curve = EquityCurve(0.0)
    curve.add(-5.0, -5.0, 0.0)
    assert (curve.max_drawdown, curve.worst_day_loss) == (1.0, 1.0)


def test_curve_when_the_bot_may_use_a_part_only_then_falls_are_of_the_whole_and_days_of_the_part() -> None:
    """Of 1000 it may use 600: 660, then 550. The peak is 1060, 110 of it are less than of 660."""
    curve = EquityCurve(600.0, aside=400.0)
    curve.add(660.0, 660.0, 600.0)
    curve.add(550.0, 495.0, 600.0)
    assert (curve.peak, curve.equity, curve.max_drawdown_abs) == (1060.0, 950.0, 110.0)
    assert curve.max_drawdown == pytest.approx(110 / 1060)
    assert curve.current_drawdown == pytest.approx(110 / 1060)
    assert curve.adverse_max_drawdown == pytest.approx(165 / 1060)
    assert curve.worst_day_loss == pytest.approx(50 / 600)


def test_curve_when_no_day_is_followed_then_nothing_is_said_of_days() -> None:
    curve = EquityCurve(1000.0)
    curve.add(900.0, 800.0, None)
    assert (curve.worst_day_loss, curve.adverse_worst_day_loss, curve.max_drawdown) == (0.0, 0.0, 0.1)
    curve.add(1000.0, 1000.0, None)
    assert curve.current_drawdown == 0.0


@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 0.5)), min_size=1, max_size=40))
def test_curve_when_any_path_is_taken_then_equal_to_the_slow_definition(
    path: list[tuple[float, float]],
) -> None:
    curve = EquityCurve(path[0][0])
    seen = [path[0][0]]
    slow = slow_abs = adverse = 0.0
    for equity, worse_by in path:
        worst = equity * (1 - worse_by)
        curve.add(equity, worst, 1.0)
        adverse = max(adverse, (max(seen) - worst) / max(seen))
        seen.append(equity)
        slow = max(slow, (max(seen) - equity) / max(seen))
        slow_abs = max(slow_abs, max(seen) - equity)
    assert curve.peak == max(seen)
    assert curve.max_drawdown == pytest.approx(slow)
    assert curve.max_drawdown_abs == pytest.approx(slow_abs)
    assert curve.adverse_max_drawdown == pytest.approx(adverse)
    assert curve.adverse_max_drawdown >= curve.max_drawdown or curve.max_drawdown == 0


def test_day_when_its_opening_is_nothing_and_the_equity_stays_there_then_only_its_worst_is_a_loss() -> None:
    curve = EquityCurve(0.0)
    curve.add(0.0, -1.0, 0.0)
    assert (curve.worst_day_loss, curve.adverse_worst_day_loss) == (0.0, 1.0)


@given(
    st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 0.5), st.booleans()), min_size=1, max_size=40),
    st.sampled_from([0.0, 333.3]),
)
def test_mark_when_below_peak_on_the_same_day_then_the_lowest_equities_alone_tell_of_it(
    path: list[tuple[float, float, bool]], aside: float
) -> None:
    """What a backtest's loop does at most candles, instead of `add`."""
    short, long = EquityCurve(path[0][0], aside=aside), EquityCurve(path[0][0], aside=aside)
    opening = path[0][0]
    for equity, worse_by, begins_day in path:
        worst, opening = equity * (1 - worse_by), equity if begins_day else opening
        long.add(equity, worst, opening)
        if equity <= short.usable_peak and opening == short.day_opening:
            short.usable = equity
            short.lowest, short.adverse_lowest = min(short.lowest, equity), min(short.adverse_lowest, worst)
        else:
            short.add(equity, worst, opening)
        assert _figures(short) == _figures(long)


def _figures(curve: EquityCurve) -> tuple[float, ...]:
    return (
        *(curve.equity, curve.peak, curve.current_drawdown, curve.max_drawdown, curve.max_drawdown_abs),
        *(curve.worst_day_loss, curve.adverse_max_drawdown, curve.adverse_worst_day_loss),
    )
