"""Prices from a script: candles at seconds after the exchange's start."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.listings import Listing, listing_for, split_pair
from freqtrade_riskkit.practice.paths import (
    HIGHEST_PRICE,
    LARGEST_VOLUME,
    BarPath,
    Bars,
    are_prices,
    are_volumes,
    joined_bars,
)
from freqtrade_riskkit.practice.sources import (
    FLAT_END_MS,
    FLAT_START_MS,
    PairPrices,
    PriceFeed,
    flat_bar,
    tick_of,
)

HEADER = ("pair", "offset_seconds", "open", "high", "low", "close", "volume")
ONLY_ROW_SECONDS = 60.0
SHORTEST_ROW_SECONDS = 0.01
LATEST_ROW_SECONDS = 366 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """One candle of a script.

    Attributes
    ----------
    pair
        In Freqtrade's spelling.
    offset_seconds
        When the candle begins, in seconds after the exchange's start, at least 0 and at most 366 days. It
        lasts until the pair's next row; the last one as long as the row before it, an only row 60 seconds.
    open, high, low, close
        Prices in quote currency, low <= open, close <= high, above 0. The price runs from open by way of
        low and high to close while the candle lasts.
    volume
        Traded amount in base currency, at least 0.
    """

    pair: str
    offset_seconds: float
    open: float
    high: float
    low: float
    close: float
    volume: float

    def __post_init__(self) -> None:
        split_pair(self.pair)
        if not 0 <= self.offset_seconds <= LATEST_ROW_SECONDS:
            raise PracticeError(
                f"offset_seconds must be in [0, {LATEST_ROW_SECONDS:g}], was {self.offset_seconds}"
            )
        for name in ("open", "high", "low", "close"):
            value = getattr(self, name)
            if not are_prices(value):
                raise PracticeError(f"{name} must be in (0, {HIGHEST_PRICE:g}], was {value}")
        if not are_volumes(self.volume):
            raise PracticeError(f"volume must be in [0, {LARGEST_VOLUME:g}], was {self.volume}")
        if max(self.open, self.close) > self.high or min(self.open, self.close) < self.low:
            raise PracticeError(f"open and close must lie within low {self.low} to high {self.high}")


class ScriptedPrices:
    """Prices that follow a script, on the machine's own clock, from the moment the exchange starts.

    Before its first row a pair has stood still at that row's open since 2017; after its last row it keeps
    the last close.

    Parameters
    ----------
    script
        A CSV file with the header `pair,offset_seconds,open,high,low,close,volume`, or rows.

    Raises
    ------
    PracticeError
        Where the file or a row can't be used; the message names the line.
    """

    def __init__(self, script: Path | str | Iterable[ScriptRow]) -> None:
        if isinstance(script, str | Path):
            name, rows = str(script), read_script(Path(script))
        else:
            name, rows = "the script", [(f"row {number}", row) for number, row in enumerate(script, 1)]
        if not rows:
            raise PracticeError(f"{name} has no rows")
        self._pairs = _by_pair(rows)

    def open(self) -> PriceFeed:
        return self.open_by(PracticeClock())

    def open_by(self, clock: PracticeClock) -> PriceFeed:
        start_ms = clock.start_ms
        return PriceFeed(clock, tuple(_prices(pair, rows, start_ms) for pair, rows in self._pairs.items()))


def read_script(path: Path) -> list[tuple[str, ScriptRow]]:
    """Read a script file into rows, each behind its place; PracticeError where it isn't one."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(_rows(csv.reader(file), path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise PracticeError(f"{path} is not a readable script: {reason}") from error


def _by_pair(rows: Iterable[tuple[str, ScriptRow]]) -> dict[str, list[ScriptRow]]:
    pairs: dict[str, list[ScriptRow]] = {}
    for place, row in rows:
        earlier = pairs.setdefault(row.pair, [])
        if earlier and row.offset_seconds < earlier[-1].offset_seconds + SHORTEST_ROW_SECONDS:
            raise PracticeError(
                f"{place}: offset_seconds of {row.pair} must grow by {SHORTEST_ROW_SECONDS} or more a row, "
                f"was {row.offset_seconds:g} after {earlier[-1].offset_seconds:g}"
            )
        earlier.append(row)
    return pairs


def _rows(reader: Iterable[list[str]], path: Path) -> Iterable[tuple[str, ScriptRow]]:
    header: tuple[str, ...] | None = None
    for number, cells in enumerate(reader, 1):
        if header is None:
            header = tuple(cell.strip() for cell in cells)
            if header != HEADER:
                raise PracticeError(f"{path} line {number}: the header must be {','.join(HEADER)}")
        elif cells:
            place = f"{path} line {number}"
            yield place, _row(cells, place)
    if header is None:
        raise PracticeError(f"{path} is empty; its first line must be {','.join(HEADER)}")


def _row(cells: list[str], place: str) -> ScriptRow:
    if len(cells) != len(HEADER):
        raise PracticeError(f"{place}: {len(HEADER)} values are needed, found {len(cells)}")
    try:
        return ScriptRow(cells[0].strip(), *(float(cell) for cell in cells[1:]))
    except PracticeError as error:
        raise PracticeError(f"{place}: {error}") from error
    except ValueError as error:
        raise PracticeError(f"{place}: {error}") from error


def _prices(pair: str, rows: list[ScriptRow], start_ms: int) -> PairPrices:
    prices = np.array([(row.open, row.high, row.low, row.close) for row in rows])
    listing = listing_for(pair, rows[0].open, tick_of(prices))
    return PairPrices(listing, BarPath(_with_flat_ends(_bars(rows, start_ms), listing)))


def _bars(rows: list[ScriptRow], start_ms: int) -> Bars:
    offsets = [row.offset_seconds for row in rows]
    last_length = offsets[-1] - offsets[-2] if len(offsets) > 1 else ONLY_ROW_SECONDS
    borders = start_ms + np.rint(np.array([*offsets, offsets[-1] + last_length]) * 1000).astype(np.int64)
    return Bars(
        start_ms=borders[:-1],
        end_ms=borders[1:],
        open=np.array([row.open for row in rows]),
        high=np.array([row.high for row in rows]),
        low=np.array([row.low for row in rows]),
        close=np.array([row.close for row in rows]),
        volume=np.array([row.volume for row in rows]),
    )


def _with_flat_ends(bars: Bars, listing: Listing) -> Bars:
    before = flat_bar(listing, float(bars.open[0]), FLAT_START_MS, int(bars.start_ms[0]))
    after = flat_bar(listing, float(bars.close[-1]), int(bars.end_ms[-1]), FLAT_END_MS)
    return joined_bars(before, bars, after)
