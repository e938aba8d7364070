"""Candle frames as Freqtrade wants them, and their files.

Freqtrade reads a pair's tick size from the decimals of its candles (month by month): rates are
rounded to it. Frames of whole-number prices fall back to the exchange's own tick size, so a test
that computes by hand should either use whole numbers or prices that need no more decimals than its
candles show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType
from freqtrade.exchange import timeframe_to_seconds

# Made-up pairs that the practice exchange of the tests lists, for tests that need more than a few pairs
# or candles that nobody may take for a market's.
SYNTHETIC_PAIRS = tuple(f"SYN{number:02d}/USDT" for number in range(1, 13))
START = "2024-01-01"
VOLUME = 1000.0


def from_rows(
    rows: Sequence[tuple[float, float, float, float]],
    *,
    start: str = START,
    timeframe: str = "1h",
    volume: float = VOLUME,
) -> pd.DataFrame:
    """Build a frame from ``(open, high, low, close)`` rows; the first row opens at `start` (UTC)."""
    frame = pd.DataFrame(rows, columns=["open", "high", "low", "close"], dtype="float64")
    frame.insert(0, "date", _dates(start, len(frame), timeframe))
    frame["volume"] = volume
    return frame


def from_closes(
    closes: Sequence[float], *, start: str = START, timeframe: str = "1h", volume: float = VOLUME
) -> pd.DataFrame:
    """Build a frame whose candles open at the close before them and have no wicks.

    The first candle opens at its own close.
    """
    opens = [closes[0], *closes[:-1]]
    rows = [(o, max(o, c), min(o, c), c) for o, c in zip(opens, closes, strict=True)]
    return from_rows(rows, start=start, timeframe=timeframe, volume=volume)


def from_opens(
    opens: Sequence[float], *, start: str = START, timeframe: str = "1h", volume: float = VOLUME
) -> pd.DataFrame:
    """Build a frame whose candles open at the prices given and close at the next one's open.

    This is what market orders of a backtest fill at, so scripted trades are read off the list. The
    last candle closes at its own open.
    """
    closes = [*opens[1:], opens[-1]]
    rows = [(o, max(o, c), min(o, c), c) for o, c in zip(opens, closes, strict=True)]
    return from_rows(rows, start=start, timeframe=timeframe, volume=volume)


def flat(price: float, count: int, *, start: str = START, timeframe: str = "1h") -> pd.DataFrame:
    """Build `count` candles that stand still at `price`."""
    return from_rows([(price, price, price, price)] * count, start=start, timeframe=timeframe)


def walk(
    count: int,
    *,
    seed: int,
    price: float = 100.0,
    volatility: float = 0.005,
    drift: float = 0.0,
    decimals: int = 4,
    start: str = START,
    timeframe: str = "1h",
) -> pd.DataFrame:
    """Build a seeded geometric random walk with wicks; the same arguments give the same candles.

    Parameters
    ----------
    count
        Number of candles.
    seed
        Of numpy's generator.
    price
        The first open.
    volatility, drift
        Standard deviation and mean of the log return of a candle, as ratios.
    decimals
        Prices are rounded to so many, which is also the tick size that Freqtrade reads.
    """
    random = np.random.default_rng(seed)
    path = price * np.exp(np.concatenate([[0.0], random.normal(drift, volatility, count).cumsum()]))
    wicks = np.abs(random.normal(0.0, volatility / 2, (2, count)))
    opens, closes = path[:-1], path[1:]
    highs = np.maximum(opens, closes) * (1 + wicks[0])
    lows = np.minimum(opens, closes) / (1 + wicks[1])
    prices = np.maximum(np.column_stack([opens, highs, lows, closes]).round(decimals), 10.0**-decimals)
    frame = pd.DataFrame(prices, columns=["open", "high", "low", "close"])
    frame.insert(0, "date", _dates(start, count, timeframe))
    frame["volume"] = VOLUME * (1 + random.random(count))
    return frame


def crash(
    *,
    price: float = 100.0,
    calm: int = 24,
    fall: float = 0.3,
    candles: int = 6,
    after: int = 24,
    start: str = START,
    timeframe: str = "1h",
) -> pd.DataFrame:
    """Build a calm stretch, then a straight fall by the ratio `fall` over `candles`, then calm again."""
    steps = [price * (1 - fall * step / candles) for step in range(1, candles + 1)]
    closes = [price] * calm + steps + [steps[-1]] * after
    return from_closes([round(close, 4) for close in closes], start=start, timeframe=timeframe)


def write(
    data_dir: Path,
    candles: Mapping[str, pd.DataFrame],
    *,
    timeframe: str = "1h",
    candle_type: CandleType = CandleType.SPOT,
) -> None:
    """Write frames into `data_dir` with Freqtrade's own feather handler (``BTC_USDT-1h.feather``)."""
    handler = get_datahandler(data_dir, "feather")
    for pair, frame in candles.items():
        handler.ohlcv_store(pair, timeframe, frame, candle_type)


def _dates(start: str, count: int, timeframe: str) -> pd.DatetimeIndex:
    seconds = timeframe_to_seconds(timeframe)
    return pd.date_range(start, periods=count, freq=f"{seconds}s", tz="UTC", unit="ms")
