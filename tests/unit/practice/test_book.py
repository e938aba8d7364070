"""The order book around a price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.practice.book import BookShape, order_book
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.listings import STANDARD_LISTINGS, Listing

BTC, DOGE = (next(entry for entry in STANDARD_LISTINGS if entry.base == base) for base in ("BTC", "DOGE"))
spreads = st.decimals(0, Decimal("0.5"), places=6)


def test_book_when_spread_then_best_prices_lie_half_of_it_away() -> None:
    book = order_book(Decimal(50_000), BTC, BookShape(spread=Decimal("0.0002")), 2)

    assert [level.price for level in book.bids] == [Decimal("49995.00"), Decimal("49990.00")]
    assert [level.price for level in book.asks] == [Decimal("50005.00"), Decimal("50010.00")]
    assert book.bids[0].amount == Decimal("0.50006")  # 25,000 / 49,995 rounded up to five decimals


def test_book_when_spread_is_0_then_both_best_prices_are_the_price() -> None:
    book = order_book(Decimal("0.32000"), DOGE, BookShape(spread=Decimal(0)), 1)

    assert book.bids[0].price == book.asks[0].price == Decimal("0.32")


def test_book_when_spread_is_less_than_a_tick_then_rounded_outwards() -> None:
    book = order_book(Decimal("0.32000"), DOGE, BookShape(spread=Decimal("0.0000001")), 1)

    assert (book.bids[0].price, book.asks[0].price) == (Decimal("0.31999"), Decimal("0.32001"))


@given(st.sampled_from(STANDARD_LISTINGS), st.integers(1, 10**7), spreads, st.integers(1, 50))
def test_book_when_built_then_ordered_and_within_the_rules(
    listing: Listing, ticks: int, spread: Decimal, levels: int
) -> None:
    price = ticks * listing.tick
    book = order_book(price, listing, BookShape(spread=spread), levels)

    bids, asks = [level.price for level in book.bids], [level.price for level in book.asks]
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert 0 < bids[0] <= price <= asks[0]
    assert len(asks) == levels
    for level in (*book.bids, *book.asks):
        assert level.price % listing.tick == 0
        assert level.amount % listing.step == 0
        assert level.amount > 0


@pytest.mark.parametrize("spread", ["-0.1", "1", "5", "NaN"])
def test_shape_when_the_spread_is_no_fraction_then_refused(spread: str) -> None:
    with pytest.raises(PracticeError, match=r"spread must be in \[0, 1\)"):
        BookShape(spread=Decimal(spread))
