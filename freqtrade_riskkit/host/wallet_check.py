"""The wallet against the open trades: whether the coins that they hold are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.freshness import Shortfall, is_short_of
from freqtrade_riskkit.host.balances import Balances

EVERY = timedelta(seconds=300)
AFTER_FAILURE = timedelta(seconds=30)
WHILE_SHORT = timedelta(seconds=10)
"""A fill that Freqtrade hasn't booked yet looks like a shortfall: it is looked at again soon."""
TOLERANCE = 0.02
"""Freqtrade itself takes up to 1.9 % less for fees that were paid in the coin."""


class WalletCheck:
    """Compares a live account's balances with what open spot trades hold, now and then.

    After a failure the last finding stays, and it is tried again soon. What somebody else has read of the
    balances in the same loop is compared as well, without a request.

    Parameters
    ----------
    balances
        The account's.
    every
        How often they are asked for; after a failure and while something is missing it is sooner.
    """

    def __init__(self, balances: Balances, every: timedelta = EVERY) -> None:
        self._balances = balances
        self._every = every
        self._asked_at: datetime | None = None
        self._failing_since: datetime | None = None
        self.shortfalls: tuple[Shortfall, ...] = ()

    def look(self, now: datetime, trades: Sequence[LocalTrade]) -> None:
        """Compare where it is due. Never raises."""
        held = [trade for trade in trades if trade.amount]
        if not held:
            self.shortfalls = ()
            self._failing_since = None
            return
        found = self._balances.of_this_loop(now)
        if found is None and self._asked_at is not None and abs(now - self._asked_at) < self._pause:
            return
        found = self._balances.look(now)
        if not self._balances.is_waiting:
            self._asked_at = now
        if found is not None:
            self.shortfalls = _compare(found, held)
            self._failing_since = None
        elif self._failing_since is None:
            self._failing_since = now

    def unread_seconds(self, now: datetime) -> float:
        """Give for how long the balances couldn't be read, for whatever reason; 0 where they can."""
        return 0.0 if self._failing_since is None else abs((now - self._failing_since).total_seconds())

    @property
    def _pause(self) -> timedelta:
        if self.shortfalls:
            return min(WHILE_SHORT, self._every)
        return self._every if self._failing_since is None else min(AFTER_FAILURE, self._every)


def _compare(totals: Mapping[str, float], trades: Sequence[LocalTrade]) -> tuple[Shortfall, ...]:
    traded: dict[str, float] = {}
    pairs: dict[str, list[str]] = {}
    for trade in trades:
        coin = trade.safe_base_currency
        traded[coin] = traded.get(coin, 0.0) + trade.amount - _sold(trade)
        pairs.setdefault(coin, []).append(trade.pair)
    return tuple(
        Shortfall(coin, tuple(pairs[coin]), held, totals.get(coin, 0.0))
        for coin, held in traded.items()
        if is_short_of(held, totals.get(coin, 0.0), TOLERANCE)
    )


def _sold(trade: LocalTrade) -> float:
    """Give what open exits have sold already: Freqtrade takes it off the trade once they are done."""
    return sum(
        order.safe_filled
        for order in trade.orders
        if order.ft_is_open and order.ft_order_side != trade.entry_side
    )
