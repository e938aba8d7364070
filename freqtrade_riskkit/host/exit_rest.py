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

    It is proposed while the positions are marked, and begins at the end of a loop in which nothing failed.
    It ends before the first exit check that the kit has to see: at the candle `until`, at an entry that is
    let in, at a sale by a trip, and at a loop that fails.

    Parameters
    ----------
    strategy
        Whose `should_exit` is stood in for.
    standings
        How each open trade's plan stands, by trade id.

    Attributes
    ----------
    until
        The candle at which the kit has to look again; None while it looks at each.
    proposed
        The same of a rest that may begin; None without one.
    """

    def __init__(self, strategy: IStrategy, standings: Mapping[int, Standing]) -> None:
        self._strategy = strategy
        self._standings = standings
        self._stand_in: object = None
        self.until: datetime | None = None
        self.proposed: datetime | None = None

    def propose(
        self,
        now: datetime,
        candle: timedelta,
        trades: Sequence[LocalTrade],
        marks: Mapping[str, PairMarks],
        steps: tuple[int, int],
    ) -> None:
        """Work out how long no plan can be reached, from the candle that begins now.

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
        self.proposed = None
        step, end = steps
        for trade in trades:
            standing = self._standings.get(trade.id)
            if standing is None or standing.open_rate != trade.open_rate or standing.priced_at is not None:
                return
            pair = marks[trade.pair]
            end = pair.reached_at(step, end, standing.own_stop, standing.near_rate, standing.is_short)
        self.proposed = now + (end - step) * candle if end > step else None

    def begin(self) -> None:
        """Take up what was proposed, unless somebody put a check of their own on the strategy."""
        own = self._strategy.__dict__
        if SHOULD_EXIT not in own or own[SHOULD_EXIT] is self._stand_in:
            self.until, self._stand_in = self.proposed, self._strategy.riskkit.exits_behind
            own[SHOULD_EXIT] = self._stand_in
        self.proposed = None

    def end(self) -> None:
        """Look at each candle again."""
        own = self._strategy.__dict__
        if self._stand_in is not None and own.get(SHOULD_EXIT) is self._stand_in:
            del own[SHOULD_EXIT]
        self.until = self.proposed = self._stand_in = None
