"""The same trades three times: plain, with the kit, with Freqtrade's own protections.

Entries and exits stand at fixed candles, staggered over the pairs, so every contender has to make the
same trades. Loaded by Freqtrade's resolver.
"""

import numpy as np
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskkit import RiskKitMixin


class Plain(IStrategy):
    """The plan of config key ``bench``, and nothing else."""

    INTERFACE_VERSION = 3
    timeframe = "1h"
    minimal_roi: dict = {}
    stoploss = -0.99
    startup_candle_count = 0
    order_types = {
        "entry": "market",
        "exit": "market",
        "emergency_exit": "market",
        "force_entry": "market",
        "force_exit": "market",
        "stoploss": "market",
        "stoploss_on_exchange": False,
    }

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        dataframe["confidence"] = np.where(np.arange(len(dataframe)) % 3, 0.97, 0.8)
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        turn, step = self._plan(dataframe, metadata["pair"])
        planned = (step == 0) & (turn >= 0) & (turn < self.config["bench"]["trades_per_pair"])
        dataframe["enter_long"] = planned.astype(int)
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        turn, step = self._plan(dataframe, metadata["pair"])
        dataframe["exit_long"] = ((step == self.config["bench"]["holding_candles"]) & (turn >= 0)).astype(int)
        return dataframe

    def _plan(self, dataframe: DataFrame, pair: str) -> tuple[np.ndarray, np.ndarray]:
        """Which turn of the pair's cycle each candle's signal belongs to, and which candle of it."""
        pairs = self.config["exchange"]["pair_whitelist"]
        period = self.config["bench"]["period_candles"]
        offset = pairs.index(pair) * period // len(pairs)
        return np.divmod(np.arange(len(dataframe)) - offset, period)


class WithProtections(Plain):
    """Freqtrade's four protections, with limits that these trades don't reach.

    The cooldown can't be kept from locking: it writes one lock a trade, which ends before the pair's
    next entry.
    """

    protections = [
        {"method": "CooldownPeriod", "stop_duration_candles": 2},
        {
            "method": "StoplossGuard",
            "lookback_period_candles": 24,
            "trade_limit": 4,
            "stop_duration_candles": 4,
        },
        {
            "method": "MaxDrawdown",
            "lookback_period_candles": 48,
            "trade_limit": 20,
            "stop_duration_candles": 4,
            "max_allowed_drawdown": 0.95,
        },
        {
            "method": "LowProfitPairs",
            "lookback_period_candles": 24,
            "trade_limit": 2,
            "stop_duration_candles": 4,
            "required_profit": -0.95,
        },
    ]


class WithKit(RiskKitMixin, Plain):
    """The kit with all that exists switched on; its section stands in the config."""
