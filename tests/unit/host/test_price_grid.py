from __future__ import annotations

import pytest
from ccxt import DECIMAL_PLACES, SIGNIFICANT_DIGITS, TICK_SIZE
from freqtrade.exchange import ROUND_DOWN, ROUND_UP, price_to_precision
from freqtrade.persistence import LocalTrade
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.host.price_grid import stop_on_grid


def trade(precision: float | None, mode: int | None, is_short: bool = False) -> LocalTrade:
    """Give what is read of a trade."""
    made = LocalTrade.__new__(LocalTrade)
    made.price_precision, made.precision_mode_price, made.is_short = precision, mode, is_short
    return made


@pytest.mark.parametrize(
    ("rate", "tick", "is_short", "expected"),
    [
        (95.00001, 0.01, False, 95.01),
        (95.00999, 0.01, True, 95.0),
        (95.0, 0.01, False, 95.0),
        (95.1, 0.5, False, 95.5),
        (1.23e-07, 1e-08, False, 1.3e-07),
        (1.23e-07, 1e-08, True, 1.2e-07),
        (123456.7, 100.0, False, 123500.0),
    ],
)
def test_stop_when_rounded_then_on_the_grid_towards_the_entry(
    rate: float, tick: float, is_short: bool, expected: float
) -> None:
    assert stop_on_grid(rate, trade(tick, TICK_SIZE, is_short)) == expected


@given(
    st.floats(min_value=1e-12, max_value=1e15),
    st.sampled_from([1e-18, 1e-10, 1e-08, 0.00015, 0.0001, 0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 100.0]),
    st.booleans(),
)
def test_stop_when_the_grid_is_a_tick_then_the_same_as_freqtrade_rounds(
    rate: float, tick: float, is_short: bool
) -> None:
    mode = ROUND_DOWN if is_short else ROUND_UP

    assert stop_on_grid(rate, trade(tick, TICK_SIZE, is_short)) == price_to_precision(
        rate, tick, TICK_SIZE, rounding_mode=mode
    )


@pytest.mark.parametrize(
    ("precision", "mode", "expected"),
    [(2, DECIMAL_PLACES, 95.13), (3, SIGNIFICANT_DIGITS, 95.2), (None, TICK_SIZE, 95.123), (2, None, 95.123)],
)
def test_stop_when_the_grid_is_no_tick_then_as_freqtrade_has_it(
    precision: float | None, mode: int | None, expected: float
) -> None:
    assert stop_on_grid(95.123, trade(precision, mode)) == pytest.approx(expected)
