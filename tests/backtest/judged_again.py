"""The trips of a backtest, judged again by the rules' second telling over the equity's second telling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from freqtrade_riskkit.config import load
from freqtrade_riskkit.core.breaker import RuleName
from freqtrade_riskkit.host.breaker_desk import SAMPLES_APART
from freqtrade_riskkit.host.policies import breaker_policy
from tests.support.backtest import BacktestRun
from tests.support.marked_equity import HOUR, Told, told_again
from tests.support.reference_breaker import ReferenceBreaker, ReferenceTrip

CODES = {
    RuleName.DAILY_LOSS: "DAILY_LOSS_EXCEEDED",
    RuleName.DRAWDOWN: "DRAWDOWN_EXCEEDED",
    RuleName.LOSS_STREAK: "CONSECUTIVE_LOSSES_EXCEEDED",
}


@dataclass(frozen=True, slots=True)
class Again:
    """What was found a second time.

    Attributes
    ----------
    told
        The equity throughout.
    reference
        The rules' second telling, after it was told all that.
    denied
        Candles at whose beginning no entry may pass.
    """

    told: list[Told]
    reference: ReferenceBreaker
    denied: set[pd.Timestamp]


def judge_again(
    run: BacktestRun,
    section: Mapping[str, Any],
    candles: Mapping[str, pd.DataFrame],
    *,
    candle: pd.Timedelta = HOUR,
    funding: Mapping[str, pd.Series] | None = None,
    trades: pd.DataFrame | None = None,
) -> Again:
    """Tell the rules of each candle's beginning and each fill; only the policy is the kit's.

    Parameters
    ----------
    candles
        From the backtest's start on, its start-up candles left out.
    trades
        Where they were read from elsewhere.
    """
    config = load(dict(section)).config.circuit_breaker
    assert config is not None
    told = list(told_again(run.trades if trades is None else trades, candles, candle=candle, funding=funding))
    reference = ReferenceBreaker(breaker_policy(config), 10_000, told[0].at, SAMPLES_APART)
    denied = set()
    for news in told:
        if news.pnl_ratio is None:
            reference.moved(news.equity, news.at)
        else:
            reference.closed(news.equity, news.pnl_ratio, news.at)
        if news.is_mark and (reference.active or reference.cooldown_until is not None):
            denied.add(pd.Timestamp(news.at))
    return Again(told, reference, denied)


def assert_same_trips(run: BacktestRun, again: Again) -> None:
    """Hold the kit's trips against those found again: rule, moment, end, latch, and figures to the cent."""
    reference = again.reference
    found = [(t["code"], moment(t["at"]), moment(t["until"]), t["latched"]) for t in run.riskkit["trips"]]
    assert found == [(CODES[trip.rule], trip.at, trip.until, trip.latched) for trip in reference.trips]
    for trip, its in zip(run.riskkit["trips"], reference.trips, strict=True):
        assert trip["value"] == pytest.approx(_value(its, reference), abs=_tolerance(its.rule))


def assert_same_extremes(run: BacktestRun, again: Again) -> None:
    """Hold peak-to-valley figures of the result's equity against those of the marks found again."""
    marks = pd.DataFrame([(t.at, t.equity, t.worst) for t in again.told if t.is_mark])
    marks.columns = pd.Index(["at", "equity", "worst"])
    peak = marks["equity"].cummax()
    before = peak.shift(1, fill_value=10_000.0).clip(lower=10_000.0)
    worst = marks[["equity", "worst"]].min(axis=1)
    equity = run.riskkit["equity"]
    assert equity["marked_max_drawdown"] == pytest.approx(
        (1 - marks["equity"] / peak.clip(lower=10_000.0)).max(), abs=1e-6
    )
    assert equity["adverse_max_drawdown"] == pytest.approx((1 - worst / before).clip(lower=0).max(), abs=1e-6)


def moment(text: str | None) -> datetime | None:
    """Read a moment of the result."""
    return None if text is None else datetime.fromisoformat(text)


def _value(trip: ReferenceTrip, reference: ReferenceBreaker) -> float:
    if trip.rule is RuleName.LOSS_STREAK:
        policy = reference.policy.loss_streak
        assert policy is not None
        return policy.limit
    before = [equity for _, equity in reference.history[: trip.happened_at + 1]]
    equity = before[-1]
    if trip.rule is RuleName.DAILY_LOSS:
        return float(before[trip.counted_from] - equity)
    peak = max(before[trip.counted_from :])
    return float((peak - equity) / peak)


def _tolerance(rule: RuleName) -> float:
    """A cent of 10,000."""
    return 0.005 if rule is RuleName.DAILY_LOSS else 1e-6
