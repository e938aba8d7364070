"""Marks of open positions in a backtest: what Freqtrade's candles say at the beginning of each loop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from freqtrade.persistence import LocalTrade
from pandas import DataFrame

from freqtrade_riskkit.core.marks import is_rate
from freqtrade_riskkit.host.exit_rest import ExitRest
from freqtrade_riskkit.host.marks_steady import AHEAD, LineAhead, SteadyMarks
from freqtrade_riskkit.host.pair_candles import NO_CANDLES, PairCandles, Row
from freqtrade_riskkit.host.pair_marks import PairMarks
from freqtrade_riskkit.host.position_cost import profit_line_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND_NS = 1_000_000_000
_LEAST_PATIENCE, _MOST_PATIENCE = 2, 64
_NO_STEP = 10**12

_Line = tuple[float, float, memoryview, memoryview]
"""Slope and base of a position's profit over the rate, the rates of its pair step by step, and the worst."""


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
    frames
        The dataframes that Freqtrade made the candles of, as far as they are at hand.
    rest
        Told of positions that stay the same for some candles, so that exit checks may rest; None where they
        may not.

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
        self,
        rows: Mapping[str, Sequence[Row]],
        candle: timedelta,
        positions_stay: bool = False,
        frames: Mapping[str, DataFrame] | None = None,
        rest: ExitRest | None = None,
    ) -> None:
        self._rows = rows
        self._frames = frames or {}
        self._positions_stay = positions_stay
        self._rest = rest
        self._candle_ns = candle // _MICROSECOND * 1000
        self._candle = candle
        self._pairs: dict[str, PairCandles] = {}
        self._marks: dict[str, PairMarks] = {}
        self._known_until = 0
        self._now = datetime.min.replace(tzinfo=UTC)
        self._begins_at = -1
        self._moment = self._step = 0
        self._held: list[LocalTrade] = []
        self._lines: list[_Line] = []
        self._lines_stay = positions_stay
        self._profits: list[float] = []
        self._steady: SteadyMarks | None = None
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
        step = self._step
        is_as_before = trades == self._held
        if not (is_as_before and self._lines_stay):
            self._take_up(trades, step)
        if step >= self._known_until and not self._is_known(step):
            return self._look_at_each(now)
        total = adverse = 0.0
        profits: list[float] = []
        for slope, base, rates, worst in self._lines:
            profit = slope * rates[step] + base
            profits.append(profit)
            total += profit
            adverse += slope * worst[step] + base
        self._note(now, total, adverse, profits)
        self.oldest_age_seconds, self.missing = 0.0, ()
        if is_as_before:
            self._look_ahead(now, trades, step)
        else:
            self._steady_loops = 0
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
        self._known_until = 0
        self._step, rest = divmod(self._moment - self._begins_at, self._candle_ns)
        if rest or self._step < 0:
            self._step = _NO_STEP

    def _candles_of(self, pair: str) -> PairCandles:
        candles = self._pairs.get(pair)
        if candles is None:
            rows, frame = self._rows.get(pair, ()), self._frames.get(pair)
            candles = self._pairs[pair] = PairCandles(pair, rows, self._candle_ns, frame)
        return candles

    def _marks_of(self, pair: str) -> PairMarks:
        candles = self._candles_of(pair)
        first, rest = 0, 1
        if candles.begins_at is not None:
            first, rest = divmod(candles.begins_at - self._begins_at, self._candle_ns)
        marks = self._marks[pair] = PairMarks(NO_CANDLES if rest else candles.columns(), first)
        return marks

    def _take_up(self, trades: Sequence[LocalTrade], step: int) -> None:
        """Work out what the positions' profits follow from; it is kept where positions stay as they are."""
        held = self._held
        known: dict[int, _Line] = {}
        before = len(held)
        if not (self._lines_stay and trades[:before] == held):
            if self._lines_stay:
                known = {id(trade): line for trade, line in zip(held, self._lines, strict=True)}
            held = self._held = []
            self._lines, self._lines_stay, before = [], self._positions_stay, 0
        lines = self._lines
        for trade in trades[before:]:
            if known and id(trade) in known:
                lines.append(known[id(trade)])
                held.append(trade)
                continue
            marks = self._marks.get(trade.pair) or self._marks_of(trade.pair)
            until = marks.known_until(step) if marks.has_gaps else marks.end
            if until < self._known_until:
                self._known_until = until
            rates, worst = marks.of_short if trade.is_short else marks.of_long
            if trade.amount:
                slope, base = profit_line_of(trade)
                lines.append((slope, base, rates, worst))
            else:  # its entry hasn't filled
                lines.append((0.0, 0.0, rates, worst))
                self._lines_stay = False
            held.append(trade)  # last: where the line can't be made, the next look has to try again

    def _is_known(self, step: int) -> bool:
        """Say whether each position has a rate at this step, and note until when."""
        self._known_until = min(self._marks[trade.pair].known_until(step) for trade in self._held)
        return step < self._known_until

    def _look_at_each(self, now: datetime) -> float:
        """Mark the positions where one of them has no rate at this step: it keeps its last one."""
        moment = oldest = self._moment
        total = adverse = 0.0
        missing: tuple[str, ...] = ()
        profits: list[float] = []
        for trade, (slope, base, *_) in zip(self._held, self._lines, strict=True):
            profits.append(0.0)
            if not trade.amount:
                continue
            mark = self._candles_of(trade.pair).mark(moment)
            if math.isnan(mark.rate):
                missing = (*missing, trade.pair)
                continue
            profits[-1] = slope * mark.rate + base
            total += profits[-1]
            adverse += slope * (mark.highest if trade.is_short else mark.lowest) + base
            oldest = min(oldest, mark.rate_at)
        self._note(now, total, adverse, profits)
        self.oldest_age_seconds = (moment - oldest) / _SECOND_NS
        self.missing = missing
        self._steady_loops = 0
        return total

    def _note(self, now: datetime, total: float, adverse: float, profits: list[float]) -> None:
        """Keep the figures of a look."""
        if not math.isfinite(total + adverse):
            self._profits = []
            raise ValueError(f"the open positions can't be marked at {now}: they add up to {total}")
        self._profits = profits
        self.adverse = adverse

    def _look_ahead(self, now: datetime, trades: Sequence[LocalTrade], step: int) -> None:
        """Work out the next loops, once the positions have been the same for some."""
        self._steady_loops += 1
        if self._steady_loops < self._patience:
            return
        begin, end = step + 1, min(step + 1 + AHEAD, self._known_until)
        if begin < end:
            stretches = [
                LineAhead(slope, base, np.asarray(rates[begin:end]), np.asarray(worst[begin:end]))
                for slope, base, rates, worst in self._lines
            ]
            self._steady = SteadyMarks(now, self._candle, trades, stretches, self._positions_stay)
            if self._rest is not None and self._lines_stay:
                self._rest.propose(now, self._candle, trades, self._marks, (step, end))

    def _end_steady(self, steady: SteadyMarks) -> None:
        """Go on loop by loop."""
        self._steady = None
        if not steady.is_used_up:
            # Positions that never stay the same for long are not worth it.
            is_worth_it = steady.given >= self._patience
            self._patience = _LEAST_PATIENCE if is_worth_it else min(2 * self._patience, _MOST_PATIENCE)
            self._steady_loops = 0
