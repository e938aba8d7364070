"""A trip sells what was open at its moment, once, and only on a price that was seen twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.flatten import Flatten, FlattenMemory

T0 = datetime(2024, 8, 5, tzinfo=UTC)


def begun(marks: dict[int, float | None], agreement: float = 0.01) -> Flatten:
    flatten = Flatten(agreement)
    assert flatten.begin(T0, marks, confirmed=True)
    return flatten


@pytest.mark.parametrize(
    ("first", "second", "sells"),
    [
        (100.0, 100.0, True),
        (100.0, 99.0, True),
        (100.0, 101.0, True),
        (100.0, 98.9, False),
        (100.0, 50.0, False),
    ],
)
def test_position_when_second_rate_comes_then_it_is_sold_only_within_the_agreement(
    first: float, second: float, sells: bool
) -> None:
    assert begun({1: first}).sells(1, second) is sells


def test_position_when_rates_disagree_then_the_later_one_is_held_against_the_next() -> None:
    flatten = begun({1: 100.0})
    assert not flatten.sells(1, 80.0)
    assert flatten.sells(1, 80.5)
    assert flatten.sells(1, 20.0), "what was confirmed is asked for until it is done"


def test_position_when_it_had_no_mark_at_the_trip_then_two_later_rates_are_needed() -> None:
    flatten = begun({1: None})
    assert not flatten.sells(1, 100.0)
    assert flatten.sells(1, 100.0)


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), 0.0, -1.0])
def test_position_when_a_rate_cannot_be_read_then_nothing_is_sold_and_nothing_forgotten(rate: float) -> None:
    flatten = begun({1: 100.0})
    assert not flatten.sells(1, rate)
    assert flatten.sells(1, 100.0)


def test_loss_when_a_bad_tick_made_it_then_pairs_whose_rates_agree_are_not_sold_either() -> None:
    """The first pair's tick of 50 tripped; the second stood at 100 all the time."""
    flatten = Flatten(0.01)
    assert flatten.begin(T0, {1: 50.0, 2: 100.0})
    assert not flatten.sells(1, 100.0)
    assert not flatten.sells(2, 100.0)
    flatten.weigh(stands=False)
    assert not flatten.sells(1, 100.0)
    assert not flatten.sells(2, 100.0)
    assert flatten.is_pending
    # One more bad tick is as little as the first; a loss that stays is one.
    flatten.weigh(stands=True)
    assert not flatten.sells(2, 100.0)
    flatten.weigh(stands=False)
    assert not flatten.sells(2, 100.0)
    flatten.weigh(stands=True)
    assert not flatten.sells(1, 90.0)
    flatten.weigh(stands=True)
    assert flatten.sells(1, 90.0)
    assert flatten.sells(2, 100.0)


def test_loss_when_it_is_there_at_the_next_look_then_all_is_sold_that_agrees() -> None:
    flatten = Flatten(0.01)
    assert flatten.begin(T0, {1: 50.0, 2: 100.0})
    assert not flatten.sells(1, 50.0)
    assert not flatten.sells(2, 80.0)
    flatten.weigh(stands=True)
    assert flatten.is_confirmed
    assert flatten.sells(1, 50.0)
    assert not flatten.sells(2, 60.0)
    flatten.weigh(stands=False)
    assert flatten.sells(2, 60.0), "what was confirmed goes through"


def test_loss_when_no_position_was_priced_between_two_looks_then_they_confirm_nothing() -> None:
    flatten = Flatten(0.01)
    assert flatten.begin(T0, {1: 50.0})
    flatten.weigh(stands=True)
    assert not flatten.is_confirmed
    assert not flatten.sells(1, 50.0)
    flatten.weigh(stands=True)
    assert flatten.sells(1, 50.0)


def test_trip_when_it_was_answered_then_it_is_not_answered_again() -> None:
    flatten = begun({1: 100.0})
    flatten.leave(1)
    assert not flatten.begin(T0, {1: 100.0})
    assert not flatten.is_pending
    assert flatten.begin(T0 + timedelta(hours=1), {1: 90.0})


def test_position_when_it_was_opened_after_the_trip_then_it_is_left_alone() -> None:
    flatten = begun({1: 100.0})
    assert not flatten.sells(2, 50.0)
    assert not flatten.sells(2, 50.0)


def test_trip_when_it_ends_then_nothing_more_is_sold() -> None:
    flatten = begun({1: 100.0, 2: 50.0})
    assert flatten.sells(1, 100.0)
    flatten.stop()
    assert not flatten.is_pending
    assert not flatten.sells(1, 100.0)


def test_positions_when_they_closed_meanwhile_then_they_are_forgotten() -> None:
    flatten = begun({1: 100.0, 2: 50.0})
    flatten.keep_only([2])
    assert not flatten.sells(1, 100.0)
    assert flatten.sells(2, 50.0)


@given(st.lists(st.tuples(st.integers(1, 3), st.floats(1, 200)), max_size=20))
def test_state_when_recalled_at_any_moment_then_it_decides_the_same(seen: list[tuple[int, float]]) -> None:
    flatten = begun({1: 100.0, 2: None})
    other = Flatten(0.01, flatten.remember())
    for trade_id, rate in seen:
        other = Flatten(0.01, other.remember())
        assert flatten.sells(trade_id, rate) == other.sells(trade_id, rate)
    assert flatten.remember() == other.remember()


def test_memory_when_nothing_happened_then_nothing_is_pending() -> None:
    assert not Flatten(0.01, FlattenMemory()).is_pending


def test_trip_when_an_earlier_one_came_by_a_clock_that_was_ahead_then_it_is_answered() -> None:
    flatten = Flatten(0.01)
    flatten.begin(T0 + timedelta(hours=8), {})
    flatten.turn_back(T0)
    assert flatten.begin(T0 + timedelta(minutes=1), {1: 100.0})
