"""The rules that an order has to keep to before anybody looks at the market or the money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from freqtrade_riskkit.practice.listings import Listing
from freqtrade_riskkit.practice.trading.amounts import DIGIT, is_multiple, worth
from freqtrade_riskkit.practice.trading.records import ALGO, Order, OrderRequest, OrderType
from freqtrade_riskkit.practice.trading.refusal import (
    Refusal,
    broken_filter,
    missing,
    not_required,
    too_precise,
)

LARGEST_NOTIONAL = Decimal(9_000_000)
LARGEST_LOT_VALUE = Decimal(900_000_000)
LARGEST_MARKET_VALUE = Decimal(10_000_000)
PRICE_UP = Decimal(5)
PRICE_DOWN = Decimal("0.2")
MOST_ORDERS = 200
MOST_LISTS = 20

_NEEDED: dict[OrderType, tuple[str, ...]] = {
    OrderType.MARKET: (),
    OrderType.LIMIT: ("timeInForce", "quantity", "price"),
    OrderType.LIMIT_MAKER: ("quantity", "price"),
    OrderType.STOP_LOSS: ("quantity", "stopPrice"),
    OrderType.STOP_LOSS_LIMIT: ("timeInForce", "quantity", "price", "stopPrice"),
    OrderType.TAKE_PROFIT: ("quantity", "stopPrice"),
    OrderType.TAKE_PROFIT_LIMIT: ("timeInForce", "quantity", "price", "stopPrice"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that a test may set.

    Attributes
    ----------
    max_algo_orders
        How many stop and target orders an account may have open in a pair (MAX_NUM_ALGO_ORDERS).
    max_orders
        How many open orders at all (MAX_NUM_ORDERS).
    """

    max_algo_orders: int = 5
    max_orders: int = MOST_ORDERS


def highest_price(listing: Listing) -> Decimal:
    """Return the price filter's upper end: the next power of ten above ten times the usual price."""
    return Decimal(10) ** max(3, (listing.reference_price * 10).adjusted() + 1)


def largest_amount(listing: Listing) -> Decimal:
    """Return the lot filter's upper end in whole coins, worth about nine hundred million."""
    return _coins_worth(LARGEST_LOT_VALUE, listing)


def largest_market_amount(listing: Listing) -> Decimal:
    """Return the most that one market order may trade in whole coins, worth about ten million."""
    return _coins_worth(LARGEST_MARKET_VALUE, listing)


def _coins_worth(value: Decimal, listing: Listing) -> Decimal:
    return (value / listing.reference_price).to_integral_value() + 1


def check_composition(request: OrderRequest) -> None:
    """Refuse an order that lacks what its type needs, or says what its type has no use for."""
    said = {
        "timeInForce": request.time_in_force is not None,
        "quantity": request.amount is not None,
        "quoteOrderQty": request.quote_amount is not None,
        "price": request.price is not None,
        "stopPrice": request.stop_price is not None,
    }
    needed = _NEEDED[request.type]
    for name in needed:
        if not said[name]:
            raise missing(name)
    allowed: tuple[str, ...] = needed
    if request.type is OrderType.MARKET:
        if said["quantity"] == said["quoteOrderQty"]:
            if said["quantity"]:
                raise not_required("quoteOrderQty")
            raise Refusal(
                -1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"
            )
        allowed = ("quantity", "quoteOrderQty")
    for name, there in said.items():
        if there and name not in allowed:
            raise not_required(name)


def check_numbers(request: OrderRequest, listing: Listing, last_price: Decimal) -> None:
    """Refuse an order whose price, amount or value breaks a rule of its pair.

    Parameters
    ----------
    request
        A rightly composed order.
    listing
        The pair's rules.
    last_price
        The price of now, in place of the average that Binance measures against.
    """
    named = {"quantity": request.amount, "quoteOrderQty": request.quote_amount}
    for name, amount in (named | {"price": request.price, "stopPrice": request.stop_price}).items():
        if amount is None:
            continue
        if not is_multiple(amount, DIGIT):
            raise too_precise(name)
        if amount <= 0:
            raise Refusal(-1013, f"Invalid {name}." if name in ("price", "quantity") else f"Invalid {name}")
    for price in (request.price, request.stop_price):
        if price is not None and not (
            listing.tick <= price <= highest_price(listing) and is_multiple(price, listing.tick)
        ):
            raise broken_filter("PRICE_FILTER")
    if request.price is not None and not last_price * PRICE_DOWN <= request.price <= last_price * PRICE_UP:
        raise broken_filter("PERCENT_PRICE_BY_SIDE")
    if request.amount is not None:
        _check_amount(request, request.amount, listing)
    _check_value(request, listing, last_price)


def _check_amount(request: OrderRequest, amount: Decimal, listing: Listing) -> None:
    if not (listing.step <= amount <= largest_amount(listing) and is_multiple(amount, listing.step)):
        raise broken_filter("LOT_SIZE")
    if request.type is OrderType.MARKET and amount > largest_market_amount(listing):
        raise broken_filter("MARKET_LOT_SIZE")


def _check_value(request: OrderRequest, listing: Listing, last_price: Decimal) -> None:
    if request.quote_amount is not None:
        value = request.quote_amount
    else:
        assert request.amount is not None  # noqa: S101  check_composition has seen to it
        value = worth(request.price or request.stop_price or last_price, request.amount)
    largest = LARGEST_NOTIONAL if request.price is not None else None
    if value < listing.min_notional or (largest is not None and value > largest):
        raise broken_filter("NOTIONAL")


def check_count(open_orders: list[Order], new: tuple[OrderType, ...], rules: Rules) -> None:
    """Refuse orders that would be one too many in their pair.

    Parameters
    ----------
    open_orders
        The account's open orders of the pair.
    new
        Types of the orders that are to come.
    rules
        How many may be open.
    """
    if len(open_orders) + len(new) > rules.max_orders:
        raise broken_filter("MAX_NUM_ORDERS")
    waiting = sum(order.type in ALGO for order in open_orders)
    coming = sum(kind in ALGO for kind in new)
    if coming and waiting + coming > rules.max_algo_orders:
        raise broken_filter("MAX_NUM_ALGO_ORDERS")
