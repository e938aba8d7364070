"""Which equity samples age makes superfluous."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.equity import EquityPoint, surplus

NOW = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)


def points(start: datetime, *figures: tuple[float, float]) -> list[EquityPoint]:
    """A sample a minute."""
    return [
        EquityPoint(start + timedelta(minutes=minute), equity, peak)
        for minute, (equity, peak) in enumerate(figures)
    ]


def left(samples: list[EquityPoint], now: datetime) -> list[EquityPoint]:
    gone = set(surplus(samples, now))
    return [point for point in samples if point.at not in gone]


def test_surplus_when_an_hour_is_two_days_old_then_last_lowest_highest_and_deepest_fall_stay() -> None:
    """By hand: the fall from 200 to 150 is deeper than that from 100 to 90, though 90 is lower."""
    hour = datetime(2026, 5, 30, 10, tzinfo=UTC)
    samples = points(hour, (100, 100), (90, 100), (95, 100), (200, 200), (150, 200), (160, 200), (170, 200))
    assert [point.equity for point in left(samples, NOW)] == [90, 200, 150, 170]


@pytest.mark.parametrize(
    ("hour", "thinned"),
    [
        (datetime(2026, 5, 30, 11, tzinfo=UTC), True),  # ended 2 days and half an hour ago
        (datetime(2026, 5, 30, 12, tzinfo=UTC), False),  # ends half an hour too late
        (datetime(2026, 6, 1, 11, tzinfo=UTC), False),
        (datetime(2026, 6, 2, 11, tzinfo=UTC), False),  # of the future: a clock was moved
    ],
)
def test_surplus_when_the_hour_is_not_yet_whole_at_its_limit_then_it_waits(
    hour: datetime, thinned: bool
) -> None:
    samples = points(hour, *[(100.0, 100.0)] * 10)
    assert len(left(samples, NOW)) == (2 if thinned else 10)


def test_surplus_when_a_day_is_ninety_days_old_then_it_keeps_what_stands_for_the_day() -> None:
    """Before 2026-03-03 whole days; from then on the hours of each day still stand."""
    old, young = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
    daily = [EquityPoint(old + timedelta(hours=hour), 100 + hour % 5, 200) for hour in range(24)]
    hourly = [EquityPoint(young + timedelta(hours=hour), 100 + hour % 5, 200) for hour in range(24)]
    assert [point.at.hour for point in left(daily, NOW)] == [0, 4, 23]
    assert left(hourly, NOW) == hourly


def test_surplus_when_peaks_are_not_above_zero_then_the_lowest_equity_stands_for_the_fall() -> None:
    hour = datetime(2026, 5, 1, tzinfo=UTC)
    assert [point.equity for point in left(points(hour, (-5, 0), (-9, 0), (-7, 0)), NOW)] == [-5, -9, -7]


amounts = st.integers(1, 9).map(float)
series = st.lists(
    st.tuples(st.integers(0, 200 * 24 * 6), amounts), max_size=60, unique_by=lambda x: x[0]
).map(lambda rows: with_peaks(sorted(rows)))


def with_peaks(rows: list[tuple[int, float]]) -> list[EquityPoint]:
    samples: list[EquityPoint] = []
    for tens, equity in rows:
        peak = max(equity, samples[-1].peak if samples else 0.0)
        samples.append(EquityPoint(NOW - timedelta(days=200) + timedelta(minutes=10 * tens), equity, peak))
    return samples


@given(series)
def test_any_samples_when_thinned_then_no_extreme_is_lost_and_again_changes_nothing(
    samples: list[EquityPoint],
) -> None:
    kept = left(samples, NOW)
    assert left(kept, NOW) == kept
    assert len(kept) <= len(samples)
    if samples:
        assert kept[-1] == samples[-1]
        for figure in (
            lambda point: point.equity,
            lambda point: -point.equity,
            lambda point: point.equity / point.peak,
        ):
            assert min(map(figure, kept)) == min(map(figure, samples))
        young = [point for point in samples if point.at >= NOW - timedelta(days=2)]
        assert kept[len(kept) - len(young) :] == young


@given(series)
def test_any_samples_when_thinned_by_hours_first_then_the_days_are_those_of_thinning_once(
    samples: list[EquityPoint],
) -> None:
    later = NOW + timedelta(days=120)
    assert left(left(samples, NOW), later) == left(samples, later)
