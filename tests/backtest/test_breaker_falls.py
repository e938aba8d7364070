"""The breaker in falling markets, real and seeded: every trip recomputed, and nothing changed by observing.

A dip buyer that adds on the way down trades a crash, a slow bleed, a V, and BTC and ETH in August 2024.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest
from freqtrade.data.btanalysis import load_backtest_data

from freqtrade_riskkit.practice.candle_folder import shipped_candles
from tests.backtest.falls import BUYS_DIPS, COURSES, falling
from tests.backtest.judged_again import assert_same_extremes, assert_same_trips, judge_again
from tests.support.backtest import BacktestRun
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

Backtest = Callable[..., BacktestRun]

STARTUP = 24
CONFIG: Mapping[str, Any] = {"max_open_trades": 4}
FLATTENS = {"daily_loss": {"action": "flatten"}, "drawdown": {"action": "flatten"}}
MARKETS = [*COURSES, "august"]


def market(name: str) -> dict[str, pd.DataFrame]:
    """Give a seeded course, or the shipped candles of July and August 2024."""
    if name in COURSES:
        return falling(name)
    frames = {}
    for pair in ("BTC/USDT", "ETH/USDT"):
        whole = pd.read_feather(shipped_candles() / f"{pair.replace('/', '_')}-1h.feather")
        within = (whole["date"] >= "2024-07-28") & (whole["date"] < "2024-08-14")
        frames[pair] = whole[within].reset_index(drop=True)
    return frames


def config(name: str) -> dict[str, Any]:
    """Let three steps of all pairs together use nearly the whole account."""
    return {**CONFIG, "stake_amount": 800 if name in COURSES else 1600}


def without_startup(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Leave out the candles that the strategy's indicators need."""
    return {pair: frame.iloc[STARTUP:].reset_index(drop=True) for pair, frame in frames.items()}


@pytest.mark.feature("D1", "backtest")
@pytest.mark.feature("D2", "backtest")
@pytest.mark.feature("D6", "backtest")
@pytest.mark.parametrize("breaker", [{}, FLATTENS, {"preset": "timed"}], ids=["default", "flatten", "timed"])
@pytest.mark.parametrize("name", MARKETS)
def test_trips_of_a_fall_when_recomputed_from_the_export_and_the_candles_then_the_same_to_the_cent(
    backtest: Backtest, workspace: Workspace, name: str, breaker: dict[str, Any]
) -> None:
    """From the result file of Freqtrade, as anybody else would read it."""
    frames, section = market(name), {"circuit_breaker": breaker}

    run = backtest(BUYS_DIPS, frames, riskkit=section, config=config(name), export="trades")

    exported = load_backtest_data(workspace.results)
    assert len(exported) == len(run.trades)
    again = judge_again(run, section, without_startup(frames), trades=exported)
    assert_same_trips(run, again)
    assert_same_extremes(run, again)
    assert run.riskkit["trips"]
    assert not set(run.trades["open_date"]) & again.denied


@pytest.mark.parametrize("name", MARKETS)
def test_observe_when_the_market_falls_then_trades_are_those_of_off_and_every_trip_is_recorded(
    shared_backtest: Backtest, name: str
) -> None:
    """Each rule flattens and resets by itself, so that the run holds many trips; field by field the same."""
    frames = market(name)
    timed = {**{rule: {"action": "flatten"} for rule in FLATTENS}, "preset": "timed"}
    section = {"mode": "observe", "circuit_breaker": timed}

    off = shared_backtest(BUYS_DIPS, frames, riskkit={**section, "mode": "off"}, config=config(name))
    observed = shared_backtest(BUYS_DIPS, frames, riskkit=section, config=config(name))

    pd.testing.assert_frame_equal(observed.trades, off.trades, check_exact=True)
    again = judge_again(observed, section, without_startup(frames))
    assert_same_trips(observed, again)
    assert observed.riskkit["trips"]
    assert observed.locks == ()
    denied = sum(trade in again.denied for trade in observed.trades["open_date"])
    assert sum(observed.riskkit["denials"].values()) >= denied
