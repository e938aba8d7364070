"""A Freqtrade user directory under a test's tmp_path: strategies, candles, a config file."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from freqtrade.misc import deep_merge_dicts

from tests.support import candles


@dataclass(frozen=True, slots=True)
class Workspace:
    """Files of one or more runs.

    Attributes
    ----------
    root
        An empty or earlier used directory, usually pytest's tmp_path.
    overlay
        The config part that points Freqtrade at the practice exchange; the bot's name in it isn't taken.
    """

    root: Path
    overlay: Mapping[str, Any]

    @property
    def user_data(self) -> Path:
        """The user directory (``--userdir``)."""
        return self.root / "user_data"

    @property
    def data(self) -> Path:
        """Where Freqtrade looks for the exchange's candles."""
        return self.user_data / "data" / "binance"

    @property
    def results(self) -> Path:
        """Where Freqtrade leaves the results of backtests."""
        return self.user_data / "backtest_results"

    @property
    def config_file(self) -> Path:
        """The config (``--config``)."""
        return self.root / "config.json"

    def write_strategies(self, source: str, *, file: str = "strategies_under_test.py") -> tuple[str, ...]:
        """Write Python source into the strategies folder; the names of its classes are returned."""
        names = tuple(node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
        if not names:
            raise ValueError("the source defines no class")
        folder = self.user_data / "strategies"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(source, encoding="utf-8")
        return names

    def write_candles(self, frames: Mapping[str, pd.DataFrame], *, timeframe: str) -> None:
        """Write candles into the data folder."""
        self.data.mkdir(parents=True, exist_ok=True)
        candles.write(self.data, frames, timeframe=timeframe)

    def write_config(
        self,
        *,
        pairs: list[str],
        timeframe: str,
        riskkit: Mapping[str, Any] | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Path:
        """Write config.json: the base below, the practice exchange, `riskkit`, then `overrides`.

        The base is made for sums in the head: 10,000 USDT of which all may be used, stakes of 1,000,
        market orders. `riskkit` of None leaves the section out. Overrides are merged key by key.
        """
        config: dict[str, Any] = {
            "max_open_trades": 10,
            "stake_currency": "USDT",
            "stake_amount": 1000,
            "tradable_balance_ratio": 1.0,
            "dry_run": True,
            "dry_run_wallet": 10000,
            "timeframe": timeframe,
            "dataformat_ohlcv": "feather",
            "entry_pricing": {"price_side": "other", "use_order_book": True, "order_book_top": 1},
            "exit_pricing": {"price_side": "other", "use_order_book": True, "order_book_top": 1},
            "pairlists": [{"method": "StaticPairList"}],
        }
        deep_merge_dicts({"exchange": deepcopy(self.overlay["exchange"])}, config)
        config["exchange"]["pair_whitelist"] = pairs
        if riskkit is not None:
            config["riskkit"] = dict(riskkit)
        deep_merge_dicts(deepcopy(dict(overrides or {})), config)
        self.root.mkdir(parents=True, exist_ok=True)
        self.config_file.write_text(json.dumps(config, indent=2), encoding="utf-8")
        return self.config_file
