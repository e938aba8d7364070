"""Candles of any timeframe, cut from a price path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freqtrade_riskkit.practice.paths import Lines, PricePath, Prices, Times
from freqtrade_riskkit.practice.timeframes import Timeframe


@dataclass(frozen=True, slots=True, eq=False)
class Candles:
    """Candles in order of time; `quote_volume` is the traded value in quote currency."""

    open_ms: Times
    open: Prices
    high: Prices
    low: Prices
    close: Prices
    volume: Prices
    quote_volume: Prices

    def __len__(self) -> int:
        return len(self.open_ms)


def cut(lines: Lines, edges: Times, until_ms: int) -> Candles:
    """Cut price lines into the candles between neighbouring edges.

    Parameters
    ----------
    lines
        Whole price lines; those outside the edges are ignored.
    edges
        Candle borders in milliseconds, strictly increasing, at least two.
    until_ms
        What comes after this moment hasn't happened yet and is left out: the last candle may be unfinished.

    Returns
    -------
    Candles
        A candle for each pair of neighbouring edges with any trading between them. Where the path has a
        gap, no candle.
    """
    end = min(int(edges[-1]), until_ms)
    starts = _borders(lines, edges)
    starts = starts[(starts >= edges[0]) & (starts < end)]
    stops = np.append(starts[1:], end)
    index = np.searchsorted(lines.start_ms, starts, side="right") - 1
    traded = index >= 0
    traded[traded] = starts[traded] < lines.end_ms[index[traded]]
    starts, stops, index = starts[traded], stops[traded], index[traded]

    first, last = _price_on(lines, index, starts), _price_on(lines, index, stops)
    volume = lines.volume_rate[index] * (stops - starts)
    window = np.searchsorted(edges, starts, side="right") - 1
    heads = np.flatnonzero(np.diff(window, prepend=-1))
    if len(heads) == 0:
        empty = np.empty(0)
        return Candles(np.empty(0, dtype=np.int64), empty, empty, empty, empty, empty, empty)
    tails = np.append(heads[1:], len(window)) - 1
    return Candles(
        open_ms=edges[window[heads]],
        open=first[heads],
        high=np.maximum.reduceat(np.maximum(first, last), heads),
        low=np.minimum.reduceat(np.minimum(first, last), heads),
        close=last[tails],
        volume=np.add.reduceat(volume, heads),
        quote_volume=np.add.reduceat(volume * (first + last) / 2, heads),
    )


def _borders(lines: Lines, edges: Times) -> Times:
    """Return all moments at which a line begins, trading stops or a candle begins, once each, in order."""
    stops = lines.end_ms[np.append(lines.end_ms[:-1] < lines.start_ms[1:], True)[: len(lines)]]
    borders = np.sort(np.concatenate([lines.start_ms, stops, edges]), kind="stable")
    return borders[np.append(True, borders[1:] > borders[:-1])]


def _price_on(lines: Lines, index: np.ndarray, at_ms: Times) -> Prices:
    start, end = lines.start_ms[index], lines.end_ms[index]
    first, last = lines.start_price[index], lines.end_price[index]
    price = first + (last - first) * ((at_ms - start) / (end - start))
    exact: Prices = np.where(at_ms == end, last, np.where(at_ms == start, first, price))
    return exact


def candles_from(
    path: PricePath, timeframe: Timeframe, start_ms: int, last_open_ms: int, limit: int, now_ms: int
) -> Candles:
    """Return the first `limit` candles that begin at or after `start_ms` and not after `last_open_ms`."""
    opening = timeframe.floor(start_ms)
    cursor = opening if opening == start_ms else timeframe.step(opening, 1)
    parts: list[Candles] = []
    missing = limit
    while missing > 0:
        trading = path.next_trading(cursor)
        if trading is None or trading >= now_ms or timeframe.floor(trading) > last_open_ms:
            break
        opening = timeframe.floor(trading)
        openings = [timeframe.step(opening, n) for n in range(missing)]
        openings = [at for at in openings if at <= last_open_ms and at < now_ms]
        cursor = timeframe.step(openings[-1], 1)
        part = _between(path, [*openings, cursor], now_ms)
        parts.append(part)
        missing -= len(part)
    return _joined(parts)


def candles_until(
    path: PricePath, timeframe: Timeframe, last_open_ms: int, limit: int, now_ms: int
) -> Candles:
    """Return the last `limit` candles that begin at or before `last_open_ms`, in order of time."""
    cursor = min(now_ms, timeframe.step(timeframe.floor(last_open_ms), 1))
    parts: list[Candles] = []
    missing = limit
    while missing > 0:
        trading = path.last_trading(cursor)
        if trading is None:
            break
        opening = timeframe.floor(trading)
        openings = [timeframe.step(opening, -n) for n in range(missing)][::-1]
        part = _between(path, [*openings, timeframe.step(opening, 1)], now_ms)
        parts.insert(0, part)
        missing -= len(part)
        cursor = openings[0]
    return _joined(parts)


def _between(path: PricePath, edges: list[int], now_ms: int) -> Candles:
    borders = np.array(edges, dtype=np.int64)
    return cut(path.lines(edges[0], min(edges[-1], now_ms)), borders, now_ms)


def _joined(parts: list[Candles]) -> Candles:
    empty = np.empty(0)
    none = Candles(np.empty(0, dtype=np.int64), empty, empty, empty, empty, empty, empty)
    columns = [[getattr(part, name) for part in [*parts, none]] for name in Candles.__slots__]
    return Candles(*(np.concatenate(column) for column in columns))
