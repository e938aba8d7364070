"""Freqtrade's trades: the closed ones, each once, and the open ones as they stand.

They are the only source of positions; the kit keeps no list of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from freqtrade.persistence import LocalTrade, Order, Trade
from sqlalchemy import ColumnElement, select

from freqtrade_riskkit.host.trade_flaws import OddClose, odd_close
from freqtrade_riskkit.host.translation import held_by, utc

_LATEST_NEWS = timedelta(days=7)
_CLOSED: ColumnElement[bool] = Trade.is_open.is_(False) & Trade.close_date.is_not(None)


class ClosedTrades(Protocol):
    """Hands over each closed trade once."""

    def take_new(self) -> Sequence[LocalTrade]:
        """Give the trades that closed since the last call, in the order of their closing."""
        ...


class BacktestTrades:
    """Closed trades of the backtest in course, read from Freqtrade's append-only list.

    Attributes
    ----------
    closed, open
        That list, and Freqtrade's list of the open ones; both are the same throughout a backtest.
    taken
        How many of the closed ones were given.
    """

    def __init__(self) -> None:
        self.closed, self.open = LocalTrade.bt_trades, LocalTrade.bt_trades_open
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

    Each is known by its id and open date. The id alone isn't enough, for it is given again where a person
    deleted a trade; the close date may be corrected, by Freqtrade itself (`/reload_trade`) or by a person.

    Attributes
    ----------
    odd
        What is wrong with closed trades that can't be taken in, by id. They are kept apart until a look finds
        them mended, or gone.
    """

    def __init__(self) -> None:
        self.odd: dict[int, OddClose] = {}
        self._newest: datetime | None = None
        self._taken: dict[int, datetime] = {}

    def take_new(self) -> Sequence[LocalTrade]:
        """Give the trades that closed since the last call."""
        closed = self._closed()
        if self._newest is not None:
            rows = Trade.session.execute(select(Trade.id, Trade.open_date).where(closed)).all()
            new_ids = [row.id for row in rows if self._is_new(row.id, row.open_date)]
            if not new_ids:
                return ()
            closed &= Trade.id.in_(new_ids)
        query = select(Trade).where(closed).order_by(Trade.close_date, Trade.id)
        found = Trade.session.scalars(query).unique().all()
        for trade in found:
            if trade.is_open or trade.close_date is None:
                Trade.session.refresh(trade)  # closed from outside, and the session remembers it as it was
        new = [trade for trade in found if trade.id not in self.odd and not self._is_odd(trade)]
        for trade in new:
            self._take(trade)
        return new

    def look_again(self) -> Sequence[LocalTrade]:
        """Give those of the odd ones that can be read by now, and forget those that are gone."""
        chosen = _CLOSED & Trade.id.in_(list(self.odd))
        query = select(Trade).where(chosen).order_by(Trade.close_date, Trade.id)
        # Their rows were changed by others: what the session remembers of them is out of date.
        found = Trade.session.scalars(query.execution_options(populate_existing=True)).unique().all()
        mended = [trade for trade in found if not self._is_odd(trade)]
        still_there = {trade.id for trade in found}
        self.odd = {key: odd for key, odd in self.odd.items() if key in still_there}
        return mended

    def settle(self, trade: LocalTrade) -> None:
        """Count a trade that was mended as taken."""
        del self.odd[trade.id]
        self._take(trade)

    def not_taken(self) -> frozenset[int]:
        """Give the ids of the trades that weren't given yet: open, closed since, without a date, or odd."""
        unfinished = Trade.is_open.is_(True) | Trade.close_date.is_(None)
        open_ids = Trade.session.scalars(select(Trade.id).where(unfinished)).all()
        closed_ids = Trade.session.scalars(select(Trade.id).where(self._closed())).all()
        new_ids = (trade_id for trade_id in closed_ids if trade_id not in self._taken)
        return frozenset(open_ids).union(new_ids, self.odd)

    def _is_new(self, trade_id: int, open_date: datetime) -> bool:
        return trade_id not in self.odd and self._taken.get(trade_id) != utc(open_date)

    def _is_odd(self, trade: LocalTrade) -> bool:
        """Look whether a trade can be taken in, and note what is wrong with it."""
        odd = odd_close(trade)
        if odd is not None:
            self.odd[trade.id] = odd
        return odd is not None

    def _take(self, trade: LocalTrade) -> None:
        date = utc(trade.close_date)
        self._taken[trade.id] = utc(trade.open_date)
        self._newest = max(self._newest or date, date)

    def _closed(self) -> ColumnElement[bool]:
        """Choose the closed trades that may be news."""
        closed = _CLOSED
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
    """Add up the stake currency that open entry orders hold."""
    return sum(
        held_by(order, trade.leverage or 1.0)
        for trade in trades
        for order in trade.orders
        if order.ft_is_open and order.ft_order_side == trade.entry_side
    )
