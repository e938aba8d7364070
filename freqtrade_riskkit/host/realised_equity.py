"""What an account is worth with its open positions at their cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from freqtrade.persistence import LocalTrade


class RealisedEquity:
    """Equity from closed trades and partial exits, positions at their cost.

    Parameters
    ----------
    base
        Equity without the trades that are taken in from now on and without `open_realised`.
    open_realised
        Profit that open trades have realised by partial exits so far, by trade id.

    Attributes
    ----------
    base, open_realised
        The same, as of now.
    value
        The equity in stake currency: both together.
    """

    __slots__ = ("base", "open_realised", "value")

    def __init__(self, base: float, open_realised: dict[int, float]) -> None:
        self.base = base
        self.open_realised = open_realised
        self.value = self._sum()

    def _sum(self) -> float:
        return self.base + sum(self.open_realised.values())

    def close(self, trade_id: int, net_pnl: float) -> float:
        """Book a closed trade's whole profit and give the equity after it."""
        self.base += net_pnl
        if self.open_realised:
            self.open_realised.pop(trade_id, None)
            self.value = self._sum()
        else:
            self.value = self.base
        return self.value

    def cash_flow(self, amount: float) -> None:
        """Take in a deposit (above 0) or a withdrawal (below 0)."""
        self.base += amount
        self.value = self._sum()

    def see_open(self, trades: Sequence[LocalTrade]) -> datetime | None:
        """Book partial exits; give the moment of the newest one, None where none is new."""
        realised = {}
        for trade in trades:
            if trade.realized_profit:
                realised[trade.id] = float(trade.realized_profit)
        if realised == self.open_realised:
            return None
        moved = [trade for trade in trades if realised.get(trade.id) != self.open_realised.get(trade.id)]
        self.open_realised = realised
        self.value = self._sum()
        return max((_last_exit(trade) for trade in moved), default=None)


def _last_exit(trade: LocalTrade) -> datetime:
    filled = (order.order_filled_utc for order in trade.orders if order.ft_order_side == trade.exit_side)
    return max((moment for moment in filled if moment is not None), default=trade.open_date_utc)
