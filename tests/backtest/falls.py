"""Seeded markets that fall: a crash, a slow bleed, and a V that comes back all the way.

Four pairs follow one market, each with noise of its own, on hourly candles with wicks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tests.support import candles

PAIRS = candles.SYNTHETIC_PAIRS[:4]

Leg = tuple[int, float]
"""So many hours in which the market's price changes by a factor."""

COURSES: dict[str, Sequence[Leg]] = {
    "crash": [(144, 1.0), (8, 0.65), (232, 1.0)],
    "bleed": [(72, 1.0), (288, 0.6), (24, 1.0)],
    "vee": [(120, 1.0), (48, 0.65), (72, 1 / 0.65), (144, 1.0)],
}


def falling(course: str, *, seed: int = 11) -> dict[str, pd.DataFrame]:
    """Give the pairs' candles over sixteen days; the same arguments give the same candles."""
    random = np.random.default_rng(seed)
    legs = COURSES[course]
    drift = np.concatenate([np.full(hours, np.log(factor) / hours) for hours, factor in legs])
    market = drift + _noise(random, legs, 0.004)
    return {pair: _frame(np.exp((market + _noise(random, legs, 0.002)).cumsum()), random) for pair in PAIRS}


def _noise(random: np.random.Generator, legs: Sequence[Leg], size: float) -> np.ndarray:
    """Give noise that adds up to nothing over each leg, so that a V is one."""
    parts = [random.normal(0.0, size, hours) for hours, _ in legs]
    return np.concatenate([part - part.mean() for part in parts])


def _frame(path: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    closes = 100.0 * path
    opens = np.concatenate([[100.0], closes[:-1]])
    wicks = np.abs(random.normal(0.0, 0.002, (2, len(path))))
    highs, lows = np.maximum(opens, closes) * (1 + wicks[0]), np.minimum(opens, closes) / (1 + wicks[1])
    rows = np.column_stack([opens, highs, lows, closes]).round(3)
    return candles.from_rows([tuple(row) for row in rows.tolist()])


BUYS_DIPS = '''
from freqtrade.strategy import IStrategy
from freqtrade_riskkit import RiskKitMixin


class BuysDips(RiskKitMixin, IStrategy):
    """Buys 4 % below the high of a day, adds at 8 % and 16 % below that, sells 5 % higher; no stop."""

    timeframe = "1h"
    startup_candle_count = 24
    stoploss = -0.99
    minimal_roi = {"0": 0.05}
    position_adjustment_enable = True
    max_entry_position_adjustment = 2

    def populate_indicators(self, dataframe, metadata):
        dataframe["high_of_day"] = dataframe["high"].rolling(24).max()
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dips = dataframe["close"] < dataframe["high_of_day"] * 0.96
        dataframe.loc[dips, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe

    def adjust_trade_position(self, trade, current_time, current_rate, current_profit, **kwargs):
        return 800.0 if current_rate < trade.orders[0].safe_price * (1 - 0.08 * len(trade.orders)) else None
'''
"""A strategy that a V rewards and a crash ruins."""
