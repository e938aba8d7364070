"""The practice exchange: Binance's REST interface on this machine, with no money in it.

A server that real Freqtrade, through real ccxt, takes for Binance. It answers on loopback only, and says
practice wherever a person looks.
"""

from freqtrade_riskkit.practice.accounts import AccountSpec
from freqtrade_riskkit.practice.candle_folder import CandleFolder, shipped_candles
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.exchange import Event, PracticeExchange
from freqtrade_riskkit.practice.overlay import config_overlay
from freqtrade_riskkit.practice.random_walk import RandomWalkPrices
from freqtrade_riskkit.practice.scenario import Scenario, read_scenario
from freqtrade_riskkit.practice.script import ScriptedPrices, ScriptRow
from freqtrade_riskkit.practice.server import PracticeServer
from freqtrade_riskkit.practice.sources import FlatPrices, PriceSource

__all__ = [
    "AccountSpec",
    "CandleFolder",
    "Event",
    "FlatPrices",
    "PracticeError",
    "PracticeExchange",
    "PracticeServer",
    "PriceSource",
    "RandomWalkPrices",
    "Scenario",
    "ScriptRow",
    "ScriptedPrices",
    "config_overlay",
    "read_scenario",
    "shipped_candles",
]
