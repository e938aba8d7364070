"""Freqtrade's trades: the closed ones, each once, and the open ones as they stand.

They are the only source of positions; the kit keeps no list of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from freqtrade.persistence import LocalTrade, Trade
from sqlalchemy import select

from freqtrade_riskkit.host.translation import held_by, utc


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

    Parameters
    ----------
    closed_from
        Close date from which trades are looked for; None for all.
    known
        Ids of trades closed at or after that date that were taken before.
    """

    def __init__(self, closed_from: datetime | None = None, known: frozenset[int] = frozenset()) -> None:
        self.closed_from = closed_from
        self.known = known

    def take_new(self) -> Sequence[LocalTrade]:
        """Give the trades that closed since the last call.

        Trades are looked for from the newest close date taken on; of those the ids already taken are
        left out, so that two trades with the same date are both found.
        """
        query = select(Trade).where(Trade.is_open.is_(False), Trade.close_date.is_not(None))
        if self.closed_from is not None:
            query = query.where(Trade.close_date >= self.closed_from.replace(tzinfo=None))
        found = Trade.session.scalars(query.order_by(Trade.close_date, Trade.id)).unique().all()
        new = [trade for trade in found if trade.id not in self.known]
        if new:
            newest = max(utc(trade.close_date) for trade in found if trade.close_date is not None)
            self.closed_from = newest
            self.known = frozenset(
                trade.id
                for trade in found
                if trade.close_date is not None and utc(trade.close_date) == newest
            )
        return new


def open_trades() -> Sequence[LocalTrade]:
    """Give all open trades, unfilled first entries included."""
    return LocalTrade.bt_trades_open if not Trade.use_db else Trade.get_open_trades()


def open_trades_on(pair: str) -> Sequence[LocalTrade]:
    """Give the open trades of one pair."""
    if not Trade.use_db:
        return LocalTrade.bt_trades_open_pp.get(pair, ())
    return [trade for trade in Trade.get_open_trades() if trade.pair == pair]


def is_being_replaced(trade: LocalTrade, stacking: bool) -> bool:
    """Say whether an entry on a trade's pair in a backtest replaces an order of this trade.

    Freqtrade takes the old order away before it asks again. Without position stacking it asks for an
    open pair on no other occasion; with it, only a trade that has neither a fill nor an order can be
    the one.
    """
    return not stacking or (not trade.has_open_orders and trade.nr_of_successful_entries == 0)


def held_capital(trades: Sequence[LocalTrade]) -> float:
    """Add up the stake currency that open entry orders hold."""
    return sum(
        held_by(order, trade.leverage or 1.0)
        for trade in trades
        for order in trade.orders
        if order.ft_is_open and order.ft_order_side == trade.entry_side
    )
