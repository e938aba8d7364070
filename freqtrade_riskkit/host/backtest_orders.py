"""Tells a backtest's session the orders that add risk, each at its first placement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from freqtrade.optimize.backtesting import Backtesting

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.callbacks import session_of
from freqtrade_riskkit.host.translation import utc

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


def hook_orders(once: Callable[[Any, str, Wrap], None]) -> None:
    """Wrap the placing of entries in a backtest; `once` does it only once."""
    once(Backtesting, "_enter_trade", _tell)


def _tell(original: Callable[..., Any]) -> Callable[..., Any]:
    def _enter_trade(self: Any, pair: str, *args: Any, **kwargs: Any) -> Any:
        numbered = self.order_id_counter
        trade = original(self, pair, *args, **kwargs)
        if trade is None or self.order_id_counter == numbered or not trade.orders:
            return trade
        session = session_of(self.strategy)
        if session is None or not session.counts_orders:
            return trade
        if not kwargs and len(args) <= _POSITIONS["trade"]:
            session.order_placed(EntryKind.INITIAL, trade.open_date)
            return trade
        order = trade.orders[-1]
        # An addition that comes to nothing uses up a number too; a replaced order brings its own rate.
        if order.id == self.order_id_counter and _argument("requested_rate", args, kwargs) is None:
            added = _argument("trade", args, kwargs) is not None
            session.order_placed(EntryKind.ADDED if added else EntryKind.INITIAL, utc(order.order_date))
        return trade

    return _enter_trade


_POSITIONS = {"trade": 3, "requested_rate": 4}
"""Where the arguments stand behind the pair."""


def _argument(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    position = _POSITIONS[name]
    return args[position] if len(args) > position else kwargs.get(name)
