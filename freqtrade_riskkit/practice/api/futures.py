"""The public addresses of USDT-margined perpetual swaps: enough to list, download and backtest them.

A swap costs what its spot pair costs, in the swap's own ticks; its mark price is the same, and funding is
constant.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request

from freqtrade_riskkit.practice.api import answers, market_data, tickers
from freqtrade_riskkit.practice.api.answers import Json
from freqtrade_riskkit.practice.api.exchange_info import swap_info
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.timeframes import TIMEFRAMES

MOST_KLINES = 1500
MOST_DEPTH = 1000
FUNDING_RATE = Decimal("0.0001")
FUNDING_TIMES = TIMEFRAMES["8h"]
KLINE_PARAMETERS = ("symbol", "interval", "startTime", "endTime", "limit")


def futures_routes(market: Market) -> APIRouter:
    """Return the routes of the swap market over this market, whose listings carry the swaps' rules."""
    router = APIRouter(prefix="/fapi/v1")
    info = swap_info(market.listings.values())

    @router.get("/ping")
    async def ping(request: Request) -> Json:
        Parameters(request)
        return {}

    @router.get("/time")
    async def time(request: Request) -> Json:
        Parameters(request)
        return {"serverTime": market.clock.now_ms()}

    @router.get("/exchangeInfo")
    async def exchange_info(request: Request) -> Json:
        Parameters(request)
        return {**info, "serverTime": market.clock.now_ms()}

    @router.get("/klines")
    @router.get("/markPriceKlines")
    async def klines(request: Request) -> list[Any]:
        return market_data.klines(market, Parameters(request, *KLINE_PARAMETERS), MOST_KLINES)

    @router.get("/depth")
    async def depth(request: Request) -> Json:
        now = market.clock.now_ms()
        return {
            **market_data.depth(market, Parameters(request, "symbol", "limit"), 500, MOST_DEPTH),
            "E": now,
            "T": now,
        }

    @router.get("/ticker/price")
    async def prices(request: Request) -> Any:
        return tickers.tickers(Parameters(request, "symbol"), market, tickers.swap_last_price)

    @router.get("/ticker/bookTicker")
    async def best_prices(request: Request) -> Any:
        return tickers.tickers(Parameters(request, "symbol"), market, tickers.swap_best_prices)

    @router.get("/ticker/24hr")
    async def day_statistics(request: Request) -> Any:
        return tickers.tickers(Parameters(request, "symbol"), market, tickers.swap_day)

    @router.get("/premiumIndex")
    async def mark_prices(request: Request) -> Any:
        return tickers.tickers(Parameters(request, "symbol"), market, _mark_price)

    @router.get("/fundingRate")
    async def funding_rates(request: Request) -> list[Json]:
        parameters = Parameters(request, "symbol", "startTime", "endTime", "limit")
        symbol = parameters.symbol(market.listings)
        candles = market.candles(
            symbol,
            FUNDING_TIMES,
            limit=parameters.limit(100, 1000),
            start_ms=parameters.moment("startTime"),
            end_ms=parameters.moment("endTime"),
        )
        return [
            {
                "symbol": symbol,
                "fundingTime": candle.open_ms,
                "fundingRate": answers.number(FUNDING_RATE),
                "markPrice": answers.number(candle.open),
            }
            for candle in candles
        ]

    return router


def _mark_price(market: Market, symbol: str) -> Json:
    now = market.clock.now_ms()
    price = answers.number(market.price(symbol))
    return {
        "symbol": symbol,
        "markPrice": price,
        "indexPrice": price,
        "estimatedSettlePrice": price,
        "lastFundingRate": answers.number(FUNDING_RATE),
        "interestRate": answers.number(FUNDING_RATE),
        "nextFundingTime": FUNDING_TIMES.step(FUNDING_TIMES.floor(now), 1),
        "time": now,
    }
