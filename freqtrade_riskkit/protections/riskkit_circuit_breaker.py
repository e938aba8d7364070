"""The breaker as one of Freqtrade's protections: called when a trade closes."""

from datetime import datetime
from typing import Any

from freqtrade.constants import Config, LongShort
from freqtrade.plugins.protections import IProtection, ProtectionReturn

from freqtrade_riskkit.host.locks import lock_end
from freqtrade_riskkit.host.protections_list import SESSION_KEY


class RiskKitCircuitBreaker(IProtection):
    """Locks all pairs while the account's breaker is open.

    It is switched on by the section `circuit_breaker` and handed its session by the strategy.
    """

    has_global_stop = True
    has_local_stop = False

    def __init__(self, config: Config, protection_config: dict[str, Any]) -> None:
        super().__init__(config, {})
        self._session = protection_config[SESSION_KEY]

    def short_desc(self) -> str:
        """Name the protection for the start-up message."""
        return f"{self.name} - circuit breaker of account {self._session.account_id}"

    def global_stop(
        self, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Give the lock that the closed trade calls for."""
        wanted = self._session.trade_closed()
        if wanted is None:
            return None
        return ProtectionReturn(lock=True, until=lock_end(wanted.until), reason=wanted.reason)

    def stop_per_pair(
        self, pair: str, date_now: datetime, side: LongShort, starting_balance: float
    ) -> ProtectionReturn | None:
        """Never lock a single pair."""
        return None
