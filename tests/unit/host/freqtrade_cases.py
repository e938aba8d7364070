"""Trades and orders of Freqtrade's own classes, as a test wants them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from freqtrade.persistence import LocalTrade, Order

START = datetime(2024, 1, 1, tzinfo=UTC)


def order(side: str, amount: float, price: float, *, hours: float = 0.0, **changes: Any) -> Order:
    """Make an order that filled whole at its price, `hours` after the start."""
    moment = START + timedelta(hours=hours)
    fields: dict[str, Any] = {
        "ft_order_side": side,
        "side": side if side in ("buy", "sell") else "sell",
        "ft_pair": "BTC/USDT",
        "symbol": "BTC/USDT",
        "order_id": f"{side}-{hours:g}",
        "status": "closed",
        "ft_is_open": False,
        "order_type": "limit",
        "ft_amount": amount,
        "amount": amount,
        "filled": amount,
        "remaining": 0.0,
        "ft_price": price,
        "price": price,
        "average": price,
        "order_date": moment,
        "order_filled_date": moment,
        "order_update_date": moment,
    }
    return Order(**fields | changes)


def trade(*orders: Order, **changes: Any) -> LocalTrade:
    """Make a trade of these orders with a fee of 0.001; what is given of its own fields is set last."""
    fields: dict[str, Any] = {
        "id": 1,
        "pair": "BTC/USDT",
        "stake_currency": "USDT",
        "exchange": "binance",
        "open_rate": 100.0,
        "open_date": START,
        "amount": 10.0,
        "stake_amount": 1000.0,
        "fee_open": 0.001,
        "fee_close": 0.001,
        "is_open": True,
    }
    made = LocalTrade(**fields)
    made.orders = list(orders)
    for placed in orders:
        placed._trade_bt = made
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def closed(*orders: Order, profit: float, hours: float = 5.0, **changes: Any) -> LocalTrade:
    """Make a closed trade with a net profit as Freqtrade would have computed it."""
    fields: dict[str, Any] = {
        "is_open": False,
        "close_date": START + timedelta(hours=hours),
        "close_rate": 110.0,
        "close_profit": profit / 1000,
        "close_profit_abs": profit,
        "exit_reason": "exit_signal",
    }
    return trade(*orders, **fields | changes)
