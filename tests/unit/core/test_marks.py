"""What closing a position at a rate would earn, by hand and as properties."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.marks import is_rate, profit_line, unrealised_profit

BAD_NUMBERS = [math.nan, math.inf, -math.inf]


@pytest.mark.parametrize(
    ("rate", "position", "expected"),
    [
        # 10 from 100 to 110: 100 less 1.00 and 1.10 of fees.
        (110.0, {"amount": 10.0, "open_value": 1001.0, "fee_close": 0.001, "is_short": False}, 97.9),
        # 10 from 100 to 90: -100, less 1.00 and 0.90.
        (90.0, {"amount": 10.0, "open_value": 1001.0, "fee_close": 0.001, "is_short": False}, -101.9),
        # 10 sold short at 100, bought back at 90: 100 less 1.00 and 0.90.
        (90.0, {"amount": 10.0, "open_value": 999.0, "fee_close": 0.001, "is_short": True}, 98.1),
        # The same bought back at 110: -100 less 1.00 and 1.10.
        (110.0, {"amount": 10.0, "open_value": 999.0, "fee_close": 0.001, "is_short": True}, -102.1),
        # Funding received is profit for both sides, funding paid a loss.
        (
            100.0,
            {"amount": 1.0, "open_value": 100.0, "fee_close": 0.0, "is_short": False, "funding_fees": 2.5},
            2.5,
        ),
        (
            100.0,
            {"amount": 1.0, "open_value": 100.0, "fee_close": 0.0, "is_short": True, "funding_fees": -2.5},
            -2.5,
        ),
    ],
    ids=["long up", "long down", "short down", "short up", "funding received", "funding paid"],
)
def test_profit_when_marked_then_as_computed_by_hand(
    rate: float, position: dict[str, float], expected: float
) -> None:
    assert unrealised_profit(rate, **position) == pytest.approx(expected, abs=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", [*BAD_NUMBERS, 0.0, -1.0])
def test_rate_when_it_can_be_none_then_refused(rate: float) -> None:
    assert not is_rate(rate)
    with pytest.raises(ValueError, match="can't be marked at a rate of"):
        unrealised_profit(rate, 1.0, 100.0, 0.001, is_short=False)


@pytest.mark.parametrize("bad", BAD_NUMBERS)
@pytest.mark.parametrize("field", ["amount", "open_value", "fee_close", "funding_fees"])
def test_position_when_a_figure_is_not_finite_then_refused(field: str, bad: float) -> None:
    figures = {"amount": 1.0, "open_value": 100.0, "fee_close": 0.001, "funding_fees": 0.0, field: bad}

    with pytest.raises(ValueError, match="has no profit"):
        unrealised_profit(100.0, is_short=False, **figures)


@given(
    rate=st.floats(1e-6, 1e6),
    higher=st.floats(1.01, 2.0),
    amount=st.floats(1e-6, 1e6),
    open_value=st.floats(1e-3, 1e9),
    fee=st.floats(0.0, 0.01),
)
def test_profit_when_the_rate_rises_then_longs_gain_and_shorts_lose(
    rate: float, higher: float, amount: float, open_value: float, fee: float
) -> None:
    long_slope, _ = profit_line(amount, open_value, fee, is_short=False)
    short_slope, _ = profit_line(amount, open_value, fee, is_short=True)

    assert long_slope > 0 > short_slope
    assert -short_slope >= long_slope
