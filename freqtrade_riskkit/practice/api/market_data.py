"""What spot and swaps answer alike: candles and depth."""

from __future__ import annotations

from typing import Any

from freqtrade_riskkit.practice.api import answers
from freqtrade_riskkit.practice.api.answers import Json
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.market import Market

KLINES_BY_DEFAULT = 500


def klines(market: Market, parameters: Parameters, most: int) -> list[Any]:
    """Return the candles of `symbol` and `interval`, by `startTime`, `endTime` and `limit`."""
    candles = market.candles(
        parameters.symbol(market.listings),
        parameters.timeframe(),
        limit=parameters.limit(KLINES_BY_DEFAULT, most),
        start_ms=parameters.moment("startTime"),
        end_ms=parameters.moment("endTime"),
    )
    return [answers.kline(candle) for candle in candles]


def depth(market: Market, parameters: Parameters, by_default: int, most: int) -> Json:
    """Return the order book of `symbol`, `limit` levels a side."""
    levels = parameters.limit(by_default, most)
    book = market.order_book(parameters.symbol(market.listings), levels)
    return answers.book(book, market.clock.now_ms())
