"""Freqtrade's own tables with trades in them: spot and futures, long and short, edited and odd."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freqtrade.persistence import Order, Trade

NOON = datetime(2024, 8, 5, 12, 0, tzinfo=UTC)


def put_trade(
    number: int, *, minutes: float | None = None, profit: float = 1.5, is_short: bool = False, **fields: Any
) -> Trade:
    """Keep a trade with its entry, and where it closed so many minutes after noon, with its exit."""
    entry, leave = ("sell", "buy") if is_short else ("buy", "sell")
    values: dict[str, Any] = {
        "pair": "BTC/USDT",
        "stake_currency": "USDT",
        "exchange": "binance",
        "open_rate": 100.0,
        "open_date": NOON,
        "amount": 1.0,
        "stake_amount": 100.0,
        "max_stake_amount": 100.0,
        "fee_open": 0.001,
        "fee_close": 0.001,
        "is_open": minutes is None,
        "is_short": is_short,
        "leverage": 1.0,
    }
    made = Trade(id=number, **{**values, **fields})
    made.orders.append(put_order(f"{number}-in", entry, 100.0, NOON))
    if minutes is not None:
        closed = NOON + timedelta(minutes=minutes)
        made.orders.append(put_order(f"{number}-out", leave, 101.5, closed))
        made.close_date = fields.get("close_date", closed)
        made.close_rate = 101.5
        made.close_profit_abs = profit
        made.close_profit = profit / 100
        made.exit_reason = "exit_signal"
    Trade.session.add(made)
    Trade.commit()
    return made


def put_order(order_id: str, side: str, price: float, at: datetime, **fields: Any) -> Order:
    """Make a filled order."""
    values: dict[str, Any] = {
        "ft_pair": "BTC/USDT",
        "order_id": order_id,
        "ft_order_side": side,
        "side": side,
        "symbol": "BTC/USDT",
        "status": "closed",
        "order_type": "limit",
        "ft_is_open": False,
        "ft_amount": 1.0,
        "ft_price": price,
        "price": price,
        "average": price,
        "amount": 1.0,
        "filled": 1.0,
        "remaining": 0.0,
        "order_date": at,
        "order_filled_date": at,
        "order_update_date": at,
    }
    return Order(**{**values, **fields})


def put_odd_trades(count: int, seed: int = 7) -> None:
    """Keep closed trades of every kind: partial exits, leverage, shorts, unfilled orders, missing figures."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        is_short = chance.random() < 0.4
        made = put_trade(
            number,
            minutes=chance.uniform(1, 50_000),
            profit=chance.uniform(-20, 20),
            is_short=is_short,
            leverage=chance.choice([1.0, 3.0, None]),
            max_stake_amount=chance.choice([None, 100.0, 250.0]),
            fee_close=chance.choice([0.0, 0.001, None]),
            enter_tag=chance.choice([None, "", "dip"]),
        )
        leave = "buy" if is_short else "sell"
        made.orders.append(
            put_order(
                f"{number}-part",
                leave,
                chance.uniform(90, 110),
                NOON,
                ft_price=chance.uniform(90, 110),
                filled=0.4,
                average=chance.choice([None, 99.0]),
            )
        )
        unfilled = {"filled": None, "average": None, "status": "canceled"}
        made.orders.append(put_order(f"{number}-none", leave, 99.0, NOON, **unfilled))
        made.orders.append(put_order(f"{number}-stop", "stoploss", 95.0, NOON, ft_is_open=True, **unfilled))
    Trade.commit()


def settle() -> None:
    """Close Freqtrade's database, so that all of it is in the one file."""
    Trade.session.remove()
    Trade.session.get_bind().dispose()


def change(database: Path, *statements: str) -> None:
    """Change a bot's database behind Freqtrade's back."""
    settle()
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
