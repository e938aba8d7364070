"""Spot's public addresses, /api/v3."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from freqtrade_riskkit.practice.api import answers, market_data, tickers
from freqtrade_riskkit.practice.api.answers import Json
from freqtrade_riskkit.practice.api.exchange_info import spot_info
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.exchange import PracticeExchange
from freqtrade_riskkit.practice.timeframes import TIMEFRAMES

MOST_KLINES = 1000
MOST_DEPTH = 5000
AVERAGE_MINUTES = 5
KLINE_PARAMETERS = ("symbol", "interval", "startTime", "endTime", "timeZone", "limit")
EXCHANGE_INFO_PARAMETERS = ("symbol", "symbols", "permissions", "showPermissionSets", "symbolStatus")


def spot_routes(exchange: PracticeExchange) -> APIRouter:
    """Return the routes of spot's market data."""
    market = exchange.market
    router = APIRouter(prefix="/api/v3")
    info = spot_info(market.listings.values(), exchange.rules)
    symbols_info = {entry["symbol"]: entry for entry in info["symbols"]}
    listed = market.listings

    @router.get("/ping")
    async def ping(request: Request) -> Json:
        Parameters(request)
        return {}

    @router.get("/time")
    async def time(request: Request) -> Json:
        Parameters(request)
        return {"serverTime": exchange.now_ms()}

    @router.get("/exchangeInfo")
    async def exchange_info(request: Request) -> Json:
        parameters = Parameters(request, *EXCHANGE_INFO_PARAMETERS)
        chosen = parameters.symbols(listed)
        found = info["symbols"] if chosen is None else [symbols_info[symbol] for symbol in chosen]
        return {**info, "serverTime": exchange.now_ms(), "symbols": found}

    @router.get("/klines")
    @router.get("/uiKlines")
    async def klines(request: Request) -> list[Any]:
        return market_data.klines(market, Parameters(request, *KLINE_PARAMETERS), MOST_KLINES)

    @router.get("/depth")
    async def depth(request: Request) -> Json:
        return market_data.depth(market, Parameters(request, "symbol", "limit"), 100, MOST_DEPTH)

    @router.get("/trades")
    async def trades(request: Request) -> list[Json]:
        return market_data.trades(market, Parameters(request, "symbol", "limit"))

    @router.get("/historicalTrades")
    async def historical_trades(request: Request) -> list[Json]:
        return market_data.trades(market, Parameters(request, "symbol", "limit", "fromId"))

    @router.get("/aggTrades")
    async def aggregate_trades(request: Request) -> list[Json]:
        known = ("symbol", "fromId", "startTime", "endTime", "limit")
        return market_data.aggregate_trades(market, Parameters(request, *known))

    @router.get("/avgPrice")
    async def average_price(request: Request) -> Json:
        symbol = Parameters(request, "symbol").symbol(listed)
        now = market.clock.now_ms()
        minutes = market.candles(symbol, TIMEFRAMES["1m"], limit=AVERAGE_MINUTES)
        volume = sum(candle.volume for candle in minutes)
        value = sum(candle.quote_volume for candle in minutes)
        average = (value / volume).quantize(listed[symbol].tick) if volume else market.price(symbol)
        return {"mins": AVERAGE_MINUTES, "price": answers.number(average), "closeTime": now}

    @router.get("/ticker/price")
    async def prices(request: Request) -> Any:
        return tickers.tickers(Parameters(request, "symbol", "symbols"), market, tickers.last_price)

    @router.get("/ticker/bookTicker")
    async def best_prices(request: Request) -> Any:
        return tickers.tickers(Parameters(request, "symbol", "symbols"), market, tickers.best_prices)

    @router.get("/ticker/24hr")
    async def day_statistics(request: Request) -> Any:
        parameters = Parameters(request, "symbol", "symbols", "type")
        kind = parameters.text("type", ("FULL", "MINI"), "FULL")
        return tickers.tickers(parameters, market, tickers.day if kind == "FULL" else tickers.mini_day)

    return router
