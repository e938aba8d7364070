"""What the rules of entries may know of the account, read from Freqtrade's open trades."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter

from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskkit.core.entry.request import AccountView
from freqtrade_riskkit.host.trades import held_capital
from freqtrade_riskkit.host.translation import utc

_PAIR, _OPEN_DATE, _AMOUNT, _ORDERS = map(attrgetter, ("pair", "open_date", "amount", "orders"))


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
    pair_is_open = pair in map(_PAIR, trades)
    newest = max(map(_OPEN_DATE, trades), default=None)
    # A backtest fills an order whole: where all positions are filled by one order each, none is open.
    orders = sum(map(len, map(_ORDERS, trades)))
    none_open = not Trade.use_db and orders == len(trades) and all(map(_AMOUNT, trades))
    held = held_capital(trades) if balance is not None and not none_open else 0.0
    last = last_closed_entry_at
    if newest is not None:
        if newest.tzinfo is None:
            newest = utc(newest)
        if last is None or newest > last:
            last = newest
    return AccountView(len(trades), pair_is_open, last, held, balance() if held and balance else 0.0)
