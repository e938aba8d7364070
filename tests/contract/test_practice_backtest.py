"""The real Freqtrade backtests, lists and downloads against the practice exchange alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from freqtrade_riskkit.practice import CandleFolder, PracticeServer, shipped_candles
from tests.support.command import freqtrade
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

DIPS = """\
from freqtrade.strategy import IStrategy


class Dips(IStrategy):
    timeframe = "1h"
    stoploss = -0.1
    minimal_roi = {"0": 0.02}

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["close"] < dataframe["close"].shift(1) * 0.99, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PracticeServer]:
    with PracticeServer(CandleFolder()) as running:
        yield running


@pytest.fixture
def bench(server: PracticeServer, tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path, server.overlay())
    workspace.write_strategies(DIPS)
    workspace.data.mkdir(parents=True)
    return workspace


def command(workspace: Workspace, name: str, *arguments: str) -> str:
    """Run a Freqtrade command in the workspace; gives its output once it has succeeded."""
    options = ["--config", str(workspace.config_file), "--userdir", str(workspace.user_data)]
    done = freqtrade(name, *options, *arguments, cwd=workspace.root)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_backtest_when_over_the_shipped_candles_then_it_runs_over_the_year(bench: Workspace) -> None:
    for pair in ("BTC_USDT", "ETH_USDT"):
        shutil.copy(shipped_candles() / f"{pair}-1h.feather", bench.data)
    bench.write_config(pairs=["BTC/USDT", "ETH/USDT"], timeframe="1h")

    output = command(bench, "backtesting", "--strategy", "Dips", "--cache", "none", "--export", "none")

    assert "Backtested 2024-01-01 00:00:00 -> 2024-12-31 23:00:00" in output
    assert "fee 0.1000%" in output


def test_futures_when_downloaded_from_the_exchange_then_they_can_be_backtested(bench: Workspace) -> None:
    """Swap, mark and funding candles all come from the exchange; leverage tiers come with Freqtrade."""
    bench.write_config(
        pairs=["BTC/USDT:USDT"],
        timeframe="1h",
        overrides={"trading_mode": "futures", "margin_mode": "isolated"},
    )
    command(bench, "download-data", "--timeframes", "1h", "--timerange", "20241101-")
    output = command(bench, "backtesting", "--strategy", "Dips", "--cache", "none", "--export", "none")

    assert "Backtested 2024-11-01 00:00:00 -> 2024-12-31 22:00:00" in output
    assert "fee 0.0500%" in output


@pytest.mark.parametrize(("mode", "suffix"), [("spot", ""), ("futures", ":USDT")])
def test_pairs_when_listed_then_all_of_the_exchange(bench: Workspace, mode: str, suffix: str) -> None:
    bench.write_config(
        pairs=[f"BTC/USDT{suffix}"],
        timeframe="1h",
        overrides={"trading_mode": mode, "margin_mode": "isolated" if mode == "futures" else ""},
    )

    output = command(bench, "list-pairs", "--quote", "USDT", "--print-json")

    listed = json.loads(next(line for line in output.splitlines() if line.startswith("[")))
    assert len(listed) >= 10
    assert {f"BTC/USDT{suffix}", f"TRX/USDT{suffix}"} <= set(listed)


def test_candles_when_downloaded_then_they_are_the_shipped_ones(bench: Workspace) -> None:
    """Over several requests, from this exchange and not from Binance's archive."""
    bench.write_config(pairs=["ETH/USDT"], timeframe="1h")

    command(bench, "download-data", "--pairs", "ETH/USDT", "--timeframes", "1h", "--timerange", "20240801-")

    loaded = pd.read_feather(bench.data / "ETH_USDT-1h.feather")
    shipped = pd.read_feather(shipped_candles() / "ETH_USDT-1h.feather")
    expected = shipped[shipped["date"] >= "2024-08-01"].iloc[: len(loaded)].reset_index(drop=True)
    assert len(loaded) > 3000
    pd.testing.assert_frame_equal(loaded, expected, check_dtype=False)
