"""Tells a backtest's session what its orders are for: added entries, and orders that replace others.

First entries the session sees itself: in a backtest an order follows at once on each that is confirmed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from freqtrade.optimize.backtesting import Backtesting

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.callbacks import session_of
from freqtrade_riskkit.host.translation import utc

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


def hook_orders(once: Callable[[Any, str, Wrap], None]) -> None:
    """Wrap a backtest's looks at a position's adjustment and at an open order; `once` does it only once."""
    once(Backtesting, "_check_adjust_trade_for_candle", _tell_added)
    once(Backtesting, "check_order_replace", _tell_replaced)


def _tell_added(original: Callable[..., Any]) -> Callable[..., Any]:
    def _check_adjust_trade_for_candle(self: Any, trade: Any, *args: Any, **kwargs: Any) -> Any:
        numbered = self.order_id_counter
        adjusted = original(self, trade, *args, **kwargs)
        session = session_of(self.strategy)
        if self.order_id_counter == numbered or session is None or not session.counts_orders:
            return adjusted
        for order in trade.orders:
            # An addition that comes to nothing uses up a number too.
            if order.id > numbered and order.ft_order_side == trade.entry_side:
                session.order_placed(EntryKind.ADDED, utc(order.order_date))
        return adjusted

    return _check_adjust_trade_for_candle


def _tell_replaced(original: Callable[..., Any]) -> Callable[..., Any]:
    """Say whose order Freqtrade looks at while it does: a replacement is asked for like a first entry."""

    def check_order_replace(self: Any, trade: Any, *args: Any, **kwargs: Any) -> Any:
        session = session_of(self.strategy)
        if session is None:
            return original(self, trade, *args, **kwargs)
        gate = session.gate
        gate.replaced = trade
        try:
            return original(self, trade, *args, **kwargs)
        finally:
            gate.replaced = None

    return check_order_replace
