"""The exit plans as the mixin asks for them: whatever fails, Freqtrade's own exits stand."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from freqtrade.enums import ExitCheckTuple
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host.alerts import Alerts
from freqtrade_riskkit.host.exit_rest import ExitRest
from freqtrade_riskkit.host.exits import BracketDesk, Standing

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

logger = logging.getLogger("freqtrade_riskkit.exits")

ASKED = "min_roi_reached_entry"


class PricedTargets:
    """Answers for the strategy's return on investment, for trades whose target's exit is under way.

    Freqtrade asks for that return at each candle of each trade. So this stands in the strategy's place only
    while there is such a trade.

    Parameters
    ----------
    strategy
        Whose `min_roi_reached_entry` is stood in for.

    Attributes
    ----------
    ratios
        The profit ratios that it answers with, by trade id.
    """

    def __init__(self, strategy: IStrategy) -> None:
        self._strategy = strategy
        self.ratios: dict[int, float] = {}

    def put(self, trade_id: int, ratio: float) -> None:
        """Answer with a profit ratio, at which the target's exit is to be filled."""
        self.ratios[trade_id] = ratio
        self._strategy.__dict__[ASKED] = self._answer

    def drop(self, trade_id: int) -> None:
        """Answer for a trade no more."""
        if self.ratios.pop(trade_id, None) is not None and not self.ratios:
            self._strategy.__dict__.pop(ASKED, None)

    def clear(self) -> None:
        """Answer for none."""
        for trade_id in tuple(self.ratios):
            self.drop(trade_id)

    def _answer(
        self, trade: LocalTrade, trade_dur: int, current_time: datetime
    ) -> tuple[int | None, float | None]:
        ratio = self.ratios.get(trade.id)
        if ratio is not None:
            return 0, ratio
        of_class: Any = type(self._strategy)
        answer: tuple[int | None, float | None] = of_class.min_roi_reached_entry(
            self._strategy, trade, trade_dur, current_time
        )
        return answer


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
    standing
        How each open trade's plan stands, by trade id. One whose entry price is another one by now, or whose
        target's exit was under way, has to be prepared anew.
    rest
        Where no plan can be reached, over the next candles of a backtest.
    """

    def __init__(self, desk: BracketDesk, strategy: IStrategy, alerts: Alerts) -> None:
        self._desk = desk
        self.standing = desk.standing
        self._strategy = strategy
        self._alerts = alerts
        self._priced = PricedTargets(strategy)
        self.rest = ExitRest(strategy, desk.standing)

    def prepare(self, trade: LocalTrade) -> Standing | None:
        """Give how a trade's plan stands; None where it failed."""
        if self._priced.ratios:
            self._priced.drop(trade.id)
        try:
            return self._desk.prepare(trade)
        except Exception as error:  # Freqtrade's own exits go on without the plan's
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
                self._priced.put(trade.id, standing.priced_at)
            return exits
        except Exception as error:  # Freqtrade's own exits go on without the plan's
            logger.exception("The exit plan of trade %s on %s failed.", trade.id, trade.pair)
            self._tell(trade, error)
            return found

    def forget(self, trade_id: int) -> None:
        """Drop the plan of a closed trade."""
        standing = self.standing.pop(trade_id, None)
        if standing is not None and standing.priced_at is not None:
            self._priced.drop(trade_id)

    def end(self) -> None:
        """Leave the strategy as it was found."""
        self._priced.clear()
        self.rest.end()

    def _host_roi(self, trade: LocalTrade, now: datetime) -> float | None:
        minutes = int((now - trade.open_date_utc).total_seconds() // 60)
        return self._strategy.min_roi_reached_entry(trade, minutes, now)[1]

    def _tell(self, trade: LocalTrade, error: Exception) -> None:
        self._alerts.once(f"{Code.CHECK_FAILED}: the exit plan of {trade.pair} failed: {error}")
