"""The equity of 24 hours ago, kept in full or in buckets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from freqtrade_riskkit.core.breaker import CircuitBreaker
from freqtrade_riskkit.core.breaker.rolling import RollingBaseline
from tests.unit.core.breaker.cases import DAILY_LOSS, HOUR, INSTANT, MINUTE, at

TOLD = [("10:00", 1000.0), ("10:01", 1010.0), ("10:03", 990.0), ("10:07", 980.0), ("10:20", 985.0)]


def rolling(resolution: timedelta) -> RollingBaseline:
    """Take in what was told, from 1,000 at 9:30 on."""
    baseline = RollingBaseline([(at("9:30"), 1000.0)], resolution)
    for moment, equity in TOLD:
        baseline.add(at(moment), equity)
    return baseline


@pytest.mark.parametrize(
    ("moment", "exactly", "in_buckets"),
    [
        ("9:30", 1000.0, 1000.0),
        ("6 9:29", 1000.0, 1000.0),
        ("6 9:59", 1000.0, 1000.0),
        ("6 10:00", 1000.0, 1010.0),
        ("6 10:01", 1010.0, 1010.0),
        ("6 10:03", 990.0, 1010.0),
        ("6 10:04", 990.0, 1010.0),
        ("6 10:05", 990.0, 990.0),
        ("6 10:07", 980.0, 990.0),
        ("6 10:10", 980.0, 980.0),
        ("6 10:19", 980.0, 980.0),
        ("6 10:20", 985.0, 985.0),
        ("9 10:00", 985.0, 985.0),
    ],
)
def test_baseline_when_kept_in_buckets_of_5_minutes_then_each_reads_as_its_highest(
    moment: str, exactly: float, in_buckets: float
) -> None:
    """10:00 to 10:05 rose to 1,010 and ended on 990; 10:05 to 10:10 began on 990 and ended on 980."""
    assert rolling(timedelta(0)).baseline(at(moment)) == exactly
    assert rolling(5 * MINUTE).baseline(at(moment)) == in_buckets


def test_samples_when_the_equity_moves_every_5_seconds_then_one_a_bucket_is_kept() -> None:
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("0:00"), resolution=10 * MINUTE)
    for step in range(2 * 24 * 720):
        breaker.equity_moved(1000 + step % 11, at("0:00") + timedelta(seconds=5 * step))

    assert len(breaker.remember().samples) <= 24 * 6 + 3


def test_start_when_the_equity_rises_in_its_bucket_then_it_stays_the_baseline() -> None:
    """A reset counts from the equity it found, whatever else that minute brings."""
    baseline = RollingBaseline([(at("9:30"), 1000.0)], HOUR)
    baseline.add(at("9:31"), 1100.0)

    assert baseline.baseline(at("9:31")) == 1000
    assert baseline.baseline(at("6 9:30") - INSTANT) == 1000
    assert baseline.baseline(at("6 9:30")) == 1100


def test_buckets_when_the_resolution_changes_over_a_restart_then_moments_stay_in_order() -> None:
    """The end of an hour's bucket that was noted ahead gives way to what happens before it."""
    stored = rolling(HOUR).samples()
    assert stored[-1] == (at("11:00"), 985.0)

    for resolution in (timedelta(0), MINUTE):
        baseline = RollingBaseline(stored, resolution)
        baseline.add(at("10:30"), 970.0)
        moments = [moment for moment, _ in baseline.samples()]
        assert moments == sorted(moments)
        assert baseline.baseline(at("6 11:00")) == 970


@pytest.mark.parametrize("resolution", [-INSTANT, timedelta(hours=24)])
def test_resolution_when_out_of_its_range_then_refused(resolution: timedelta) -> None:
    with pytest.raises(ValueError, match="resolution"):
        CircuitBreaker(DAILY_LOSS, 1000, at("9:00"), resolution)
