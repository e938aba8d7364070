"""Freqtrade's other commands with a strategy that carries the mixin."""

from __future__ import annotations

import csv

import pytest

from tests.support import candles
from tests.support.command import freqtrade
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

SOURCE = """
from freqtrade.strategy import IStrategy
from freqtrade_riskkit import RiskKitMixin


class Plain(IStrategy):
    timeframe = "1h"
    minimal_roi = {"0": 0.02}
    stoploss = -0.03
    startup_candle_count = 3

    def populate_indicators(self, dataframe, metadata):
        dataframe["mean"] = dataframe["close"].rolling(3).mean()
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["close"] < dataframe["mean"] * 0.999, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["close"] > dataframe["mean"] * 1.01, "exit_long"] = 1
        return dataframe


class Carries(RiskKitMixin, Plain):
    pass
"""
STRICT = {
    "circuit_breaker": {"loss_streak": {"limit": 1}, "daily_loss": {"limit": 0.001}},
    "entry": {"max_open_positions": 1, "cooldown_seconds": 7200},
    "exits": {"bracket": {"stop": 0.01, "reward_to_risk": 1.0}},
}


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    workspace.write_strategies(SOURCE)
    pairs = ["BTC/USDT", "ETH/USDT"]
    workspace.write_candles(
        {pair: candles.walk(200, seed=30 + number) for number, pair in enumerate(pairs)}, timeframe="1h"
    )
    workspace.write_config(pairs=pairs, timeframe="1h", riskkit=STRICT)
    return workspace


def test_strategies_when_listed_then_they_are_there_and_the_mixin_is_none_of_them(shop: Workspace) -> None:
    """`list-strategies` imports every file and makes no strategy."""
    done = _command(shop, "list-strategies", "-1")

    assert {"Plain", "Carries"} == {line.strip() for line in done.splitlines()} & {
        "Plain",
        "Carries",
        "RiskKitMixin",
    }


def test_strategies_when_one_has_the_mixin_behind_istrategy_then_the_others_are_listed_as_ever(
    shop: Workspace,
) -> None:
    """Those of the same file too; of the one that can't be used the log says why."""
    behind = SOURCE.replace("Plain", "Other").replace(
        "Carries(RiskKitMixin, Other)", "CarriesToo(RiskKitMixin, Other)"
    )
    shop.write_strategies(
        behind + "\n\nclass Behind(Other.__base__, RiskKitMixin):\n    pass\n", file="behind.py"
    )

    done = freqtrade("list-strategies", "--userdir", shop.user_data, cwd=shop.root)

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    listed = {line.split("│")[1].strip() for line in done.stdout.splitlines() if line.startswith("│")}
    assert listed >= {"Plain", "Carries", "Other", "CarriesToo"}
    said = " ".join(done.stderr.split())
    assert "Strategy Behind: list RiskKitMixin before IStrategy, as in `class Behind(" in said


def test_lookahead_analysis_when_limits_are_strict_then_the_kit_causes_no_false_bias(shop: Workspace) -> None:
    """It backtests each trade's pair alone, up to that trade: limits over all pairs would differ there.

    The kit stays out of the analysis. With the same limits in force, five of these entries count as biased.
    """
    file = shop.root / "lookahead.csv"

    _command(
        shop,
        "lookahead-analysis",
        *("--strategy", "Carries", "--timerange", "20240101-20240109", "--minimum-trade-amount", "3"),
        *("--targeted-trade-amount", "12", "--lookahead-analysis-exportfilename", str(file)),
    )

    with file.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["strategy"], row["has_bias"], row["total_signals"]) == ("Carries", "False", "12")
    assert (row["biased_entry_signals"], row["biased_exit_signals"]) == ("0", "0")


def _command(workspace: Workspace, name: str, *options: str) -> str:
    """Run a command that must succeed quietly; gives what it printed."""
    done = freqtrade(
        *(name, "--userdir", workspace.user_data),
        *(() if name == "list-strategies" else ("--config", workspace.config_file)),
        *options,
        cwd=workspace.root,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout
