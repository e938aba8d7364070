"""Orders: placing, trying, asking for, cancelling and replacing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from freqtrade_riskkit.practice.actions import PartialFill
from freqtrade_riskkit.practice.api import trade_answers
from freqtrade_riskkit.practice.api.answers import Json
from freqtrade_riskkit.practice.api.errors import ApiError, missing_parameter
from freqtrade_riskkit.practice.api.order_request import (
    ORDER_PARAMETERS,
    answer_to_order,
    order_request,
    refuse_unmodelled,
    wanted_answer,
)
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.api.signed import signed
from freqtrade_riskkit.practice.exchange import PracticeExchange
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.amounts import ZERO
from freqtrade_riskkit.practice.trading.floor import TradingFloor
from freqtrade_riskkit.practice.trading.records import NO_LIST, Order, OrderRequest
from freqtrade_riskkit.practice.trading.refusal import NO_SUCH_ORDER, Refusal, missing_one_of, rejected_cancel

WHICH = ("symbol", "orderId", "origClientOrderId")
CANCEL_PARAMETERS = (*WHICH, "newClientOrderId", "cancelRestrictions")
REPLACE_PARAMETERS = (
    *ORDER_PARAMETERS,
    "cancelReplaceMode",
    "cancelNewClientOrderId",
    "cancelOrigClientOrderId",
    "cancelOrderId",
    "cancelRestrictions",
    "orderRateLimitExceededMode",
)


def order_routes(exchange: PracticeExchange) -> APIRouter:
    """Return the routes of single orders."""
    router = APIRouter(prefix="/api/v3")

    @router.post("/order")
    async def place(request: Request) -> Json:
        name, parameters = await signed(request, exchange, *ORDER_PARAMETERS)
        asked = order_request(parameters, exchange.market.listings)
        wanted = wanted_answer(parameters, asked.type)
        with exchange.session() as floor:
            account = floor.accounts[name]
            return answer_to_order(account, _place(exchange, floor, account, asked), wanted)

    @router.post("/order/test")
    async def try_out(request: Request) -> Json:
        name, parameters = await signed(request, exchange, *ORDER_PARAMETERS, "computeCommissionRates")
        asked = order_request(parameters, exchange.market.listings)
        with exchange.session() as floor:
            floor.check(floor.accounts[name], asked)
        return {}

    @router.get("/order")
    async def query(request: Request) -> Json:
        name, parameters = await signed(request, exchange, *WHICH)
        with exchange.session() as floor:
            return trade_answers.order_state(_find(floor, floor.accounts[name], parameters))

    @router.delete("/order")
    async def cancel(request: Request) -> Json:
        name, parameters = await signed(request, exchange, *CANCEL_PARAMETERS)
        with exchange.session() as floor:
            return _cancel(floor, floor.accounts[name], parameters)

    @router.post("/order/cancelReplace")
    async def replace(request: Request) -> Any:
        name, parameters = await signed(request, exchange, *REPLACE_PARAMETERS)
        mode = parameters.text("cancelReplaceMode", ("STOP_ON_FAILURE", "ALLOW_FAILURE"), "")
        if not mode:
            raise missing_parameter("cancelReplaceMode")
        refuse_unmodelled(parameters)
        asked = order_request(parameters, exchange.market.listings)
        wanted = wanted_answer(parameters, asked.type)
        with exchange.session() as floor:
            account = floor.accounts[name]
            floor.check_terms(asked)
            return _replace(
                lambda: _cancel(floor, account, parameters, of_replacement=True),
                lambda: answer_to_order(account, _place(exchange, floor, account, asked), wanted),
                mode,
            )

    @router.get("/openOrders")
    async def open_orders(request: Request) -> list[Json]:
        name, parameters = await signed(request, exchange, "symbol")
        symbol = parameters.symbol(exchange.market.listings) if parameters.has("symbol") else None
        with exchange.session() as floor:
            return [trade_answers.order_state(o) for o in floor.accounts[name].open_orders(symbol)]

    @router.delete("/openOrders")
    async def cancel_all(request: Request) -> list[Json]:
        name, parameters = await signed(request, exchange, "symbol")
        symbol = parameters.symbol(exchange.market.listings)
        with exchange.session() as floor:
            return _cancel_all(floor, floor.accounts[name], symbol)

    return router


def _place(exchange: PracticeExchange, floor: TradingFloor, account: Account, asked: OrderRequest) -> Order:
    """Place an order; a fault may let it hang, once it is accepted."""
    floor.check(account, asked)
    hang = exchange.faults.strike(PartialFill, account.name)
    return floor.place(account, asked) if hang is None else floor.place(account, asked, hang.share)


def _find(floor: TradingFloor, account: Account, parameters: Parameters, prefix: str = "") -> Order:
    symbol = parameters.symbol(floor.market.listings)
    number = parameters.number("cancelOrderId" if prefix else "orderId")
    name = parameters.client_id("cancelOrigClientOrderId" if prefix else "origClientOrderId")
    if number is None and name is None:
        names = ("cancelOrigClientOrderId", "cancelOrderId") if prefix else ("origClientOrderId", "orderId")
        raise missing_one_of(*names)
    return floor.find(account, symbol, number, name)


def _cancel(
    floor: TradingFloor, account: Account, parameters: Parameters, of_replacement: bool = False
) -> Json:
    order = _find_to_cancel(floor, account, parameters, of_replacement)
    only = parameters.word("cancelRestrictions")
    if only not in (None, "ONLY_NEW", "ONLY_PARTIALLY_FILLED"):
        raise ApiError(-1145, "Invalid cancelRestrictions")
    if only is not None and (only == "ONLY_NEW") != (order.filled == ZERO):
        raise rejected_cancel("Order was not canceled due to cancel restrictions.")
    name = parameters.client_id("cancelNewClientOrderId" if of_replacement else "newClientOrderId")
    cancelled = floor.cancel(account, order)
    if order.list_id != NO_LIST:
        return list_report(account, cancelled, name)
    return trade_answers.cancelled(order, name or f"practice-cancel{order.order_id}")


def _find_to_cancel(
    floor: TradingFloor, account: Account, parameters: Parameters, of_replacement: bool
) -> Order:
    """Return the order that is to be cancelled; refused as Binance refuses a cancel, not a question."""
    try:
        return _find(floor, account, parameters, "cancel" if of_replacement else "")
    except Refusal as error:
        if error.code == NO_SUCH_ORDER:
            raise rejected_cancel() from error
        raise


def list_report(account: Account, cancelled: list[Order], name: str | None) -> Json:
    """Return the answer to the cancel of a list, of which either order was named."""
    reports = [trade_answers.cancelled(o, name or f"practice-cancel{o.order_id}") for o in cancelled]
    order_list = account.lists[cancelled[0].list_id]
    state = trade_answers.list_state(order_list, account)
    return {**state, "transactionTime": cancelled[0].updated_ms, "orderReports": reports}


def _cancel_all(floor: TradingFloor, account: Account, symbol: str) -> list[Json]:
    orders = account.open_orders(symbol)
    if not orders:
        raise rejected_cancel()
    answers = []
    for order in orders:
        if not order.is_open:
            continue
        cancelled = floor.cancel(account, order)
        if order.list_id != NO_LIST:
            answers.append(list_report(account, cancelled, None))
        else:
            answers.append(trade_answers.cancelled(order, f"practice-cancel{order.order_id}"))
    return answers


def _replace(cancel: Callable[[], Json], place: Callable[[], Json], mode: str) -> Any:
    """Cancel, then place; what failed is told in Binance's nested answer."""
    cancelled, cancel_failed = _attempt(cancel)
    if cancel_failed and mode == "STOP_ON_FAILURE":
        return _replace_answer(cancelled, None, True, None)
    placed, place_failed = _attempt(place)
    return _replace_answer(cancelled, placed, cancel_failed, place_failed)


def _attempt(deed: Callable[[], Json]) -> tuple[Json, bool]:
    try:
        return deed(), False
    except (Refusal, ApiError) as error:
        return {"code": error.code, "msg": error.message}, True


def _replace_answer(
    cancelled: Json, placed: Json | None, cancel_failed: bool, place_failed: bool | None
) -> Any:
    states = {True: "FAILURE", False: "SUCCESS", None: "NOT_ATTEMPTED"}
    data = {
        "cancelResult": states[cancel_failed],
        "newOrderResult": states[place_failed],
        "cancelResponse": cancelled,
        "newOrderResponse": placed,
    }
    if not cancel_failed and not place_failed:
        return data
    if cancel_failed and place_failed is not False:
        body = {"code": -2022, "msg": "Order cancel-replace failed.", "data": data}
        return JSONResponse(body, status_code=400)
    body = {"code": -2021, "msg": "Order cancel-replace partially failed.", "data": data}
    return JSONResponse(body, status_code=409)
