"""Freqtrade's trades: the closed ones, each once, and the open ones as they stand.

They are the only source of positions; the kit keeps no list of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from freqtrade.persistence import LocalTrade, Order, Trade
from sqlalchemy import ColumnElement, select

from freqtrade_riskkit.host.translation import held_by, utc

_LATEST_NEWS = timedelta(days=7)


class ClosedTrades(Protocol):
    """Hands over each closed trade once."""

    def take_new(self) -> Sequence[LocalTrade]:
        """Give the trades that closed since the last call, in the order of their closing."""
        ...


class BacktestTrades:
    """Closed trades of the backtest in course, read from Freqtrade's append-only list."""

    def __init__(self) -> None:
        self._list = LocalTrade.bt_trades
        self._taken = 0

    def take_new(self) -> Sequence[LocalTrade]:
        """Give the trades that closed since the last call."""
        trades = self._list
        if len(trades) == self._taken:
            return ()
        new = trades[self._taken :]
        self._taken = len(trades)
        return new


class DatabaseTrades:
    """Closed trades of the bot's database.

    A trade's close date is that of its last fill, which Freqtrade may learn of late: a trade may appear
    with an earlier date than others taken before. So each call looks a week back from the newest date.

    Each is known by its id and open date. The id alone isn't enough, for it is given again where a person
    deleted a trade; the close date may be corrected, by Freqtrade itself (`/reload_trade`) or by a person.
    """

    def __init__(self) -> None:
        self._newest: datetime | None = None
        self._taken: dict[int, datetime] = {}

    def take_new(self) -> Sequence[LocalTrade]:
        """Give the trades that closed since the last call."""
        closed = self._closed()
        if self._newest is not None:
            rows = Trade.session.execute(select(Trade.id, Trade.open_date).where(closed)).all()
            new_ids = [row.id for row in rows if self._taken.get(row.id) != utc(row.open_date)]
            if not new_ids:
                return ()
            closed &= Trade.id.in_(new_ids)
        query = select(Trade).where(closed).order_by(Trade.close_date, Trade.id)
        new = Trade.session.scalars(query).unique().all()
        for trade in new:
            date = utc(trade.close_date)
            self._taken[trade.id] = utc(trade.open_date)
            self._newest = max(self._newest or date, date)
        return new

    def not_taken(self) -> frozenset[int]:
        """Give the ids of the trades that weren't given yet: open, closed since, or without a date."""
        unfinished = Trade.is_open.is_(True) | Trade.close_date.is_(None)
        open_ids = Trade.session.scalars(select(Trade.id).where(unfinished)).all()
        closed_ids = Trade.session.scalars(select(Trade.id).where(self._closed())).all()
        return frozenset(open_ids) | {trade_id for trade_id in closed_ids if trade_id not in self._taken}

    def _closed(self) -> ColumnElement[bool]:
        """Choose the closed trades that may be news."""
        closed = Trade.is_open.is_(False) & Trade.close_date.is_not(None)
        if self._newest is not None:
            closed &= Trade.close_date >= (self._newest - _LATEST_NEWS).replace(tzinfo=None)
        return closed


def open_trades() -> Sequence[LocalTrade]:
    """Give all open trades, unfilled first entries included."""
    return LocalTrade.bt_trades_open if not Trade.use_db else Trade.get_open_trades()


def entry_orders_since(since: datetime) -> list[datetime]:
    """Give when the orders of a bot's database that add risk were placed after a moment, oldest first.

    A replaced order has the moment of its replacement and counts once more: rather one too many.
    """
    query = select(Order).where(Order.order_date > since.replace(tzinfo=None))
    orders = Order.session.scalars(query).all()
    return sorted(
        utc(order.order_date)
        for order in orders
        if order.trade is not None and order.ft_order_side == order.trade.entry_side  # or SQL took its trade
    )


def held_capital(trades: Sequence[LocalTrade]) -> float:
    """Add up the stake currency that open entry orders hold.

    A backtest fills an order whole: where there is one and something is held, none is open. So that one isn't
    looked at, which goes through SQLAlchemy even there.
    """
    if not Trade.use_db:
        trades = [trade for trade in trades if not trade.amount or len(trade.orders) != 1]
        if not trades:
            return 0.0
    return sum(
        held_by(order, trade.leverage or 1.0)
        for trade in trades
        for order in trade.orders
        if order.ft_is_open and order.ft_order_side == trade.entry_side
    )
