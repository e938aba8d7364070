"""OCO lists: a limit order and a stop for the same coins, of which one cancels the other."""

from __future__ import annotations

from dataclasses import dataclass, replace

from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.filters import (
    MOST_LISTS,
    check_composition,
    check_count,
    check_numbers,
)
from freqtrade_riskkit.practice.trading.floor import DUPLICATE, TradingFloor
from freqtrade_riskkit.practice.trading.lifecycle import needed
from freqtrade_riskkit.practice.trading.records import (
    ALGO,
    STOPS,
    TARGETS,
    OrderList,
    OrderRequest,
    OrderType,
    Side,
)
from freqtrade_riskkit.practice.trading.refusal import Refusal, broken_filter, rejected_order
from freqtrade_riskkit.practice.trading.waiting import is_set_off

WRONG_PRICES = "The relationship of the prices for the orders is not correct."
LEGS = frozenset({OrderType.LIMIT_MAKER}) | ALGO


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A list as a client asks for it: the order above the price, the one below, and the client's name."""

    above: OrderRequest
    below: OrderRequest
    client_id: str | None = None


def place_list(floor: TradingFloor, account: Account, request: ListRequest) -> OrderList:
    """Take both orders of a list in at the settled moment, or neither.

    Raises
    ------
    Refusal
        With Binance's code and text.
    """
    legs = (request.above, request.below)
    _check(floor, account, request)
    list_id = floor.numbers.next_list()
    orders = [floor.make_order(account, leg, list_id) for leg in legs]
    # Either may be filled, never both: the coins, or the dearer order's money, are held ready once.
    account.lock(orders[0], floor.lifecycle.paid_with(orders[0]), max(needed(order) for order in orders))
    for order in orders:
        account.add_order(order)
    order_list = OrderList(
        list_id=list_id,
        account=account.name,
        symbol=request.above.symbol,
        client_id=request.client_id or f"practice-list{list_id}",
        first_id=orders[0].order_id,
        second_id=orders[1].order_id,
        at_ms=floor.settled_ms,
    )
    account.add_list(order_list)
    return order_list


def _check(floor: TradingFloor, account: Account, request: ListRequest) -> None:
    legs = (request.above, request.below)
    symbol = request.above.symbol
    price = floor.market.price(symbol, floor.settled_ms)
    _check_types(request)
    for leg in legs:
        check_composition(leg)
        check_numbers(leg, floor.market.listings[symbol], price)
        floor.check_name(account, symbol, leg.client_id)
    if request.above.client_id is not None and request.above.client_id == request.below.client_id:
        raise rejected_order(DUPLICATE)
    if sum(not order_list.is_done for order_list in account.lists.values()) >= MOST_LISTS:
        raise broken_filter("MAX_NUM_ORDER_LISTS")
    check_count(account.open_orders(symbol), tuple(leg.type for leg in legs), floor.rules)
    above = request.above.stop_price or request.above.price
    below = request.below.stop_price or request.below.price
    if above is None or below is None or not below < price < above:
        raise rejected_order(WRONG_PRICES)
    for leg in legs:
        if leg.stop_price is not None and is_set_off(leg.side, leg.type, leg.stop_price, price):
            raise rejected_order(WRONG_PRICES)


def _check_types(request: ListRequest) -> None:
    buys = request.above.side is Side.BUY
    above, below = request.above.type, request.below.type
    if above not in LEGS or below not in LEGS:
        raise Refusal(-1158, "Order type not supported in OCO.")
    if above not in ALGO and below not in ALGO:
        raise Refusal(-1168, "At least one OCO order must be contingent.")
    if buys:
        wrong = {
            (-1165, "A limit order in a buy OCO must be below."): above is OrderType.LIMIT_MAKER,
            (-1196, "A stop loss order in a buy OCO must be above."): below in STOPS,
            (-1198, "A take profit order in a buy OCO must be below."): above in TARGETS,
        }
    else:
        wrong = {
            (-1166, "A limit order in a sell OCO must be above."): below is OrderType.LIMIT_MAKER,
            (-1197, "A stop loss order in a sell OCO must be below."): above in STOPS,
            (-1199, "A take profit order in a sell OCO must be above."): below in TARGETS,
        }
    for (code, message), is_wrong in wrong.items():
        if is_wrong:
            raise Refusal(code, message)


def classic_list(limit: OrderRequest, stop: OrderRequest, client_id: str | None = None) -> ListRequest:
    """Return the list of Binance's older address, which names its orders limit and stop."""
    limit = replace(limit, type=OrderType.LIMIT_MAKER)
    if limit.side is Side.BUY:
        return ListRequest(above=stop, below=limit, client_id=client_id)
    return ListRequest(above=limit, below=stop, client_id=client_id)
