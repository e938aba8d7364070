"""Candles of a backtest in which none of the kit's plans can be reached: there the exit check is Freqtrade's.

Freqtrade asks for each trade at each of its candles, and mostly the kit has nothing to add to the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.host.exits import Standing
from freqtrade_riskkit.host.pair_marks import PairMarks

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

SHOULD_EXIT = "should_exit"


class ExitRest:
    """Puts the check behind the kit's in its place, from one candle up to the first that may reach a plan.

    A candle reaches a plan where it touches its stop, or comes near its target. One whose high or low can't
    be read may always.

    Parameters
    ----------
    strategy
        Whose `should_exit` is stood in for.
    standings
        How each open trade's plan stands, by trade id.

    Attributes
    ----------
    until
        The candle at which the kit has to look again; None while it looks at each. A trade that is entered
        meanwhile ends the rest too, as does a trip: both call `end`.
    """

    def __init__(self, strategy: IStrategy, standings: Mapping[int, Standing]) -> None:
        self._strategy = strategy
        self._standings = standings
        self.until: datetime | None = None

    def begin(
        self,
        now: datetime,
        candle: timedelta,
        trades: Sequence[LocalTrade],
        marks: Mapping[str, PairMarks],
        steps: tuple[int, int],
    ) -> None:
        """Rest, where no plan can be reached in the candle that begins now.

        Parameters
        ----------
        now, candle
            The candle's beginning, and its length.
        trades
            All open trades.
        marks
            The marks of their pairs.
        steps
            The step that begins now, and the one up to which it is looked.
        """
        if self.until is None and SHOULD_EXIT in self._strategy.__dict__:
            return  # somebody put a check of their own there
        step, end = steps
        for trade in trades:
            standing = self._standings.get(trade.id)
            if standing is None or standing.open_rate != trade.open_rate or standing.priced_at is not None:
                end = step
                break
            pair = marks[trade.pair]
            end = pair.reached_at(step, end, standing.own_stop, standing.near_rate, standing.is_short)
        if end > step:
            self.until = now + (end - step) * candle
            self._strategy.__dict__[SHOULD_EXIT] = self._strategy.riskkit.exits_behind
        else:
            self.end()

    def end(self) -> None:
        """Look at each candle again."""
        if self.until is not None:
            self.until = None
            self._strategy.__dict__.pop(SHOULD_EXIT, None)
