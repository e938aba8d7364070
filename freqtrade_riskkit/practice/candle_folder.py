"""Prices from a folder of candle files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from freqtrade_riskkit.practice.candle_file import CandleFile, read_candle_file
from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.listings import listing_for
from freqtrade_riskkit.practice.mirrored import MirroredPath
from freqtrade_riskkit.practice.paths import BarPath, Bars, PricePath
from freqtrade_riskkit.practice.sources import PairPrices, PriceFeed, tick_of


def shipped_candles() -> Path:
    """Return the folder of the candles that come with the package."""
    return Path(__file__).parent / "candles"


class CandleFolder:
    """Prices from Freqtrade's candle files (feather) in one folder.

    A pair may have files of several timeframes: at each moment the finest one that covers it counts.
    Files of months (1M) and of anything but spot candles are passed over.

    Parameters
    ----------
    folder
        Where the files are, named like BTC_USDT-1h.feather; by default the candles of this package.
    shift
        False: the exchange stands still at the end of the last candle, and every candle has its own date.
        True: all candles are moved, by a whole number of the coarsest timeframe, so that the last one of
        the folder is in progress now; time moves on from there, and each pair goes on from the end of its
        last candle as `MirroredPath` says.

    hold_opens
        True: in tickers and depth a pair costs its candle's open until the candle is over, as a backtest sees
        it. Candles stay what they are.

    Raises
    ------
    PracticeError
        On `open`, where the folder or a file in it can't be used.
    """

    def __init__(
        self, folder: Path | str | None = None, *, shift: bool = False, hold_opens: bool = False
    ) -> None:
        self._folder = shipped_candles() if folder is None else Path(folder)
        self._shift = shift
        self._hold_opens = hold_opens

    def open(self) -> PriceFeed:
        return self.open_by(PracticeClock())

    def open_by(self, clock: PracticeClock) -> PriceFeed:
        files = _read_all(self._folder)
        end_ms = max(int(file.bars.end_ms[-1]) for file in files)
        if not self._shift:
            clock = PracticeClock(end_ms, speed=0)
        by_pair: dict[str, list[CandleFile]] = {}
        for file in files:
            by_pair.setdefault(file.pair, []).append(file)
        moved_ms = 0
        if self._shift:
            grid = max(file.length_ms for file in files)
            moved_ms = -((end_ms - clock.start_ms) // grid) * grid
        pairs = tuple(self._prices(pair, of_pair, moved_ms) for pair, of_pair in by_pair.items())
        return PriceFeed(clock, pairs)

    def _prices(self, pair: str, files: list[CandleFile], moved_ms: int) -> PairPrices:
        bars = finest_of(files)
        closes = np.concatenate([bars.open, bars.high, bars.low, bars.close])
        listing = listing_for(pair, float(bars.close[-1]), tick_of(closes))
        path = self._path(bars, moved_ms)
        if not self._hold_opens:
            return PairPrices(listing, path)
        return PairPrices(listing, self._path(_held(bars), moved_ms), path)

    def _path(self, bars: Bars, moved_ms: int) -> PricePath:
        return MirroredPath(_moved(bars, moved_ms)) if self._shift else BarPath(bars)


def _held(bars: Bars) -> Bars:
    return replace(bars, high=bars.open, low=bars.open, close=bars.open)


def finest_of(files: list[CandleFile]) -> Bars:
    """Return the bars of one pair: of each file those that share no time with a finer file's bars."""
    chosen: Bars | None = None
    for file in sorted(files, key=lambda file: file.length_ms):
        chosen = file.bars if chosen is None else _merged(chosen, file.bars)
    if chosen is None:
        raise ValueError("no candle files")
    return chosen


def _merged(finer: Bars, coarser: Bars) -> Bars:
    first = np.searchsorted(finer.end_ms, coarser.start_ms, side="right")
    last = np.searchsorted(finer.start_ms, coarser.end_ms, side="left")
    free = first >= last
    order = np.argsort(np.concatenate([finer.start_ms, coarser.start_ms[free]]), kind="stable")
    return Bars(
        *(
            np.concatenate([getattr(finer, name), getattr(coarser, name)[free]])[order]
            for name in Bars.__slots__
        )
    )


def _moved(bars: Bars, by_ms: int) -> Bars:
    return Bars(
        bars.start_ms + by_ms, bars.end_ms + by_ms, bars.open, bars.high, bars.low, bars.close, bars.volume
    )


def _read_all(folder: Path) -> list[CandleFile]:
    if not folder.is_dir():
        raise PracticeError(f"{folder} is not a folder with candle files such as BTC_USDT-1h.feather")
    files = [
        file for path in sorted(folder.glob("*.feather")) if (file := read_candle_file(path)) is not None
    ]
    if not files:
        raise PracticeError(f"{folder} holds no candle files; they are named like BTC_USDT-1h.feather")
    return files
