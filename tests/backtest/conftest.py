"""Backtests that the tests of one file share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from freqtrade_riskkit.practice import PracticeServer
from tests.support.backtest import BacktestRun, run_backtest
from tests.support.workspace import Workspace


@pytest.fixture(scope="module")
def shared_backtest(
    practice: PracticeServer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., BacktestRun]:
    """`run_backtest` in a new workspace at each call, for fixtures that last as long as their file."""

    def run(source: str, candles: Mapping[str, pd.DataFrame], **options: Any) -> BacktestRun:
        workspace = Workspace(tmp_path_factory.mktemp("backtest"), practice.overlay())
        return run_backtest(source, candles, workspace=workspace, **options)

    return run
