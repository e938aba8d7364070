"""The strategy of `riskkit demo`: it buys dips.

An example to read and to change, no advice to trade it: in a fall it buys again and again, which is what
hurts dip buyers in a crash. The mixin is all that it needs to run behind the kit.
"""

from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskkit import RiskKitMixin


class RiskKitDemo(RiskKitMixin, IStrategy):
    """Buys below the lower Bollinger band; sells at the middle one, or at the stop."""

    INTERFACE_VERSION = 3

    timeframe = "1h"
    startup_candle_count = 20
    can_short = False

    stoploss = -0.05
    minimal_roi = {"0": 0.10}

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        """Add the mean of 20 closes, and the band two standard deviations below it."""
        window = dataframe["close"].rolling(20)
        dataframe["middle"] = window.mean()
        dataframe["lower"] = dataframe["middle"] - 2 * window.std(ddof=0)
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        """Buy while the price is below the lower band."""
        dip = (dataframe["close"] < dataframe["lower"]) & (dataframe["volume"] > 0)
        dataframe.loc[dip, ["enter_long", "enter_tag"]] = (1, "dip")
        return dataframe

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        """Sell once the price is back above the middle band."""
        dataframe.loc[dataframe["close"] > dataframe["middle"], "exit_long"] = 1
        return dataframe
