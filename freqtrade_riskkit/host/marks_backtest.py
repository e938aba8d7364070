"""Marks of open positions in a backtest: what Freqtrade's candles say at the beginning of each loop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from freqtrade.optimize.backtesting import HIGH_IDX, LOW_IDX, OPEN_IDX
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.marks import is_rate
from freqtrade_riskkit.host.marks_steady import MarksAhead, PairAhead, SteadyMarks
from freqtrade_riskkit.host.pair_candles import PairCandles, Row
from freqtrade_riskkit.host.position_cost import profit_line_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND_NS = 1_000_000_000
_LEAST_PATIENCE, _MOST_PATIENCE = 2, 64
_NO_RATE, _INFINITE = -1.0, math.inf
_BETWEEN_CANDLES = -(10**9)

_Place = tuple[PairCandles, Sequence[Row], int, int]
"""A pair, its candles, the step at which the first of them begins, and their number.

The number is 0 where the candle of a step can't be told by counting, since some are missing.
"""
_Line = tuple[float, float, int, PairCandles, Sequence[Row], int, int]
"""Slope and base of a position's profit over the rate, which rate of a candle is its worst, and the place."""


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
        self._candle_ns = candle // _MICROSECOND * 1000
        self._candle = candle
        self._pairs: dict[str, PairCandles] = {}
        self._places: dict[str, _Place] = {}
        self._now = datetime.min.replace(tzinfo=UTC)
        self._begins_at = -1
        self._moment = self._step = 0
        self._held: list[LocalTrade] = []
        self._lines: list[_Line | None] = []
        self._lines_stay = positions_stay
        self._profits: list[float] = []
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
            self._held, self._lines = [], []
            self.adverse = self.oldest_age_seconds = 0.0
            self.missing = ()
            return 0.0
        if now == self._now + self._candle:  # mostly; the difference of two datetimes is dear
            self._now = now
            self._moment += self._candle_ns
            self._step += 1
        elif now != self._now:
            self._go_to(now)
        is_as_before = trades == self._held
        if not (is_as_before and self._lines_stay):
            self._take_up(trades)
        moment, step = self._moment, self._step
        total, adverse, infinite = 0.0, 0.0, _INFINITE
        oldest = moment
        missing: tuple[str, ...] = ()
        profits: list[float] = []
        self._profits = []
        for line in self._lines:
            if line is None:
                profits.append(0.0)
                continue
            slope, base, worst_at, pair, rows, first, end = line
            index = step - first
            if 0 < index < end:
                rate, worst = rows[index][OPEN_IDX], rows[index - 1][worst_at]
            else:
                rate = worst = _NO_RATE
            if not 0.0 < rate < infinite:
                mark = pair.mark(moment)
                rate = mark.rate
                if rate != rate:
                    missing = (*missing, pair.name)
                    profits.append(0.0)
                    continue
                worst = mark.lowest if worst_at == LOW_IDX else mark.highest
                oldest = min(oldest, mark.rate_at)
            profit, at_worst = slope * rate + base, slope * worst + base
            profits.append(profit)
            total += profit
            adverse += at_worst if at_worst < profit and 0.0 < worst < infinite else profit
        if not (math.isfinite(total) and math.isfinite(adverse)):
            raise ValueError(f"the open positions can't be marked at {now}: they add up to {total}")
        self._profits = profits
        self.adverse = adverse
        self.oldest_age_seconds = (moment - oldest) / _SECOND_NS
        self.missing = missing
        if not is_as_before:
            self._steady_loops = 0
        elif oldest == moment and not missing:
            self._look_ahead(now, trades)
        return total

    def unrealised_without(self, closed: LocalTrade, now: datetime, others: Sequence[LocalTrade]) -> float:
        """Add up the profits of the positions that are left when one is closed.

        Where it is the only change since the look of this moment, they are known; what else was seen then is
        left as it was. Else this is another look.
        """
        held, profits = self._held, self._profits
        is_known = self._steady is None and now == self._now and len(profits) == len(held)
        if not (others and self._lines_stay and is_known and closed in held):
            return self.unrealised(now, others)
        number = held.index(closed)
        del held[number], self._lines[number], profits[number]
        self._steady_loops = 0
        if others != held:
            return self.unrealised(now, others)
        total = 0.0
        for profit in profits:
            total += profit
        return total

    def rate(self, trade: LocalTrade) -> float | None:
        """Give the mark of a position at the last look; None where it has none."""
        steady = self._steady
        moment = self._moment + (steady.given * self._candle_ns if steady is not None else 0)
        rate = self._candles_of(trade.pair).mark(moment).rate
        return rate if is_rate(rate) else None

    def _go_to(self, now: datetime) -> None:
        """Note the moment, and how many candles after the first look it is."""
        self._now = now
        self._moment = (now - _EPOCH) // _MICROSECOND * 1000
        if self._begins_at < 0:
            self._begins_at = self._moment
        self._step, rest = divmod(self._moment - self._begins_at, self._candle_ns)
        if rest:
            self._step = _BETWEEN_CANDLES

    def _candles_of(self, pair: str) -> PairCandles:
        candles = self._pairs.get(pair)
        if candles is None:
            candles = self._pairs[pair] = PairCandles(pair, self._rows.get(pair, ()), self._candle_ns)
        return candles

    def _take_up(self, trades: Sequence[LocalTrade]) -> None:
        """Work out what the positions' profits follow from; it is kept where positions stay as they are."""
        held, lines = self._held, self._lines
        before = len(held)
        if self._lines_stay and trades[:before] == held:
            for trade in trades[before:]:
                line = self._line_of(trade)
                held.append(trade)
                lines.append(line)
                if line is None:
                    self._lines_stay = False
            return
        known: dict[int, _Line | None] = {}
        if self._positions_stay:
            known = {id(trade): line for trade, line in zip(held, lines, strict=True)}
        self._lines = [known.get(id(trade)) or self._line_of(trade) for trade in trades]
        self._held = list(trades)
        self._lines_stay = self._positions_stay and None not in self._lines

    def _line_of(self, trade: LocalTrade) -> _Line | None:
        """Give what a position's profit follows from; None for a trade whose entry hasn't filled."""
        if not trade.amount:
            return None
        place = self._places.get(trade.pair) or self._place(trade.pair)
        return (*profit_line_of(trade), HIGH_IDX if trade.is_short else LOW_IDX, *place)

    def _place(self, pair: str) -> _Place:
        """Work out how to find a pair's candle of a step."""
        candles = self._candles_of(pair)
        first, rest, end = 0, 0, 0
        if candles.begins_at is not None:
            first, rest = divmod(candles.begins_at - self._begins_at, self._candle_ns)
            end = 0 if rest else len(candles.rows)
        place = self._places[pair] = candles, candles.rows, first, end
        return place

    def _look_ahead(self, now: datetime, trades: Sequence[LocalTrade]) -> None:
        """Work out the next loops, once the positions have been the same for some."""
        self._steady_loops += 1
        if self._steady_loops < self._patience:
            return
        stretches: dict[str, MarksAhead] = {}
        for pair in {trade.pair for trade in trades if trade.amount}:
            _, _, first, end = self._places[pair]
            if not 0 <= self._step - first < end:
                return
            if pair not in self._ahead:
                self._ahead[pair] = PairAhead(self._rows[pair])
            stretches[pair] = self._ahead[pair].after(self._step - first)
        if stretches:
            self._steady = SteadyMarks(now, self._candle, trades, stretches, self._positions_stay)

    def _end_steady(self, steady: SteadyMarks) -> None:
        """Go on loop by loop."""
        self._steady = None
        if not steady.is_used_up:
            # Positions that never stay the same for long are not worth it.
            is_worth_it = steady.given >= self._patience
            self._patience = _LEAST_PATIENCE if is_worth_it else min(2 * self._patience, _MOST_PATIENCE)
            self._steady_loops = 0
