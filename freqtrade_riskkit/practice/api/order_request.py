"""Reading a new order out of a request, and the answer to it."""

from __future__ import annotations

from collections.abc import Mapping

from freqtrade_riskkit.practice.api import trade_answers
from freqtrade_riskkit.practice.api.answers import Json
from freqtrade_riskkit.practice.api.errors import ApiError, missing_parameter
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.listings import Listing
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.records import Order, OrderRequest, OrderType, Side, TimeInForce

UNMODELLED = (
    "icebergQty",
    "trailingDelta",
    "pegPriceType",
    "pegOffsetValue",
    "pegOffsetType",
    "strategyType",
)
ORDER_PARAMETERS = (
    "symbol",
    "side",
    "type",
    "timeInForce",
    "quantity",
    "quoteOrderQty",
    "price",
    "stopPrice",
    "newClientOrderId",
    "newOrderRespType",
    "strategyId",
    "selfTradePreventionMode",
    *UNMODELLED,
)
PREVENTIONS = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
ANSWERS = ("ACK", "RESULT", "FULL")
FULL_BY_DEFAULT = frozenset({OrderType.MARKET, OrderType.LIMIT})


def order_request(parameters: Parameters, listings: Mapping[str, Listing]) -> OrderRequest:
    """Return the order that is asked for; ApiError where it can't be read."""
    symbol = parameters.symbol(listings)
    side = read_side(parameters)
    kind = order_type(parameters, "type")
    refuse_unmodelled(parameters)
    parameters.text("selfTradePreventionMode", PREVENTIONS, "")
    return OrderRequest(
        symbol=symbol,
        side=side,
        type=kind,
        amount=parameters.decimal("quantity"),
        quote_amount=parameters.decimal("quoteOrderQty"),
        price=parameters.decimal("price"),
        stop_price=parameters.decimal("stopPrice"),
        time_in_force=time_in_force(parameters, "timeInForce"),
        client_id=parameters.client_id("newClientOrderId"),
    )


def read_side(parameters: Parameters) -> Side:
    """Return `side`, which has to be sent."""
    word = parameters.word("side")
    if word is None:
        raise missing_parameter("side")
    if word not in set(Side):
        raise ApiError(-1117, "Invalid side.")
    return Side(word)


def order_type(parameters: Parameters, name: str) -> OrderType:
    """Return an order's type, which has to be sent."""
    word = parameters.word(name)
    if word is None:
        raise missing_parameter(name)
    if word not in set(OrderType):
        raise ApiError(-1116, "Invalid orderType.")
    return OrderType(word)


def time_in_force(parameters: Parameters, name: str) -> TimeInForce | None:
    """Return how long an order is to stay; None where it wasn't sent."""
    word = parameters.word(name)
    if word is None:
        return None
    if word not in set(TimeInForce):
        raise ApiError(-1115, "Invalid timeInForce.")
    return TimeInForce(word)


def refuse_unmodelled(parameters: Parameters) -> None:
    """Refuse what the real exchange knows and this one doesn't, rather than pass over it."""
    for name in UNMODELLED:
        if parameters.has(name):
            raise ApiError(-1020, f"This operation is not supported. (practice exchange: no {name})")


def wanted_answer(parameters: Parameters, kind: OrderType) -> str:
    """Return how long an answer to a new order is wanted."""
    return parameters.text("newOrderRespType", ANSWERS, "FULL" if kind in FULL_BY_DEFAULT else "ACK")


def answer_to_order(account: Account, order: Order, wanted: str) -> Json:
    """Return the answer to a new order."""
    if wanted == "ACK":
        return trade_answers.acknowledgement(order)
    if wanted == "RESULT":
        return trade_answers.result(order)
    return trade_answers.full_result(order, account.fills_of(order))
