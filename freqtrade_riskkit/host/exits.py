"""The bracket at work: a stop and a target that ride on Freqtrade's own exit check."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from freqtrade.enums import ExitCheckTuple, ExitType
from freqtrade.exchange import price_to_precision
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.exits.bracket import Bracket
from freqtrade_riskkit.host.price_grid import stop_on_grid

STOP_REASON = "riskkit_stop_loss"
TARGET_REASON = "riskkit_take_profit"
_STOPS = (ExitType.STOP_LOSS, ExitType.TRAILING_STOP_LOSS)
NEAR = 0.05
"""Distance from the target, as a ratio, within which the pair's grid of prices is looked at."""
_RANK = {
    ExitType.STOP_LOSS: 1,
    ExitType.LIQUIDATION: 1,
    ExitType.ROI: 2,
    ExitType.TRAILING_STOP_LOSS: 3,
}
"""Freqtrade's order of exits, in which signals come first."""


@dataclass(slots=True)
class Standing:
    """How one open trade's bracket stands.

    Attributes
    ----------
    open_rate
        Entry price that the plan was made for.
    target_rate
        Price of the target, exact: an order for it is placed on the pair's grid of prices.
    near_rate
        Price at `NEAR` before the target: from there on a rate may be at the target on the grid.
    own_stop
        The trade's stop loss as the bracket set it; None where another one was tighter.
    priced_at
        Profit ratio at which the target's exit under way is to be filled.
    """

    open_rate: float
    target_rate: float
    near_rate: float
    is_short: bool
    own_stop: float | None
    priced_at: float | None = None


class BracketDesk:
    """Holds each open trade's bracket.

    The stop becomes the trade's own stop loss, where it is the tighter one, so that Freqtrade fills
    it at its price, places it on the exchange and keeps it over a restart. The target is reported as
    a return on investment that was reached, which Freqtrade fills at its price too.
    """

    def __init__(self, bracket: Bracket) -> None:
        self._bracket = bracket
        self.standing: dict[int, Standing] = {}

    def prepare(self, trade: LocalTrade) -> Standing:
        """Give how a trade stands; its plan is made, and its stop tightened, once for an entry price."""
        standing = self.standing.get(trade.id)
        if standing is not None and standing.open_rate == trade.open_rate:
            standing.priced_at = None
            return standing
        is_short = bool(trade.is_short)
        stop_rate, target_rate = self._bracket.plan(trade.open_rate, is_short, trade.leverage or 1.0)
        own_stop = self._tighten_stop(trade, stop_rate)
        if own_stop is None and standing is not None and standing.own_stop == trade.stop_loss:
            own_stop = standing.own_stop  # of an earlier entry price, and still the tighter one
        near_rate = target_rate * (1 + NEAR if is_short else 1 - NEAR)
        standing = Standing(trade.open_rate, target_rate, near_rate, is_short, own_stop)
        self.standing[trade.id] = standing
        return standing

    def exits(
        self,
        standing: Standing,
        trade: LocalTrade,
        found: list[ExitCheckTuple],
        best: float,
        host_roi: Callable[[], float | None],
    ) -> list[ExitCheckTuple]:
        """Add the bracket's exits to those that Freqtrade found.

        Freqtrade's order stays: signal, stop, target, trailing stop. Where a candle reaches stop and
        target, the stop counts. Of the target and a return on investment that the strategy asks for
        (`host_roi`), the nearer one counts, since the price comes to it first.

        Parameters
        ----------
        best
            The most favourable rate: the candle's high for a long position in a backtest (its low for a
            short one), the current rate in a bot.
        """
        exits = found
        for exit_ in found:
            if exit_.exit_type in _STOPS:
                exits = self._renamed(standing, trade, found)
                break
        if best > standing.near_rate if standing.is_short else best < standing.near_rate:
            return exits
        exits = list(exits)
        target_rate = price_to_precision(
            standing.target_rate, trade.price_precision, trade.precision_mode_price
        )
        if best <= target_rate if trade.is_short else best >= target_rate:
            self._add_target(standing, trade, target_rate, exits, host_roi)
        return sorted(exits, key=lambda exit_: _RANK.get(exit_.exit_type, 0))

    def _renamed(
        self, standing: Standing, trade: LocalTrade, found: list[ExitCheckTuple]
    ) -> list[ExitCheckTuple]:
        """Give a stop that is the bracket's its name, and its place before the other exits but signals."""
        own_stop = standing.own_stop
        if own_stop is None or trade.stop_loss != own_stop:
            return found
        named = [
            ExitCheckTuple(ExitType.STOP_LOSS, STOP_REASON) if exit_.exit_type in _STOPS else exit_
            for exit_ in found
        ]
        return sorted(named, key=lambda exit_: _RANK.get(exit_.exit_type, 0))

    def _add_target(
        self,
        standing: Standing,
        trade: LocalTrade,
        target_rate: float,
        exits: list[ExitCheckTuple],
        host_roi: Callable[[], float | None],
    ) -> None:
        target = trade.calc_profit_ratio(target_rate)
        kinds = [exit_.exit_type for exit_ in exits]
        if ExitType.ROI in kinds:
            asked = host_roi()
            if asked is not None and asked <= target:
                return
            del exits[kinds.index(ExitType.ROI)]
        exits.append(ExitCheckTuple(ExitType.ROI, TARGET_REASON))
        standing.priced_at = target

    def _tighten_stop(self, trade: LocalTrade, stop_rate: float) -> float | None:
        """Set the bracket's stop where it is the tighter one; give the stop where it is the bracket's."""
        before = trade.stop_loss
        is_tighter = stop_rate < before if trade.is_short else stop_rate > before
        if not before or (is_tighter and trade.initial_stop_loss_pct is None):
            trade.adjust_stop_loss(trade.open_rate, self._bracket.stop)
            return trade.stop_loss
        if is_tighter:
            stop = stop_on_grid(stop_rate, trade)
            if stop < before if trade.is_short else stop > before:
                trade.stop_loss = stop
                trade.stop_loss_pct = -self._bracket.stop
                trade.is_stop_loss_trailing = True  # as Freqtrade has it for any stop that moved
                return stop
        was_set_before_restart = (
            bool(trade.is_stop_loss_trailing)
            and trade.stop_loss_pct == -self._bracket.stop
            and math.isclose(before, stop_rate, rel_tol=1e-3)
        )
        return before if was_set_before_restart else None
