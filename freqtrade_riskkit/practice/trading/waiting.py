"""When an open order's moment comes: its stop price is met, or the market reaches its limit."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.trading.crossing import first_at_least, first_at_most
from freqtrade_riskkit.practice.trading.records import STOPS, Order, OrderType, Side


def waits_for_rise(side: Side, kind: OrderType) -> bool:
    """Return whether an order of this type is set off by a price at or above its stop price."""
    return (kind in STOPS) == (side is Side.BUY)


def is_set_off(side: Side, kind: OrderType, stop_price: Decimal, price: Decimal) -> bool:
    """Return whether this price sets the order off."""
    return price >= stop_price if waits_for_rise(side, kind) else price <= stop_price


def moment_of(order: Order, market: Market, start_ms: int, end_ms: int) -> int | None:
    """Return when something happens to an open order first, in [start_ms, end_ms]; None if nothing does."""
    tick = market.listings[order.symbol].tick
    path = market.path(order.symbol)
    if order.is_waiting:
        find = first_at_least if waits_for_rise(order.side, order.type) else first_at_most
        return find(path, order.stop_price, tick, start_ms, end_ms)
    half = market.shape.spread / 2
    if order.is_buy:
        ticks = (order.price / (1 + half) / tick).to_integral_value(ROUND_FLOOR)
        return first_at_most(path, ticks * tick, tick, start_ms, end_ms)
    ticks = (order.price / (1 - half) / tick).to_integral_value(ROUND_CEILING)
    return first_at_least(path, ticks * tick, tick, start_ms, end_ms)
