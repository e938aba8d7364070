"""A seeded random market for tests: made-up prices, the same for the same seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.listings import STANDARD_LISTINGS, Listing, listing_for
from freqtrade_riskkit.practice.mirrored import MirroredPath
from freqtrade_riskkit.practice.paths import Bars
from freqtrade_riskkit.practice.sources import PairPrices, PriceFeed

MINUTE_MS = 60_000
MINUTES_A_DAY = 1440
OTHER_PRICE = 100.0
TURNS_IN_A_MINUTE = 4


class RandomWalkPrices:
    """Made-up prices that wander at random, on the machine's own clock.

    Each pair has one-minute candles for so many days up to the start and goes on from there as
    `MirroredPath` says. The same seed gives each pair the same returns, whatever other pairs there are;
    the start only moves them in time.

    Parameters
    ----------
    seed
        Any whole number of at least 0.
    pairs
        Pairs in Freqtrade's spelling; by default the standard ones. Others begin at a price of 100.
    days
        Length of the history in days, at least 1.
    daily_volatility
        Standard deviation of the logarithm of a day's price ratio, above 0 (0.03 is about 3 % a day).
    """

    def __init__(
        self,
        seed: int,
        pairs: Sequence[str] | None = None,
        days: int = 7,
        daily_volatility: float = 0.03,
    ) -> None:
        if days < 1:
            raise PracticeError(f"days must be at least 1, was {days}")
        if not (math.isfinite(daily_volatility) and daily_volatility > 0):
            raise PracticeError(f"daily_volatility must be above 0, was {daily_volatility}")
        standard = {listing.pair: listing for listing in STANDARD_LISTINGS}
        chosen = list(standard) if pairs is None else pairs
        self._listings = [standard.get(pair) or listing_for(pair, OTHER_PRICE, None) for pair in chosen]
        self._seed = seed
        self._minutes = days * MINUTES_A_DAY
        self._volatility = daily_volatility / math.sqrt(MINUTES_A_DAY)

    def open(self) -> PriceFeed:
        return self.open_by(PracticeClock())

    def open_by(self, clock: PracticeClock) -> PriceFeed:
        end_ms = -(-clock.start_ms // MINUTE_MS) * MINUTE_MS
        paths = (MirroredPath(self._bars(listing, end_ms)) for listing in self._listings)
        return PriceFeed(clock, tuple(map(PairPrices, self._listings, paths)))

    def _bars(self, listing: Listing, end_ms: int) -> Bars:
        random = np.random.default_rng([self._seed, *listing.symbol.encode()])
        start_price = float(listing.reference_price)
        step = self._volatility / math.sqrt(TURNS_IN_A_MINUTE)
        steps = random.normal(0, step, self._minutes * TURNS_IN_A_MINUTE)
        walk = start_price * np.exp(np.cumsum(steps)).reshape(self._minutes, TURNS_IN_A_MINUTE)
        opens = np.append(start_price, walk[:-1, -1])
        prices = np.column_stack([opens, walk])
        usual_volume = float(listing.daily_volume) / MINUTES_A_DAY
        start_ms = end_ms - MINUTE_MS * np.arange(self._minutes, 0, -1, dtype=np.int64)
        return Bars(
            start_ms=start_ms,
            end_ms=start_ms + MINUTE_MS,
            open=opens,
            high=prices.max(axis=1),
            low=prices.min(axis=1),
            close=walk[:, -1],
            volume=usual_volume * random.lognormal(0, 0.5, self._minutes),
        )
