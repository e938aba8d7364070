"""Where the practice exchange has its prices from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol, runtime_checkable

import numpy as np

from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.listings import STANDARD_LISTINGS, Listing, listing_for, split_pair
from freqtrade_riskkit.practice.moved import MovedPath
from freqtrade_riskkit.practice.paths import HIGHEST_PRICE, BarPath, Bars, PricePath, are_prices

FLAT_START_MS = 1_483_228_800_000  # 2017-01-01
FLAT_END_MS = 4_102_444_800_000  # 2100-01-01
DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, eq=False)
class PairPrices:
    """A pair with its rules and the path of its price.

    Attributes
    ----------
    listing
        Its rules.
    path
        What it costs.
    candle_path
        What its candles are made of where that is another path; None for the same.
    """

    listing: Listing
    path: PricePath
    candle_path: PricePath | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PriceFeed:
    """What a source hands to the exchange: the clock it runs by, and its pairs."""

    clock: PracticeClock
    pairs: tuple[PairPrices, ...]


class PriceSource(Protocol):
    """Something that prices come from."""

    def open(self) -> PriceFeed:
        """Begin: the exchange starts now."""


@runtime_checkable
class ClockedPrices(PriceSource, Protocol):
    """A source that runs by a clock it is given: it can go on in another process, and run faster."""

    def open_by(self, clock: PracticeClock) -> PriceFeed:
        """Begin at the clock's start, or go on with what began then."""


class FlatPrices:
    """Prices that stand still, on the machine's own clock.

    Parameters
    ----------
    prices
        Price of each pair in quote currency, above 0, at most 1,000,000,000. Standard pairs that aren't
        named stand at their usual price.
    """

    def __init__(self, prices: Mapping[str, float] | None = None) -> None:
        self._prices = dict(prices or {})
        for pair, price in self._prices.items():
            split_pair(pair)
            if not are_prices(price):
                raise PracticeError(f"the price of {pair} must be in (0, {HIGHEST_PRICE:g}], was {price}")

    def open(self) -> PriceFeed:
        return self.open_by(PracticeClock())

    def open_by(self, clock: PracticeClock) -> PriceFeed:
        return PriceFeed(clock, tuple(_flat(*item) for item in self._prices.items()))


def _flat(pair: str, price: float) -> PairPrices:
    listing = listing_for(pair, price, tick_of(np.array([price])))
    return PairPrices(listing, flat_path(listing, price))


def flat_path(listing: Listing, price: float) -> BarPath:
    """Return a path that costs `price` from 2017 to 2100, at the pair's usual volume."""
    return BarPath(flat_bar(listing, price, FLAT_START_MS, FLAT_END_MS))


def flat_bar(listing: Listing, price: float, start_ms: int, end_ms: int) -> Bars:
    """Return a single bar in which the price stands still, at the pair's usual volume."""
    prices = np.array([price], dtype=np.float64)
    return Bars(
        start_ms=np.array([start_ms], dtype=np.int64),
        end_ms=np.array([end_ms], dtype=np.int64),
        open=prices,
        high=prices,
        low=prices,
        close=prices,
        volume=np.array([float(listing.daily_volume) * (end_ms - start_ms) / DAY_MS]),
    )


def with_standard_pairs(feed: PriceFeed) -> tuple[PairPrices, ...]:
    """Return the feed's pairs, and every standard pair that it doesn't price, flat at its usual price."""
    priced = {prices.listing.pair for prices in feed.pairs}
    flat = (
        PairPrices(listing, flat_path(listing, float(listing.reference_price)))
        for listing in STANDARD_LISTINGS
        if listing.pair not in priced
    )
    return (*feed.pairs, *flat)


def swaps_of(pairs: Iterable[PairPrices]) -> tuple[PairPrices, ...]:
    """Return the perpetual swaps of those pairs that have one, at the pairs' own prices."""
    listings = ((prices.listing.as_swap(), prices) for prices in pairs)
    return tuple(replace(prices, listing=listing) for listing, prices in listings if listing is not None)


def movable(pairs: Iterable[PairPrices]) -> tuple[PairPrices, ...]:
    """Return the pairs with paths that can be moved by hand."""
    return tuple(replace(prices, path=MovedPath(prices.path)) for prices in pairs)


def tick_of(prices: np.ndarray) -> Decimal | None:
    """Return the largest power of ten, 1 to 0.00000001, that all prices are multiples of; None if none is."""
    for decimals in range(9):
        if np.all(np.abs(prices - np.round(prices, decimals)) <= 1e-12 * np.abs(prices)):
            return Decimal(1).scaleb(-decimals)
    return None
