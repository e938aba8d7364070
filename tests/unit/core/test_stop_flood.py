"""When a flood of stops begins, and when the next one may be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.stop_flood import WINDOW, StopFlood

START = datetime(2024, 1, 1, tzinfo=UTC)


def told(limit: int, *seconds: float) -> list[float]:
    """Give the seconds of placements that a flood began with."""
    flood = StopFlood(limit)
    return [second for second in seconds if flood.placed(START + timedelta(seconds=second)) is not None]


@pytest.mark.parametrize(
    ("limit", "seconds", "expected"),
    [
        (3, (0, 1, 2), []),
        (3, (0, 1, 2, 3), [3]),
        (3, (0, 1, 2, 59.9), [59.9]),
        (3, (0, 1, 2, 60), []),  # the one at 0 is out of the window
        (3, (0, 1, 2, 3, 4, 5, 6), [3]),
        (4, (0, 0, 0, 0, 0, 59, 59, 59, 59), [0]),
        (4, (0, 0, 0, 0, 0, 30, 30, 65, 65, 65, 65), [0]),  # two are left at 65: half of the limit, not below
        (4, (0, 0, 0, 0, 0, 30, 65, 65, 65, 65), [0, 65]),  # one is left at 65
        (1, (0, 1, 2, 100, 101), [1, 101]),
    ],
)
def test_flood_when_placements_come_then_it_begins_above_the_limit_and_ends_below_half_of_it(
    limit: int, seconds: tuple[float, ...], expected: list[float]
) -> None:
    begun = told(limit, *seconds)

    assert sorted(set(begun)) == expected
    assert len(begun) == len(expected)


def test_trailing_stop_when_replaced_a_hundred_times_within_an_hour_then_no_flood() -> None:
    assert told(60, *(36.0 * number for number in range(100))) == []


def test_clock_when_set_back_then_the_placement_counts_at_the_last_moment() -> None:
    assert told(2, 100, 50, 40) == [40]


def test_placement_when_without_a_time_zone_then_refused() -> None:
    with pytest.raises(ValueError, match="needs its time zone"):
        StopFlood(1).placed(datetime(2024, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("limit", [0, -1])
def test_limit_when_below_one_then_refused(limit: int) -> None:
    with pytest.raises(ValueError, match=f"at least 1, was {limit}"):
        StopFlood(limit)


@given(
    st.integers(1, 6),
    st.lists(st.floats(0, 40, allow_nan=False).map(lambda gap: round(gap, 1)), max_size=40),
)
def test_floods_when_compared_with_counting_anew_then_the_same(limit: int, gaps: list[float]) -> None:
    """A reference that keeps every placement and counts the window each time."""
    flood = StopFlood(limit)
    moments: list[datetime] = []
    flooding, at = False, START
    for gap in gaps:
        at += timedelta(seconds=gap)
        before = sum(moment > at - WINDOW for moment in moments)
        moments.append(at)
        flooding = flooding and before >= limit / 2
        begins = not flooding and before + 1 > limit
        flooding = flooding or begins
        assert (flood.placed(at) is not None) == begins
