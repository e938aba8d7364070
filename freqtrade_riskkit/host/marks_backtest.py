"""Marks of open positions in a backtest: what Freqtrade's candles say at the beginning of each loop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.marks import is_rate
from freqtrade_riskkit.host.marks_steady import MarksAhead, PairAhead, SteadyMarks
from freqtrade_riskkit.host.pair_mark import PairMark, Row
from freqtrade_riskkit.host.position_cost import profit_line_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND_NS = 1_000_000_000
_LEAST_PATIENCE, _MOST_PATIENCE = 2, 64
_MOST_LINES = 1024


class BacktestMarks:
    """Unrealised profit of all open positions at the beginning of each candle.

    A position is marked at the open of the candle that begins; of that candle nothing else is looked at.
    Where a pair has no such candle, the last known rate is kept, which is the close of its last candle,
    and its age counts. The adverse figure takes each position at the worst rate since the loop before:
    the low (of a short one, the high) of the candle that just ended, or this mark where it is worse. A
    position that was entered within that candle is taken at the whole candle's extreme too: what of it
    came before the entry can't be told. Positions that were closed in it have realised their profit and
    are no longer asked for.

    Parameters
    ----------
    rows
        Freqtrade's candles by pair, those of the strategy's timeframe.
    candle
        That timeframe.
    positions_stay
        Whether a position that is filled stays as it is until it closes: nothing is added to it or sold in
        parts, and no funding is paid. Then what its profit follows from is worked out once.

    Attributes
    ----------
    adverse
        The adverse figure of the last call of `unrealised`, never above its result.
    oldest_age_seconds
        Age of its oldest mark; 0 where all are of the moment.
    missing
        Pairs of positions in it that have no mark: no candle of them has begun. They count at their cost.
    """

    def __init__(
        self, rows: Mapping[str, Sequence[Row]], candle: timedelta, positions_stay: bool = False
    ) -> None:
        self._rows = rows
        self._positions_stay = positions_stay
        self._lines: dict[int, tuple[float, float, bool, PairMark]] = {}
        self._candle_ns = candle // _MICROSECOND * 1000
        self._candle = candle
        self._pairs: dict[str, PairMark] = {}
        self._now = _EPOCH
        self._moment = 0
        self._last_trades: list[LocalTrade] = []
        self._steady: SteadyMarks | None = None
        self._ahead: dict[str, PairAhead] = {}
        self._steady_loops = 0
        self._patience = _LEAST_PATIENCE
        self.adverse = 0.0
        self.oldest_age_seconds = 0.0
        self.missing: tuple[str, ...] = ()

    def unrealised(self, now: datetime, trades: Sequence[LocalTrade]) -> float:
        """Add up what the open positions would earn or lose if they were closed now.

        What partial exits realised before isn't in it, nor are trades whose entry hasn't filled.

        Raises
        ------
        ValueError
            Where a figure of a trade isn't finite.
        """
        if self._steady is not None:
            sums = self._steady.take(now, trades)
            if sums is not None:
                total, self.adverse = sums
                return total
            self._end_steady(self._steady)
        if not trades:
            self._last_trades = []
            self._lines.clear()
            self.adverse = self.oldest_age_seconds = 0.0
            self.missing = ()
            return 0.0
        moment = self._moment
        if now != self._now:
            # Mostly one candle later: the difference of two datetimes is dear.
            is_next = now == self._now + self._candle
            moment = moment + self._candle_ns if is_next else (now - _EPOCH) // _MICROSECOND * 1000
            self._now, self._moment = now, moment
        lines = self._lines
        total = adverse = 0.0
        oldest = moment
        missing: tuple[str, ...] = ()
        for trade in trades:
            line = lines.get(trade.id) or self._line_of(trade)
            if line is None:
                continue
            slope, base, is_short, mark = line
            if mark.at != moment:
                mark.lead_to(moment)
            rate = mark.rate
            if rate != rate:
                missing = (*missing, trade.pair)
                continue
            if mark.rate_at < oldest:
                oldest = mark.rate_at
            total += slope * rate + base
            adverse += slope * (mark.highest if is_short else mark.lowest) + base
        if not (math.isfinite(total) and math.isfinite(adverse)):
            raise ValueError(f"the open positions can't be marked at {now}: they add up to {total}")
        self.adverse = adverse
        self.oldest_age_seconds = (moment - oldest) / _SECOND_NS
        self.missing = missing
        if trades == self._last_trades:
            self._look_ahead(now, trades)
        else:
            self._steady_loops = 0
            self._last_trades = list(trades)
        return total

    def rate(self, trade: LocalTrade) -> float | None:
        """Give the mark of a position at the last look; None where it has none."""
        if self._steady is not None:
            self._end_steady(self._steady)
        mark = self._pairs.get(trade.pair)
        return mark.rate if mark is not None and is_rate(mark.rate) else None

    def _line_of(self, trade: LocalTrade) -> tuple[float, float, bool, PairMark] | None:
        """Give slope and base of a position's profit, its side and its pair's mark; kept where they stay.

        None for a trade whose entry hasn't filled.
        """
        if not trade.amount:
            return None
        mark = self._pairs.get(trade.pair)
        if mark is None:
            mark = self._pairs[trade.pair] = PairMark(self._rows.get(trade.pair, ()), self._candle_ns)
        line = (*profit_line_of(trade), bool(trade.is_short), mark)
        if self._positions_stay:
            if len(self._lines) >= _MOST_LINES:
                self._lines.clear()  # most of them are of closed trades
            self._lines[trade.id] = line
        return line

    def _look_ahead(self, now: datetime, trades: Sequence[LocalTrade]) -> None:
        """Work out the next loops, once the positions have been the same for some."""
        self._steady_loops += 1
        if self._steady_loops < self._patience:
            return
        stretches: dict[str, MarksAhead] = {}
        for pair in {trade.pair for trade in trades if trade.amount}:
            begun = self._pairs[pair].begins_even
            if begun is None:
                return
            if pair not in self._ahead:
                self._ahead[pair] = PairAhead(self._rows[pair])
            stretches[pair] = self._ahead[pair].after(begun)
        if stretches:
            self._steady = SteadyMarks(now, self._candle, trades, stretches, self._positions_stay)

    def _end_steady(self, steady: SteadyMarks) -> None:
        """Lead the pairs to the last loop whose sums were worked out ahead."""
        for pair in steady.pairs:
            self._pairs[pair].lead_on(steady.given)
        self._steady = None
        if not steady.is_used_up:
            # Positions that never stay the same for long are not worth it.
            is_worth_it = steady.given >= self._patience
            self._patience = _LEAST_PATIENCE if is_worth_it else min(2 * self._patience, _MOST_PATIENCE)
            self._steady_loops = 0
