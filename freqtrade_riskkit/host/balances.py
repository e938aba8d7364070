"""What a live account holds, read for all who ask in a loop at once, beside Freqtrade's own wallets."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from freqtrade_riskkit.host.error_kinds import describe
from freqtrade_riskkit.host.read_budget import ReadBudget

logger = logging.getLogger("freqtrade_riskkit.wallet")

_READER = "balances"


class Balances:
    """Reads the totals of an account, at most once a loop and with one attempt.

    Freqtrade's wallets are up to an hour old while nothing trades, and renewing them would change the
    stakes that Freqtrade proposes: they are left alone.

    Parameters
    ----------
    exchange
        Freqtrade's exchange of a live bot.
    budget
        What a loop may spend on reads; whatever else is read of the exchange draws on the same.
    is_futures
        Whether the wallet is a futures wallet. Where the exchange counts unrealised profit in, it is taken
        off the stake currency's total; that takes a second request, of the positions.

    Attributes
    ----------
    budget, is_futures
        The same.
    failure
        Why the last read failed, without secrets; None where it succeeded, and before the first.
    is_waiting
        Whether the last look asked for nothing and has to be repeated in the next loop.
    """

    def __init__(self, exchange: Any, budget: ReadBudget, *, is_futures: bool = False) -> None:
        self._exchange = exchange
        self.budget = budget
        self.is_futures = is_futures
        self.failure: str | None = None
        self.is_waiting = False
        self._totals: Mapping[str, float] = {}
        self._read_at: datetime | None = None

    def look(self, now: datetime) -> Mapping[str, float] | None:
        """Give the totals by currency as this loop has read them; read them where it hasn't yet.

        None where they can't be read, or have to wait for the next loop. Never raises.
        """
        found = self.of_this_loop(now)
        self.is_waiting = found is None and not self.budget.allows(_READER, now)
        if found is not None or self.is_waiting:
            return found
        try:
            self._totals = self._read()
        except Exception as error:  # noqa: BLE001 - whatever it is, the bot's loop goes on
            self.budget.failed(error)
            if self.failure is None:
                logger.warning("The balances can't be read: %s", describe(error))
                self.failure = describe(error)
            return None
        self.failure = None
        self._read_at = now
        return self._totals

    def of_this_loop(self, now: datetime) -> Mapping[str, float] | None:
        """Give the totals where this loop has read them already; None otherwise. It asks for nothing."""
        return self._totals if self._read_at == now else None

    def _read(self) -> Mapping[str, float]:
        balances = self._exchange.get_balances(count=0)
        totals = {
            coin: float(balance.get("total") or 0.0)
            for coin, balance in balances.items()
            if isinstance(balance, Mapping)
        }
        stake = self._exchange._config["stake_currency"] if self.is_futures else None
        if stake in totals and self._exchange.balance_includes_unrealized_pnl():
            open_positions = (
                position
                for position in self._exchange.fetch_positions(count=0)
                if position["side"] is not None and position["contracts"]
            )
            totals[stake] -= sum(float(position.get("unrealizedPnl") or 0.0) for position in open_positions)
        return totals
