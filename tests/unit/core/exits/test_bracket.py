"""The two prices of a bracket, for both sides and any leverage."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.exits.bracket import Bracket


@pytest.mark.parametrize(
    ("entry", "is_short", "leverage", "stop_rate", "target_rate"),
    [
        (100.0, False, 1.0, 95.0, 110.0),
        (100.0, True, 1.0, 105.0, 90.0),
        (200.0, False, 5.0, 198.0, 204.0),
        (200.0, True, 5.0, 202.0, 196.0),
        (0.00002, False, 1.0, 0.000019, 0.000022),
    ],
)
def test_bracket_when_planned_then_risk_below_and_twice_of_it_above(
    entry: float, is_short: bool, leverage: float, stop_rate: float, target_rate: float
) -> None:
    """5 % of the stake; with leverage 5 the price needs to move 1 % for it."""
    plan = Bracket(0.05, 2.0).plan(entry, is_short, leverage)

    assert plan == pytest.approx((stop_rate, target_rate), rel=1e-12)


def test_target_when_a_short_could_not_earn_that_much_then_it_stays_at_zero() -> None:
    assert Bracket(0.5, 3.0).plan(100.0, is_short=True, leverage=1.0) == (150.0, 0.0)


@given(
    st.floats(0.001, 0.999),
    st.floats(0.01, 1000),
    st.floats(1e-8, 1e8),
    st.booleans(),
    st.floats(1.0, 125.0),
)
def test_bracket_when_planned_then_the_target_is_as_far_as_asked_for(
    stop: float, reward: float, entry: float, is_short: bool, leverage: float
) -> None:
    """Stop and target lie on their sides, and their distances have the ratio asked for."""
    stop_rate, target_rate = Bracket(stop, reward).plan(entry, is_short, leverage)

    risk, gain = abs(entry - stop_rate), abs(target_rate - entry)
    assert (stop_rate > entry) is is_short
    assert (target_rate < entry) is is_short
    assert risk == pytest.approx(entry * stop / leverage, rel=1e-6)
    assert gain == pytest.approx(risk * reward, rel=1e-6) or (is_short and target_rate == 0)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_bracket_when_entry_or_leverage_is_no_price_then_refused(bad: float) -> None:
    bracket = Bracket(0.05, 2.0)
    with pytest.raises(ValueError, match="must be above 0"):
        bracket.plan(bad, is_short=False, leverage=1.0)
    with pytest.raises(ValueError, match="must be above 0"):
        bracket.plan(100.0, is_short=False, leverage=bad)
