"""A strategy that trades exactly when a test says so.

The script stands in the config, so one strategy file serves all tests::

    config = {"script": {"BTC/USDT": {
        "enter": ["2024-01-01 05:00"],                     # or {"2024-01-01 05:00": "my_tag"}
        "exit": ["2024-01-01 09:00"],                      # or {"2024-01-01 09:00": "my_reason"}
        "confidence": {"2024-01-01 05:00": 0.97},
    }}}

Times (UTC) are those at which the order fills in a backtest, at the open of that candle; the signal,
its tag and its confidence stand on the candle before. A backtest never fills on the first candle of
its data, and a time that no candle follows is refused, so that a misspelled script can't pass as a
quiet strategy. The column ``confidence`` exists only for pairs whose script names it, NaN elsewhere.

Market orders, no ROI, a stop loss too wide to be met, no start-up candles.
"""

from __future__ import annotations

import textwrap

_TEMPLATE = """\
import pandas as pd
from freqtrade.enums import RunMode
from freqtrade.strategy import IStrategy
from pandas import DataFrame
{imports}

class {name}({bases}):
    INTERFACE_VERSION = 3
    timeframe = "1h"
    minimal_roi = {{}}
    stoploss = -0.99
    startup_candle_count = 0
    process_only_new_candles = True
    order_types = {{"entry": "market", "exit": "market", "emergency_exit": "market",
                   "force_entry": "market", "force_exit": "market", "stoploss": "market",
                   "stoploss_on_exchange": False}}

    def populate_indicators(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        confidence = self._scripted(metadata).get("confidence")
        if confidence is not None:
            dataframe["confidence"] = float("nan")
            for time, value in confidence.items():
                dataframe.loc[self._signal(dataframe, time), "confidence"] = value
        return dataframe

    def populate_entry_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return self._mark(dataframe, metadata, "enter")

    def populate_exit_trend(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        return self._mark(dataframe, metadata, "exit")

    def _scripted(self, metadata: dict) -> dict:
        return self.config.get("script", {{}}).get(metadata["pair"], {{}})

    def _mark(self, dataframe: DataFrame, metadata: dict, side: str) -> DataFrame:
        dataframe[f"{{side}}_long"] = 0
        dataframe[f"{{side}}_tag"] = None
        times = self._scripted(metadata).get(side, [])
        for time in times:
            at = self._signal(dataframe, time)
            dataframe.loc[at, f"{{side}}_long"] = 1
            if isinstance(times, dict):
                dataframe.loc[at, f"{{side}}_tag"] = times[time]
        return dataframe

    def _signal(self, dataframe: DataFrame, time: str) -> pd.Series:
        fill = pd.to_datetime(time, utc=True)
        at = dataframe["date"] == fill - pd.to_timedelta(self.timeframe)
        fills = (at & (dataframe["date"].shift(-1) == fill)).any()
        if not fills and self.config["runmode"] is RunMode.BACKTEST:
            raise RuntimeError(f"the script's time {{time}} has no candle, or none before it")
        return at
{body}"""


def scripted(name: str = "Scripted", *, bases: str = "IStrategy", imports: str = "", body: str = "") -> str:
    """Write the source of a scripted strategy.

    Parameters
    ----------
    name
        Of the class.
    bases
        As they stand in the class statement, for instance ``"RiskKitMixin, IStrategy"``.
    imports
        Lines put before the class.
    body
        Attributes and methods added to the class, at any indentation; they win over the script's own.
    """
    members = textwrap.indent(textwrap.dedent(body), "    ")
    return _TEMPLATE.format(name=name, bases=bases, imports=imports, body=members)


def scripted_with_kit(name: str = "Scripted", *, body: str = "") -> str:
    """Write the source of a scripted strategy that carries the kit's mixin."""
    return scripted(
        name,
        bases="RiskKitMixin, IStrategy",
        imports="from freqtrade_riskkit import RiskKitMixin\n",
        body=body,
    )
