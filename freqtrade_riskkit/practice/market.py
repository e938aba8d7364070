"""The market: price, candles, order book and the day's figures of every listed pair, in exact decimals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from types import MappingProxyType

import numpy as np

from freqtrade_riskkit.practice.aggregate import Candles, candles_from, candles_until, cut
from freqtrade_riskkit.practice.book import BookShape, OrderBook, order_book
from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.listings import Listing
from freqtrade_riskkit.practice.moved import MovedPath
from freqtrade_riskkit.practice.paths import PricePath
from freqtrade_riskkit.practice.sources import DAY_MS, PairPrices
from freqtrade_riskkit.practice.timeframes import Timeframe

VOLUME_DIGITS = Decimal("0.00000001")
VOLUME_CONTEXT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Candle:
    """One candle: times in milliseconds (the close time is the last millisecond), prices in quote currency.

    `volume` is in base and `quote_volume` in quote currency. The candle in progress ends now.
    """

    open_ms: int
    close_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal


class Market:
    """Every listed pair at the exchange's present time.

    Parameters
    ----------
    clock
        The exchange's clock.
    pairs
        What is listed. PracticeError where two pairs have the same symbol.
    shape
        How every order book looks.
    """

    def __init__(self, clock: PracticeClock, pairs: Iterable[PairPrices], shape: BookShape) -> None:
        self.clock = clock
        self._shape = shape
        self._pairs: dict[str, PairPrices] = {}
        for prices in pairs:
            symbol = prices.listing.symbol
            if symbol in self._pairs:
                other = self._pairs[symbol].listing.pair
                raise PracticeError(
                    f"{other} and {prices.listing.pair} can't both be listed: both are {symbol}"
                )
            self._pairs[symbol] = prices

    @property
    def listings(self) -> Mapping[str, Listing]:
        """The trading rules of every listed pair, by symbol."""
        return MappingProxyType({symbol: prices.listing for symbol, prices in self._pairs.items()})

    @property
    def shape(self) -> BookShape:
        """How every order book looks."""
        return self._shape

    def path(self, symbol: str) -> PricePath:
        """Return the path of a pair's price; KeyError where the symbol isn't listed."""
        return self._pairs[symbol].path

    def price(self, symbol: str, at_ms: int | None = None) -> Decimal:
        """Return the last price paid, now or at a moment; KeyError where the symbol isn't listed."""
        prices = self._pairs[symbol]
        moment = self.clock.now_ms() if at_ms is None else at_ms
        return _at_tick(prices.path.price_at(moment), prices.listing.tick)

    def candles(
        self,
        symbol: str,
        timeframe: Timeframe,
        limit: int,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> list[Candle]:
        """Return candles in order of time, the one in progress included.

        Parameters
        ----------
        symbol
            KeyError where it isn't listed.
        timeframe
            How long a candle is.
        limit
            How many candles at most, above 0.
        start_ms
            With it, the first candles that begin at or after it; without it, the last ones.
        end_ms
            No candle that begins after it.
        """
        prices = self._pairs[symbol]
        now = self.clock.now_ms()
        last_open = now if end_ms is None else min(end_ms, now)
        if start_ms is None:
            found = candles_until(prices.candle_path or prices.path, timeframe, last_open, limit, now)
        else:
            begin = max(0, start_ms)
            found = candles_from(prices.candle_path or prices.path, timeframe, begin, last_open, limit, now)
        return _exact(found, timeframe, prices.listing.tick)

    def ticker_ms(self, symbol: str) -> int:
        """Return the moment that a pair's tickers are of: now, or since when they are frozen."""
        now = self.clock.now_ms()
        path = self._pairs[symbol].path
        frozen = path.frozen_since(now) if isinstance(path, MovedPath) else None
        return now if frozen is None else frozen

    def last_day(self, symbol: str) -> Candle | None:
        """Return the 24 hours up to the ticker's moment as one candle; None without trading in them."""
        prices = self._pairs[symbol]
        now = self.ticker_ms(symbol)
        edges = np.array([now - DAY_MS, now], dtype=np.int64)
        day = cut(prices.path.lines(now - DAY_MS, now), edges, now)
        found = _exact(day, _Window(DAY_MS), prices.listing.tick)
        return found[0] if found else None

    def order_book(self, symbol: str, levels: int, at_ms: int | None = None) -> OrderBook:
        """Return the order book around the price, now or at a moment, so many levels a side."""
        return order_book(self.price(symbol, at_ms), self._pairs[symbol].listing, self._shape, levels)


@dataclass(frozen=True, slots=True)
class _Window:
    """A single stretch of time seen as a timeframe."""

    length_ms: int

    def floor(self, at_ms: int) -> int:
        return at_ms

    def step(self, open_ms: int, candles: int) -> int:
        return open_ms + candles * self.length_ms


def _at_tick(price: float, tick: Decimal) -> Decimal:
    return max(1, round(price / float(tick))) * tick


def _exact(candles: Candles, timeframe: Timeframe, tick: Decimal) -> list[Candle]:
    columns = (candles.open, candles.high, candles.low, candles.close)
    ticks = [np.maximum(1, np.rint(column / float(tick))).astype(np.int64).tolist() for column in columns]
    return [
        Candle(
            open_ms=open_ms,
            close_ms=timeframe.step(open_ms, 1) - 1,
            open=opening * tick,
            high=high * tick,
            low=low * tick,
            close=close * tick,
            volume=Decimal(volume).quantize(VOLUME_DIGITS, context=VOLUME_CONTEXT),
            quote_volume=Decimal(quote_volume).quantize(VOLUME_DIGITS, context=VOLUME_CONTEXT),
        )
        for open_ms, opening, high, low, close, volume, quote_volume in zip(
            candles.open_ms.tolist(),
            *ticks,
            candles.volume.tolist(),
            candles.quote_volume.tolist(),
            strict=True,
        )
    ]
