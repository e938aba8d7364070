"""The practice exchange: Binance's REST interface on this machine, with no money in it.

A server that real Freqtrade, through real ccxt, takes for Binance. It answers on loopback only, and says
practice wherever a person looks.
"""

from freqtrade_riskkit.practice.candle_folder import CandleFolder, shipped_candles
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.overlay import config_overlay
from freqtrade_riskkit.practice.random_walk import RandomWalkPrices
from freqtrade_riskkit.practice.script import ScriptedPrices, ScriptRow
from freqtrade_riskkit.practice.server import PracticeServer
from freqtrade_riskkit.practice.sources import FlatPrices, PriceSource

__all__ = [
    "CandleFolder",
    "FlatPrices",
    "PracticeError",
    "PracticeServer",
    "PriceSource",
    "RandomWalkPrices",
    "ScriptRow",
    "ScriptedPrices",
    "config_overlay",
    "shipped_candles",
]
