"""An account's balances, its orders and trades of old, what it pays, and what came in and went out."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request

from freqtrade_riskkit.practice.api import trade_answers
from freqtrade_riskkit.practice.api.answers import Json, number
from freqtrade_riskkit.practice.api.errors import ApiError, invalid_combination
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.api.signed import signed
from freqtrade_riskkit.practice.exchange import PracticeExchange
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.records import Fill, Transfer

DAY_MS = 24 * 60 * 60 * 1000
RANGE = ("startTime", "endTime", "limit")
DEPOSIT_DONE = 1
WITHDRAWAL_DONE = 6


def account_routes(exchange: PracticeExchange) -> APIRouter:
    """Return the routes of the account itself."""
    router = APIRouter(prefix="/api/v3")
    assets = sorted(
        {c for listing in exchange.market.listings.values() for c in (listing.base, listing.quote)}
    )

    @router.get("/account")
    async def account(request: Request) -> Json:
        name, parameters = await signed(request, exchange, "omitZeroBalances")
        omit = parameters.text("omitZeroBalances", ("true", "false"), "false") == "true"
        with exchange.session() as floor:
            return trade_answers.balances(floor.accounts[name], assets, omit)

    @router.get("/account/commission")
    async def commission(request: Request) -> Json:
        name, parameters = await signed(request, exchange, "symbol")
        symbol = parameters.symbol(exchange.market.listings)
        with exchange.session() as floor:
            return trade_answers.commission(floor.accounts[name], symbol)

    @router.get("/allOrders")
    async def all_orders(request: Request) -> list[Json]:
        name, parameters = await signed(request, exchange, "symbol", "orderId", *RANGE)
        symbol = parameters.symbol(exchange.market.listings)
        first = parameters.number("orderId")
        start, end = _range(parameters)
        limit = parameters.limit(500, 1000)
        with exchange.session() as floor:
            found = [
                order
                for order in floor.accounts[name].orders.values()
                if order.symbol == symbol
                and order.order_id >= (first or 0)
                and start <= order.created_ms <= end
            ]
        chosen = found[-limit:] if first is None and not parameters.has("startTime") else found[:limit]
        return [trade_answers.order_state(order) for order in chosen]

    @router.get("/myTrades")
    async def my_trades(request: Request) -> list[Json]:
        name, parameters = await signed(request, exchange, "symbol", "orderId", "fromId", *RANGE)
        with exchange.session() as floor:
            return [trade_answers.trade(fill) for fill in _trades(floor.accounts[name], parameters, exchange)]

    return router


def wallet_routes(exchange: PracticeExchange) -> APIRouter:
    """Return the routes of the wallet, which pass over parameters that they don't know."""
    router = APIRouter(prefix="/sapi/v1")

    @router.get("/capital/deposit/hisrec")
    async def deposits(request: Request) -> list[Json]:
        name, parameters = await signed(request, exchange, any_name=True)
        with exchange.session() as floor:
            found = _transfers(floor.accounts[name], parameters)
            return [_deposit(transfer) for transfer in found if transfer.amount > 0]

    @router.get("/capital/withdraw/history")
    async def withdrawals(request: Request) -> list[Json]:
        name, parameters = await signed(request, exchange, any_name=True)
        with exchange.session() as floor:
            found = _transfers(floor.accounts[name], parameters)
            return [_withdrawal(transfer) for transfer in found if transfer.amount < 0]

    @router.get("/asset/tradeFee")
    async def fees(request: Request) -> list[Json]:
        name, parameters = await signed(request, exchange, any_name=True)
        listings = exchange.market.listings
        chosen = [parameters.symbol(listings)] if parameters.has("symbol") else list(listings)
        with exchange.session() as floor:
            rates = floor.accounts[name].fees
        return [
            {"symbol": symbol, "makerCommission": str(rates.maker), "takerCommission": str(rates.taker)}
            for symbol in chosen
        ]

    return router


def _range(parameters: Parameters) -> tuple[int, int]:
    start, end = parameters.moment("startTime"), parameters.moment("endTime")
    if start is not None and end is not None:
        if end < start:
            raise ApiError(-1130, "Data sent for parameter 'startTime' is not valid.")
        if end - start > DAY_MS:
            raise ApiError(-1127, "More than 24 hours between startTime and endTime.")
    return start or 0, 2**62 if end is None else end


def _trades(account: Account, parameters: Parameters, exchange: PracticeExchange) -> list[Fill]:
    symbol = parameters.symbol(exchange.market.listings)
    order_id, first = parameters.number("orderId"), parameters.number("fromId")
    if first is not None and (parameters.has("startTime") or parameters.has("endTime")):
        raise invalid_combination()
    start, end = _range(parameters)
    limit = parameters.limit(500, 1000)
    found = [
        fill
        for fill in account.fills
        if fill.symbol == symbol
        and order_id in (None, fill.order_id)
        and fill.trade_id >= (first or 0)
        and start <= fill.at_ms <= end
    ]
    return found[-limit:] if first is None and not parameters.has("startTime") else found[:limit]


def _transfers(account: Account, parameters: Parameters) -> list[Transfer]:
    coin = parameters.word("coin")
    start, end = parameters.moment("startTime") or 0, parameters.moment("endTime")
    found = [
        transfer
        for transfer in account.transfers
        if coin in (None, transfer.asset)
        and start <= transfer.at_ms
        and (end is None or transfer.at_ms <= end)
    ]
    offset = parameters.number("offset") or 0
    return found[::-1][offset : offset + parameters.limit(1000, 1000)]


def _deposit(transfer: Transfer) -> Json:
    return {
        "id": f"practice{transfer.transfer_id}",
        "amount": number(transfer.amount),
        "coin": transfer.asset,
        "network": "PRACTICE",
        "status": DEPOSIT_DONE,
        "address": "practice",
        "addressTag": "",
        "txId": f"practice-deposit-{transfer.transfer_id}",
        "insertTime": transfer.at_ms,
        "completeTime": transfer.at_ms,
        "transferType": 0,
        "confirmTimes": "1/1",
        "unlockConfirm": 0,
        "walletType": 0,
    }


def _withdrawal(transfer: Transfer) -> Json:
    at = datetime.fromtimestamp(transfer.at_ms // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return {
        "id": f"practice{transfer.transfer_id}",
        "amount": number(-transfer.amount),
        "transactionFee": "0",
        "coin": transfer.asset,
        "status": WITHDRAWAL_DONE,
        "address": "practice",
        "txId": f"practice-withdrawal-{transfer.transfer_id}",
        "applyTime": at,
        "network": "PRACTICE",
        "transferType": 0,
        "info": "",
        "confirmNo": 1,
        "walletType": 0,
        "txKey": "",
        "completeTime": at,
    }
