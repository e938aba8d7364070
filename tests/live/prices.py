"""Prices that a test moves by hand while the exchange runs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.listings import Listing, listing_for
from freqtrade_riskkit.practice.paths import BarPath, Bars, Lines
from freqtrade_riskkit.practice.sources import FLAT_END_MS, FLAT_START_MS, PairPrices, PriceFeed, flat_bar

SHORTEST_BAR_MS = 3


class SteeredPath:
    """A price that stands still until it is set to another one.

    Trade is twice as lively since the path was made as in the days before: so the volume of the last 24
    hours moves all the time, as an exchange's does, and a price that stands still isn't a frozen feed.
    """

    def __init__(self, listing: Listing, price: float, clock: PracticeClock) -> None:
        self._listing = listing
        self._clock = clock
        self._steps = [(FLAT_START_MS, price), (clock.now_ms(), price)]
        self._path = self._flat_bars()

    def set(self, price: float) -> None:
        """Let the pair cost `price` from now on."""
        at_ms = max(self._clock.now_ms(), self._steps[-1][0] + SHORTEST_BAR_MS)
        self._steps.append((at_ms, price))
        self._path = self._flat_bars()

    def lines(self, start_ms: int, end_ms: int) -> Lines:
        return self._path.lines(start_ms, end_ms)

    def price_at(self, at_ms: int) -> float:
        return self._path.price_at(at_ms)

    def next_trading(self, at_ms: int) -> int | None:
        return self._path.next_trading(at_ms)

    def last_trading(self, before_ms: int) -> int | None:
        return self._path.last_trading(before_ms)

    def _flat_bars(self) -> BarPath:
        ends = [at_ms for at_ms, _ in self._steps[1:]] + [FLAT_END_MS]
        bars = [
            flat_bar(self._listing, price, start, end)
            for (start, price), end in zip(self._steps, ends, strict=True)
        ]
        columns = {name: np.concatenate([getattr(bar, name) for bar in bars]) for name in Bars.__slots__}
        columns["volume"][1:] *= 2
        return BarPath(Bars(**columns))


class SteeredPrices:
    """A price source for made-up pairs, all at the same price until one is steered.

    Parameters
    ----------
    pairs
        In Freqtrade's spelling.
    price
        Of all pairs at the start. Prices need no more than two decimals.
    """

    def __init__(self, pairs: Iterable[str], price: float = 100.0) -> None:
        clock = PracticeClock()
        self._clock = clock
        self._paths = {
            pair: (listing := listing_for(pair, price, None), SteeredPath(listing, price, clock))
            for pair in pairs
        }

    def open(self) -> PriceFeed:
        return PriceFeed(self._clock, tuple(PairPrices(*item) for item in self._paths.values()))

    def set(self, price: float, *pairs: str) -> None:
        """Let pairs cost `price` from now on; all of them where none is named."""
        for pair in pairs or self._paths:
            self._paths[pair][1].set(price)
