"""Tickers of spot and of swaps: one symbol, several, or all."""

from __future__ import annotations

from collections.abc import Callable

from freqtrade_riskkit.practice.api import answers
from freqtrade_riskkit.practice.api.answers import Json
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.market import Market

_MINI_FIELDS = (
    "symbol",
    "openPrice",
    "highPrice",
    "lowPrice",
    "lastPrice",
    "volume",
    "quoteVolume",
    "openTime",
    "closeTime",
    "firstId",
    "lastId",
    "count",
)


def tickers(
    parameters: Parameters, market: Market, ticker: Callable[[Market, str], Json]
) -> Json | list[Json]:
    """Return one ticker where `symbol` was sent, else a list: of `symbols`, or of everything."""
    chosen = parameters.symbols(market.listings)
    found = [ticker(market, symbol) for symbol in (market.listings if chosen is None else chosen)]
    return found[0] if parameters.has("symbol") else found


def last_price(market: Market, symbol: str) -> Json:
    """Return a symbol of ticker/price."""
    return {"symbol": symbol, "price": answers.number(market.price(symbol))}


def best_prices(market: Market, symbol: str) -> Json:
    """Return a symbol of ticker/bookTicker."""
    return answers.best_prices(symbol, market.order_book(symbol, 1))


def day(market: Market, symbol: str) -> Json:
    """Return a symbol of ticker/24hr in full."""
    best = best_prices(market, symbol)
    figures = answers.day_statistics(
        symbol, market.last_day(symbol), market.price(symbol), market.ticker_ms(symbol)
    )
    return {**figures, "prevClosePrice": figures["openPrice"], **best}


def mini_day(market: Market, symbol: str) -> Json:
    """Return a symbol of ticker/24hr, short."""
    full = day(market, symbol)
    return {name: full[name] for name in _MINI_FIELDS}


def swap_last_price(market: Market, symbol: str) -> Json:
    """Return a swap of ticker/price."""
    return {**last_price(market, symbol), "time": market.ticker_ms(symbol)}


def swap_best_prices(market: Market, symbol: str) -> Json:
    """Return a swap of ticker/bookTicker."""
    return {**best_prices(market, symbol), "time": market.ticker_ms(symbol)}


def swap_day(market: Market, symbol: str) -> Json:
    """Return a swap of ticker/24hr, which doesn't hold the best prices."""
    now = market.ticker_ms(symbol)
    last_day = market.last_day(symbol)
    price = market.price(symbol) if last_day is None else last_day.close
    return answers.day_statistics(symbol, last_day, price, now)
