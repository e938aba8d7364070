"""Fixtures of the tests that drive the real Freqtrade.

Freqtrade is imported when the first of them is asked for: its import takes seconds that tests of the
rules needn't wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from freqtrade_riskkit.practice import PracticeServer
    from tests.support.backtest import BacktestRun
    from tests.support.workspace import Workspace


@pytest.fixture(scope="session")
def practice() -> Iterator[PracticeServer]:
    """The practice exchange on a free port of loopback, one for each pytest worker.

    It lists the standard pairs and `SYNTHETIC_PAIRS`; its prices stand still.
    """
    from freqtrade_riskkit.practice import FlatPrices, PracticeServer
    from tests.support.candles import SYNTHETIC_PAIRS

    with PracticeServer(FlatPrices(dict.fromkeys(SYNTHETIC_PAIRS, 100.0))) as server:
        yield server


@pytest.fixture
def workspace(practice: PracticeServer, tmp_path: Path) -> Workspace:
    """An empty Freqtrade user directory whose config points at the practice exchange."""
    from tests.support.workspace import Workspace

    return Workspace(tmp_path, practice.overlay())


@pytest.fixture
def backtest(workspace: Workspace) -> Callable[..., BacktestRun]:
    """`run_backtest` in this test's workspace."""
    from tests.support.backtest import run_backtest

    return partial(run_backtest, workspace=workspace)


@pytest.fixture
def backtests(workspace: Workspace) -> Callable[..., dict[str, BacktestRun]]:
    """`run_backtests` in this test's workspace."""
    from tests.support.backtest import run_backtests

    return partial(run_backtests, workspace=workspace)
