"""How deposits and withdrawals reach an account's books and its breaker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.cash_flows import ReadFlows
from freqtrade_riskkit.host.cash_watch import CashState, CashWatch


class CashFeed:
    """Lets deposits and withdrawals move what losses are held against, and nothing else.

    Parameters
    ----------
    make
        Makes the watch, given what was known of them; None in dry-run and where they aren't read.
    share
        Part of the balance that the bot may use: so much of a flow moves its equity.
    """

    def __init__(self, make: Callable[[CashState], CashWatch] | None, share: float) -> None:
        self._make = make
        self._share = share
        self._watch: CashWatch | None = None

    @property
    def state(self) -> CashState:
        """What has to outlive the process."""
        return self._watch.state if self._watch is not None else CashState()

    @property
    def trouble(self) -> str | None:
        """Why they can't be read; None where they can, or needn't be."""
        return self._watch.trouble if self._watch is not None else None

    def begin(self, state: CashState, now: datetime) -> None:
        """Read from now on, going on from what is known.

        At the account's first start the moment itself is what is known, and is kept with the first state:
        what comes or goes until the first look counts, also where the bot is killed before it.
        """
        if self._make is not None:
            self._watch = self._make(replace(state, read=state.read or ReadFlows(now)))

    def look(self, now: datetime) -> None:
        """Ask the exchange for what is due. Never raises."""
        if self._watch is not None:
            self._watch.look(now)

    def follow(self, books: AccountBooks, desk: BreakerDesk, now: datetime) -> list[CashFlow]:
        """Take in what the looks since the last time have found, and give the part of it that counts.

        It asks the exchange for nothing.
        """
        if self._watch is None:
            return []
        flows = [replace(flow, amount=flow.amount * self._share) for flow in self._watch.take(now)]
        for flow in flows:
            books.equity.cash_flow(flow.amount)
            desk.cash_flow(flow.amount, now)
        return flows
