"""A running bot's marks as its books take them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from freqtrade.exchange import timeframe_to_prev_date
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.host.marks_live import LiveMarks


class BotMarks:
    """Marks of open positions at the last loop.

    Parameters
    ----------
    live
        Keeps the rates.
    timeframe
        Of the strategy.
    unknown
        Gives the pairs of closed trades whose profit isn't known.

    Attributes
    ----------
    adverse
        The same as the last figure: a bot looks every few seconds and knows nothing between.
    missing
        Pairs of positions without a mark in the last look, and of the unknown; they counted at their cost.
    oldest_age_seconds
        Age of the oldest mark in the last look.
    """

    def __init__(self, live: LiveMarks, timeframe: str, unknown: Callable[[], tuple[str, ...]]) -> None:
        self.live = live
        self._timeframe = timeframe
        self._unknown = unknown
        self.adverse = 0.0
        self.missing: tuple[str, ...] = ()
        self.oldest_age_seconds = 0.0

    def refresh(self, now: datetime, trades: Sequence[LocalTrade]) -> None:
        """Fetch marks for positions that Freqtrade didn't judge lately, or not since the candle began.

        The first loop of a candle is the one that enters: it is to know what the others are worth by then,
        as it does in a backtest. Never raises.
        """
        self.live.refresh(now, trades, since=timeframe_to_prev_date(self._timeframe, now))

    def unrealised(self, now: datetime, trades: Sequence[LocalTrade]) -> float:
        """Add up the unrealised profit of the positions at their last marks, however old those are."""
        marked = self.live.unrealised(now, trades)
        self.adverse, self.missing = marked.unrealised, (*marked.missing, *self._unknown())
        self.oldest_age_seconds = marked.oldest_age_seconds
        return marked.unrealised

    def rate(self, trade: LocalTrade) -> float | None:
        """Give the mark of a position; None where it has none."""
        return self.live.rate(trade)
