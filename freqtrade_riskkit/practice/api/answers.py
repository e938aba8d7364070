"""What the market says, written as Binance writes it: numbers as text with eight decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from freqtrade_riskkit.practice.book import Level, OrderBook
from freqtrade_riskkit.practice.market import Candle

Json = dict[str, Any]


def number(value: Decimal) -> str:
    """Return a price or an amount as text with eight decimals."""
    return f"{value:.8f}"


def kline(candle: Candle) -> list[Any]:
    """Return a candle as one row of Binance's klines; half of the volume counts as bought by takers."""
    return [
        candle.open_ms,
        number(candle.open),
        number(candle.high),
        number(candle.low),
        number(candle.close),
        number(candle.volume),
        candle.close_ms,
        number(candle.quote_volume),
        trade_count(candle),
        number(candle.volume / 2),
        number(candle.quote_volume / 2),
        "0",
    ]


def trade_count(candle: Candle) -> int:
    """Return how many trades a candle would have had at 1,000 quote currency a trade; 0 without volume."""
    return -int(-candle.quote_volume // 1000)


def book(order_book: OrderBook, update_id: int) -> Json:
    """Return the answer to depth."""
    return {
        "lastUpdateId": update_id,
        "bids": [_level(level) for level in order_book.bids],
        "asks": [_level(level) for level in order_book.asks],
    }


def _level(level: Level) -> list[str]:
    return [number(level.price), number(level.amount)]


def best_prices(symbol: str, order_book: OrderBook) -> Json:
    """Return the answer to ticker/bookTicker."""
    bid, ask = order_book.bids[0], order_book.asks[0]
    return {
        "symbol": symbol,
        "bidPrice": number(bid.price),
        "bidQty": number(bid.amount),
        "askPrice": number(ask.price),
        "askQty": number(ask.amount),
    }


def day_statistics(symbol: str, day: Candle | None, price: Decimal, now_ms: int) -> Json:
    """Return the day's figures that spot and futures share; without trading all prices are the last one."""
    opening = day.open if day else price
    volume = day.volume if day else Decimal(0)
    value = day.quote_volume if day else Decimal(0)
    count = trade_count(day) if day else 0
    last_id = now_ms // 1000
    return {
        "symbol": symbol,
        "priceChange": number(price - opening),
        "priceChangePercent": f"{(price - opening) / opening * 100:.3f}",
        "weightedAvgPrice": number(value / volume if volume else price),
        "lastPrice": number(price),
        "lastQty": number(volume / count if count else Decimal(0)),
        "openPrice": number(opening),
        "highPrice": number(day.high if day else price),
        "lowPrice": number(day.low if day else price),
        "volume": number(volume),
        "quoteVolume": number(value),
        "openTime": now_ms - 24 * 60 * 60 * 1000,
        "closeTime": now_ms,
        "firstId": last_id - count + 1 if count else -1,
        "lastId": last_id if count else -1,
        "count": count,
    }
