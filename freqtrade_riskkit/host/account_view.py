"""What the rules of entries may know of the account, read from Freqtrade's open trades."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskkit.core.entry.request import AccountView
from freqtrade_riskkit.host.trades import held_capital
from freqtrade_riskkit.host.translation import utc


def account_view(
    trades: Sequence[LocalTrade],
    pair: str,
    last_closed_entry_at: datetime | None,
    balance: Callable[[], float] | None,
) -> AccountView:
    """Look at the open trades once; it is asked for at each entry of a backtest.

    Parameters
    ----------
    trades
        The open ones, unfilled first entries included, without the one whose order is replaced.
    pair
        The pair asked for.
    last_closed_entry_at
        First placement of the newest entry among the closed trades; None without any.
    balance
        Gives what held capital is set against; None where no rule asks what open entry orders hold.
    """
    pair_is_open, may_hold = False, Trade.use_db
    newest: datetime | None = None
    for trade in trades:
        if trade.pair == pair:
            pair_is_open = True
        if newest is None or trade.open_date > newest:
            newest = trade.open_date
        # A backtest fills an order whole: where there is one and something is held, none is open.
        if not may_hold and (not trade.amount or len(trade.orders) != 1):
            may_hold = True
    held = held_capital(trades) if may_hold and balance is not None else 0.0
    last = last_closed_entry_at
    if newest is not None:
        if newest.tzinfo is None:
            newest = utc(newest)
        if last is None or newest > last:
            last = newest
    return AccountView(len(trades), pair_is_open, last, held, balance() if held and balance else 0.0)
