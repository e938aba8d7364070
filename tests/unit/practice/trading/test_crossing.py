"""When a path reaches a price: never early, never late, whatever the path."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.practice.trading.crossing import first_at_least, first_at_most
from tests.support.trading_floor import START_MS, price_path

TICK = Decimal("0.01")
WALK = st.lists(st.integers(90_00, 110_00).map(lambda n: n / 100), min_size=2, max_size=6)
PRICES = st.integers(88_00, 112_00).map(lambda n: Decimal(n) / 100)


@given(walk=WALK, price=PRICES, start=st.integers(0, 300), length=st.integers(0, 900), rising=st.booleans())
def test_first_moment_when_found_then_it_is_the_first_that_shows_the_price(
    walk: list[float], price: Decimal, start: int, length: int, rising: bool
) -> None:
    """Compared with looking at every millisecond; a millisecond of rounding is allowed for."""
    path = price_path(walk, seconds=0.2)
    find = first_at_least if rising else first_at_most
    begin, end = START_MS + start, START_MS + start + length
    found = find(path, price, TICK, begin, end)

    margin = 0.499 * float(TICK)
    shown = [path.price_at(at) for at in range(begin, end + 1)]
    there = [p >= float(price) - margin if rising else p <= float(price) + margin for p in shown]
    expected = begin + there.index(True) if True in there else None
    if expected is None or found is None:
        assert found == expected or abs((found or expected or 0) - end) <= 1
    else:
        assert abs(found - expected) <= 1
