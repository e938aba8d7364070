"""Freqtrade's trades: the closed ones, each once, and the open ones as they stand.

They are the only source of positions; the kit keeps no list of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from freqtrade.persistence import LocalTrade, Order, Trade
from sqlalchemy import select

from freqtrade_riskkit.host.translation import held_by, utc

_LATEST_NEWS = timedelta(days=7)


class ClosedTrades(Protocol):
    """Hands over each closed trade once."""

    def take_new(self) -> Sequence[LocalTrade]:
        """Give the trades that closed since the last call, in the order of their closing."""
        ...


class BacktestTrades:
    """Closed trades of the backtest in course, read from Freqtrade's append-only list.

    Attributes
    ----------
    closed
        That list.
    taken
        How many of them were given.
    """

    def __init__(self) -> None:
        self.closed = LocalTrade.bt_trades
        self.taken = 0

    def take_new(self) -> Sequence[LocalTrade]:
        """Give the trades that closed since the last call."""
        closed = self.closed
        if len(closed) == self.taken:
            return ()
        new = closed[self.taken :]
        self.taken = len(closed)
        return new


class DatabaseTrades:
    """Closed trades of the bot's database.

    A trade's close date is that of its last fill, which Freqtrade may learn of late: a trade may appear
    with an earlier date than others taken before. So each call looks a week back from the newest date.
    """

    def __init__(self) -> None:
        self._newest: datetime | None = None
        self._taken: set[tuple[int, datetime]] = set()

    def take_new(self) -> Sequence[LocalTrade]:
        """Give the trades that closed since the last call.

        They are told apart by id and date, for an id is given again where a person deleted a trade.
        """
        closed = Trade.is_open.is_(False) & Trade.close_date.is_not(None)
        if self._newest is not None:
            closed &= Trade.close_date >= (self._newest - _LATEST_NEWS).replace(tzinfo=None)
            rows = Trade.session.execute(select(Trade.id, Trade.close_date).where(closed)).all()
            new_ids = [row.id for row in rows if (row.id, utc(row.close_date)) not in self._taken]
            if not new_ids:
                return ()
            closed &= Trade.id.in_(new_ids)
        query = select(Trade).where(closed).order_by(Trade.close_date, Trade.id)
        new = Trade.session.scalars(query).unique().all()
        for trade in new:
            date = utc(trade.close_date)
            self._taken.add((trade.id, date))
            self._newest = max(self._newest or date, date)
        return new


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
    """Add up the stake currency that open entry orders hold."""
    return sum(
        held_by(order, trade.leverage or 1.0)
        for trade in trades
        for order in trade.orders
        if order.ft_is_open and order.ft_order_side == trade.entry_side
    )
