"""What spot and swaps answer alike: candles and depth."""

from __future__ import annotations

from typing import Any

from freqtrade_riskkit.practice.api import answers, errors
from freqtrade_riskkit.practice.api.answers import Json
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.market import Candle, Market
from freqtrade_riskkit.practice.timeframes import TIMEFRAMES
from freqtrade_riskkit.practice.trading.amounts import worth

KLINES_BY_DEFAULT = 500
MOST_TRADES = 1000
SECOND_MS = 1000
LATEST_ID = 253_402_300_799  # the last second of the year 9999


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


def trades(market: Market, parameters: Parameters) -> list[Json]:
    """Return the last trades of `symbol`, or those from `fromId` on."""
    first = parameters.number("fromId")
    start_ms = None if first is None else _checked_id(first) * SECOND_MS
    return [
        {
            "id": second.open_ms // SECOND_MS,
            "price": answers.number(second.close),
            "qty": answers.number(second.volume),
            "quoteQty": answers.number(worth(second.close, second.volume)),
            "time": second.close_ms,
            "isBuyerMaker": second.close < second.open,
            "isBestMatch": True,
        }
        for second in _seconds(market, parameters, start_ms)
    ]


def aggregate_trades(market: Market, parameters: Parameters) -> list[Json]:
    """Return the trades of `symbol` in Binance's short form, by `fromId` or by time."""
    first, start_ms = parameters.number("fromId"), parameters.moment("startTime")
    end_ms = parameters.moment("endTime")
    if first is not None:
        if start_ms is not None or end_ms is not None:
            raise errors.invalid_combination()
        start_ms = _checked_id(first) * SECOND_MS
    return [
        {
            "a": second.open_ms // SECOND_MS,
            "p": answers.number(second.close),
            "q": answers.number(second.volume),
            "f": second.open_ms // SECOND_MS,
            "l": second.open_ms // SECOND_MS,
            "T": second.close_ms,
            "m": second.close < second.open,
            "M": True,
        }
        for second in _seconds(market, parameters, start_ms, end_ms)
    ]


def _seconds(
    market: Market, parameters: Parameters, start_ms: int | None, end_ms: int | None = None
) -> list[Candle]:
    """Return seconds that are over, oldest first; each had one trade, of all its volume at its last price."""
    limit = parameters.limit(KLINES_BY_DEFAULT, MOST_TRADES)
    symbol = parameters.symbol(market.listings)
    over_ms = market.clock.now_ms() - SECOND_MS
    last_ms = over_ms if end_ms is None else min(end_ms - SECOND_MS + 1, over_ms)
    return market.candles(symbol, TIMEFRAMES["1s"], limit, start_ms, last_ms)


def _checked_id(trade_id: int) -> int:
    if trade_id > LATEST_ID:
        raise errors.invalid_value("fromId")
    return trade_id


def depth(market: Market, parameters: Parameters, by_default: int, most: int) -> Json:
    """Return the order book of `symbol`, `limit` levels a side."""
    levels = parameters.limit(by_default, most)
    book = market.order_book(parameters.symbol(market.listings), levels)
    return answers.book(book, market.clock.now_ms())
