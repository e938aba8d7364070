"""The `riskkit` section of a Freqtrade config: what it may hold and what is in force."""

from freqtrade_riskkit.config.alerts import AlertsConfig
from freqtrade_riskkit.config.breaker import (
    BreakerConfig,
    CashFlowsRule,
    DailyLossRule,
    DataRule,
    DrawdownRule,
    ErrorsRule,
    LossStreakRule,
    ManualRule,
    OrderRateRule,
)
from freqtrade_riskkit.config.entry import EntryConfig
from freqtrade_riskkit.config.errors import ConfigInvalid
from freqtrade_riskkit.config.exits import BracketConfig, ExitsConfig, SizingConfig
from freqtrade_riskkit.config.load import Loaded, load
from freqtrade_riskkit.config.profiles import ProfileConfig
from freqtrade_riskkit.config.root import RiskKitConfig
from freqtrade_riskkit.config.schema import json_schema
from freqtrade_riskkit.config.tracking import OrderTrackingConfig
from freqtrade_riskkit.config.written import ABSENT, KIT_KEY

__all__ = [
    "ABSENT",
    "KIT_KEY",
    "AlertsConfig",
    "BracketConfig",
    "BreakerConfig",
    "CashFlowsRule",
    "ConfigInvalid",
    "DailyLossRule",
    "DataRule",
    "DrawdownRule",
    "EntryConfig",
    "ErrorsRule",
    "ExitsConfig",
    "Loaded",
    "LossStreakRule",
    "ManualRule",
    "OrderRateRule",
    "OrderTrackingConfig",
    "ProfileConfig",
    "RiskKitConfig",
    "SizingConfig",
    "json_schema",
    "load",
]
