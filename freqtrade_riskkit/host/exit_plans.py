"""The exit plans as the mixin asks for them: whatever fails, Freqtrade's own exits stand."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from freqtrade.enums import ExitCheckTuple
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host.alerts import Alerts
from freqtrade_riskkit.host.exits import BracketDesk, Standing

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

logger = logging.getLogger("freqtrade_riskkit.exits")


class ExitPlans:
    """Stands between the mixin and the plans; an exception here would end the bot.

    Parameters
    ----------
    desk
        Holds the plans.
    strategy
        Asked for the return on investment that it wants itself.
    alerts
        Tells the user of a plan that failed.

    Attributes
    ----------
    priced
        By trade id, the profit ratio at which a target's exit under way is to be filled.
    """

    def __init__(self, desk: BracketDesk, strategy: IStrategy, alerts: Alerts) -> None:
        self._desk = desk
        self._strategy = strategy
        self._alerts = alerts
        self.priced: dict[int, float] = {}

    def prepare(self, trade: LocalTrade) -> Standing | None:
        """Give how a trade's plan stands; None where it failed."""
        standing = self._desk.standing.get(trade.id)
        if standing is not None and standing.open_rate == trade.open_rate and standing.priced_at is None:
            return standing
        self.priced.pop(trade.id, None)
        try:
            return self._desk.prepare(trade)
        except Exception as error:
            logger.exception("The exit plan of trade %s on %s failed.", trade.id, trade.pair)
            self._tell(trade, error)
            return None

    def add(
        self, standing: Standing, trade: LocalTrade, found: list[ExitCheckTuple], best: float, now: datetime
    ) -> list[ExitCheckTuple]:
        """Add the plan's exits to those that Freqtrade found at a most favourable rate `best`."""
        try:
            exits = self._desk.exits(standing, trade, found, best, lambda: self._host_roi(trade, now))
            if standing.priced_at is not None:
                self.priced[trade.id] = standing.priced_at
            return exits
        except Exception as error:
            logger.exception("The exit plan of trade %s on %s failed.", trade.id, trade.pair)
            self._tell(trade, error)
            return found

    def forget(self, trade_id: int) -> None:
        """Drop the plan of a closed trade."""
        self._desk.forget(trade_id)
        self.priced.pop(trade_id, None)

    def _host_roi(self, trade: LocalTrade, now: datetime) -> float | None:
        minutes = int((now - trade.open_date_utc).total_seconds() // 60)
        return self._strategy.min_roi_reached_entry(trade, minutes, now)[1]

    def _tell(self, trade: LocalTrade, error: Exception) -> None:
        self._alerts.once(f"{Code.CHECK_FAILED}: the exit plan of {trade.pair} failed: {error}")
