"""The bracket at work: a stop and a target that ride on Freqtrade's own exit check."""

from __future__ import annotations

import math
from collections.abc import Callable

from freqtrade.enums import ExitCheckTuple, ExitType
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.exits.bracket import Bracket, BracketPlan

STOP_REASON = "riskkit_stop_loss"
TARGET_REASON = "riskkit_take_profit"
_STOPS = (ExitType.STOP_LOSS, ExitType.TRAILING_STOP_LOSS)


class BracketDesk:
    """Holds each open trade's bracket.

    The stop becomes the trade's own stop loss, where it is the tighter one, so that Freqtrade fills
    it at its price, places it on the exchange and keeps it over a restart. The target is reported as
    a return on investment that was reached, which Freqtrade fills at its price too.
    """

    def __init__(self, bracket: Bracket) -> None:
        self._bracket = bracket
        self._plans: dict[int, tuple[float, BracketPlan]] = {}
        self._stops: dict[int, float] = {}
        self._priced: dict[int, float] = {}

    def prepare(self, trade: LocalTrade) -> None:
        """Set a trade's plan, once for each entry price it has had, and tighten its stop."""
        self._priced.pop(trade.id, None)
        known = self._plans.get(trade.id)
        if known is not None and known[0] == trade.open_rate:
            return
        plan = self._bracket.plan(trade.open_rate, bool(trade.is_short), trade.leverage or 1.0)
        self._plans[trade.id] = (trade.open_rate, plan)
        before = trade.stop_loss
        trade.adjust_stop_loss(trade.open_rate, self._bracket.stop)
        if trade.stop_loss != before or self._was_set_before_restart(trade, plan):
            self._stops[trade.id] = trade.stop_loss

    def exits(
        self,
        trade: LocalTrade,
        found: list[ExitCheckTuple],
        rate: float,
        low: float | None,
        high: float | None,
        host_roi: Callable[[], float | None],
    ) -> list[ExitCheckTuple]:
        """Add the bracket's exits to those that Freqtrade found.

        Freqtrade's order stays: signal, stop, target, trailing stop. Where a candle reaches stop and
        target, the stop counts. Of the target and a return on investment that the strategy asks for
        (`host_roi`), the nearer one counts, since the price comes to it first.
        """
        plan = self._plans[trade.id][1]
        own_stop = self._stops.get(trade.id)
        exits = [
            ExitCheckTuple(ExitType.STOP_LOSS, STOP_REASON)
            if own_stop is not None and exit_.exit_type in _STOPS and trade.stop_loss == own_stop
            else exit_
            for exit_ in found
        ]
        best = (low if trade.is_short else high) or rate
        reached = best <= plan.target_rate if trade.is_short else best >= plan.target_rate
        if not reached:
            return exits
        target = trade.calc_profit_ratio(plan.target_rate)
        roi = next((i for i, exit_ in enumerate(exits) if exit_.exit_type is ExitType.ROI), None)
        if roi is not None:
            asked = host_roi()
            if asked is not None and asked <= target:
                return exits
        self._priced[trade.id] = target
        taken = ExitCheckTuple(ExitType.ROI, TARGET_REASON)
        if roi is not None:
            exits[roi] = taken
            return exits
        first_trailing = next(
            (i for i, exit_ in enumerate(exits) if exit_.exit_type is ExitType.TRAILING_STOP_LOSS),
            len(exits),
        )
        exits.insert(first_trailing, taken)
        return exits

    def roi_of_target(self, trade: LocalTrade) -> float | None:
        """Give the profit ratio to price the exit at, while the target's exit is under way."""
        return self._priced.get(trade.id)

    def _was_set_before_restart(self, trade: LocalTrade, plan: BracketPlan) -> bool:
        return (
            bool(trade.is_stop_loss_trailing)
            and trade.stop_loss_pct == -self._bracket.stop
            and math.isclose(trade.stop_loss, plan.stop_rate, rel_tol=1e-3)
        )

    def forget(self, trade_id: int) -> None:
        """Drop the plan of a closed trade."""
        self._plans.pop(trade_id, None)
        self._stops.pop(trade_id, None)
        self._priced.pop(trade_id, None)
