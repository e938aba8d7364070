"""The confidence that the strategy's dataframe states for a signal."""

from __future__ import annotations

import logging
import math
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from pandas import DataFrame

logger = logging.getLogger("freqtrade_riskkit.confidence")

COLUMN = "confidence"
_DAY_SECONDS = 86_400
_SIGNALS = ("enter_long", "enter_short")


class SignalConfidence:
    """Remembers the column `confidence` of the candles that carry an entry signal.

    A signal of one candle is acted on at the next row of the dataframe (backtest) or in the loops
    that follow (bot); what is kept is keyed accordingly.
    """

    def __init__(self) -> None:
        self._at_entry: dict[str, dict[int, float]] = {}
        self._newest: dict[str, float | None] = {}
        self._distrusted: set[str] = set()
        self._warned = False
        self._epoch = datetime(1970, 1, 1, tzinfo=UTC)

    def learn(self, pair: str, dataframe: DataFrame) -> None:
        """Read the signals of an analysed dataframe."""
        self._distrusted.discard(pair)
        if COLUMN not in dataframe.columns:
            self._warn_once(pair)
            self._at_entry.pop(pair, None)
            self._newest.pop(pair, None)
            return
        has_signal = np.zeros(len(dataframe), dtype=bool)
        for name in _SIGNALS:
            if name in dataframe.columns:
                has_signal |= dataframe[name].to_numpy() == 1
        values = pd.to_numeric(dataframe[COLUMN], errors="coerce").to_numpy(dtype=float)
        self._newest[pair] = float(values[-1]) if len(values) and has_signal[-1] else None
        signals = np.flatnonzero(has_signal[:-1])
        seconds = dataframe["date"].to_numpy(dtype="datetime64[s]").astype("int64")
        self._at_entry[pair] = dict(zip(seconds[signals + 1].tolist(), values[signals].tolist(), strict=True))

    def distrust(self, pair: str) -> None:
        """Let every signal of a pair have the confidence NaN, after its column could not be read."""
        self._distrusted.add(pair)

    def at_candle(self, pair: str, candle: datetime) -> float | None:
        """Give the confidence of the signal acted on at a backtest's candle; None if there is none."""
        if pair in self._distrusted:
            return math.nan
        confidences = self._at_entry.get(pair)
        if confidences is None:
            return None
        if candle.tzinfo is not self._epoch.tzinfo:
            if candle.utcoffset():
                return confidences.get(int(candle.timestamp()))
            self._epoch = datetime(1970, 1, 1, tzinfo=candle.tzinfo)
        # A timezone whose time is UTC needn't be asked for each candle.
        since = candle - self._epoch
        return confidences.get(since.days * _DAY_SECONDS + since.seconds)

    def newest(self, pair: str) -> float | None:
        """Give the confidence of the newest candle's signal; None where it carries no signal."""
        if pair in self._distrusted:
            return math.nan
        return self._newest.get(pair)

    def _warn_once(self, pair: str) -> None:
        if not self._warned:
            self._warned = True
            logger.warning(
                "The dataframe of %s has no column '%s': its signals never get the higher position limit.",
                pair,
                COLUMN,
            )
