"""OCO lists: placing, asking for and cancelling them."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request

from freqtrade_riskkit.practice.api import trade_answers
from freqtrade_riskkit.practice.api.answers import Json
from freqtrade_riskkit.practice.api.errors import missing_parameter
from freqtrade_riskkit.practice.api.order_request import (
    ANSWERS,
    order_type,
    read_side,
    refuse_unmodelled,
    time_in_force,
)
from freqtrade_riskkit.practice.api.orders import list_report
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.api.signed import signed
from freqtrade_riskkit.practice.exchange import PracticeExchange
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.order_lists import ListRequest, classic_list, place_list
from freqtrade_riskkit.practice.trading.records import OrderList, OrderRequest, OrderType
from freqtrade_riskkit.practice.trading.refusal import Refusal, missing_one_of, rejected_cancel

COMMON = ("symbol", "listClientOrderId", "side", "quantity", "newOrderRespType", "selfTradePreventionMode")
CLASSIC = (
    *COMMON,
    "limitClientOrderId",
    "price",
    "stopClientOrderId",
    "stopPrice",
    "stopLimitPrice",
    "stopLimitTimeInForce",
)
LEG = ("Type", "ClientOrderId", "Price", "StopPrice", "TimeInForce")
TODAY = (*COMMON, *(f"above{field}" for field in LEG), *(f"below{field}" for field in LEG))
Read = Callable[[Parameters, PracticeExchange], ListRequest]


def order_list_routes(exchange: PracticeExchange) -> APIRouter:
    """Return the routes of order lists."""
    router = APIRouter(prefix="/api/v3")

    async def place(request: Request, known: tuple[str, ...], read: Read) -> Json:
        name, parameters = await signed(request, exchange, *known)
        wanted = parameters.text("newOrderRespType", ANSWERS, "RESULT")
        asked = read(parameters, exchange)
        with exchange.session() as floor:
            account = floor.accounts[name]
            order_list = place_list(floor, account, asked)
            return _placed(order_list, account, wanted)

    @router.post("/order/oco")
    async def place_classic(request: Request) -> Json:
        return await place(request, CLASSIC, _classic)

    @router.post("/orderList/oco")
    async def place_today(request: Request) -> Json:
        return await place(request, TODAY, _today)

    @router.get("/orderList")
    async def query(request: Request) -> Json:
        name, parameters = await signed(request, exchange, "orderListId", "origClientOrderId")
        with exchange.session() as floor:
            account = floor.accounts[name]
            found = _find(account, parameters, "origClientOrderId")
            if found is None:
                raise Refusal(-2018, "Order list does not exist.")
            return trade_answers.list_state(found, account)

    @router.delete("/orderList")
    async def cancel(request: Request) -> Json:
        known = ("symbol", "orderListId", "listClientOrderId", "newClientOrderId")
        name, parameters = await signed(request, exchange, *known)
        symbol = parameters.symbol(exchange.market.listings)
        with exchange.session() as floor:
            account = floor.accounts[name]
            found = _find(account, parameters, "listClientOrderId")
            if found is None or found.symbol != symbol or found.is_done:
                raise rejected_cancel()
            cancelled = floor.cancel(account, account.orders[found.first_id])
            return list_report(account, cancelled, parameters.client_id("newClientOrderId"))

    @router.get("/openOrderList")
    async def open_lists(request: Request) -> list[Json]:
        name, _ = await signed(request, exchange)
        with exchange.session() as floor:
            account = floor.accounts[name]
            found = (order_list for order_list in account.lists.values() if not order_list.is_done)
            return [trade_answers.list_state(order_list, account) for order_list in found]

    @router.get("/allOrderList")
    async def all_lists(request: Request) -> list[Json]:
        name, parameters = await signed(request, exchange, "fromId", "startTime", "endTime", "limit")
        first = parameters.number("fromId") or 0
        start, end = parameters.moment("startTime") or 0, parameters.moment("endTime")
        limit = parameters.limit(500, 1000)
        with exchange.session() as floor:
            account = floor.accounts[name]
            found = [
                order_list
                for order_list in account.lists.values()
                if order_list.list_id >= first
                and start <= order_list.at_ms
                and (end is None or order_list.at_ms <= end)
            ]
            return [trade_answers.list_state(one, account) for one in found[-limit:]]

    return router


def _placed(order_list: OrderList, account: Account, wanted: str) -> Json:
    legs = [account.orders[number] for number in (order_list.first_id, order_list.second_id)]
    report = trade_answers.acknowledgement if wanted == "ACK" else trade_answers.result
    return {
        **trade_answers.list_state(order_list, account),
        "orderReports": [report(leg) for leg in legs],
    }


def _classic(parameters: Parameters, exchange: PracticeExchange) -> ListRequest:
    symbol = parameters.symbol(exchange.market.listings)
    side = read_side(parameters)
    amount = parameters.decimal("quantity")
    stop_limit = parameters.decimal("stopLimitPrice")
    if stop_limit is not None and not parameters.has("stopLimitTimeInForce"):
        raise missing_parameter("stopLimitTimeInForce")
    limit = OrderRequest(
        symbol,
        side,
        OrderType.LIMIT_MAKER,
        amount,
        price=parameters.decimal("price"),
        client_id=parameters.client_id("limitClientOrderId"),
    )
    stop = OrderRequest(
        symbol,
        side,
        OrderType.STOP_LOSS if stop_limit is None else OrderType.STOP_LOSS_LIMIT,
        amount,
        price=stop_limit,
        stop_price=parameters.decimal("stopPrice"),
        time_in_force=time_in_force(parameters, "stopLimitTimeInForce"),
        client_id=parameters.client_id("stopClientOrderId"),
    )
    return classic_list(limit, stop, parameters.client_id("listClientOrderId"))


def _today(parameters: Parameters, exchange: PracticeExchange) -> ListRequest:
    refuse_unmodelled(parameters)
    above, below = (_leg(parameters, exchange, where) for where in ("above", "below"))
    return ListRequest(above, below, parameters.client_id("listClientOrderId"))


def _leg(parameters: Parameters, exchange: PracticeExchange, where: str) -> OrderRequest:
    return OrderRequest(
        symbol=parameters.symbol(exchange.market.listings),
        side=read_side(parameters),
        type=order_type(parameters, f"{where}Type"),
        amount=parameters.decimal("quantity"),
        price=parameters.decimal(f"{where}Price"),
        stop_price=parameters.decimal(f"{where}StopPrice"),
        time_in_force=time_in_force(parameters, f"{where}TimeInForce"),
        client_id=parameters.client_id(f"{where}ClientOrderId"),
    )


def _find(account: Account, parameters: Parameters, name_parameter: str) -> OrderList | None:
    number = parameters.number("orderListId")
    name = parameters.client_id(name_parameter)
    if number is None and name is None:
        raise missing_one_of("orderListId", name_parameter)
    for order_list in reversed(account.lists.values()):
        if number in (None, order_list.list_id) and name in (None, order_list.client_id):
            return order_list
    return None
