"""What a position's ladder reserved, and whether one more entry stays within it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.entry.ladder import Ladder

STAKES = st.floats(0.01, 1e6)


@pytest.mark.parametrize(
    ("first", "steps", "added", "stake", "covered"),
    [
        (1000, 2, 0, 2000, True),
        (1000, 2, 0, 2000.01, False),
        (1000, 2, 1500, 500, True),
        (1000, 2, 1500, 501, False),
        (1000, 2, 2500, 1, False),
        (1000, 0, 0, 1, False),
        (1000, -1, 0, 1, False),
        (0, 3, 0, 1, False),
        (0.1, 3, 0.2, 0.1, True),
    ],
    ids=[
        "the whole reserve at once",
        "a cent more",
        "just what is left",
        "one more than is left",
        "used up already",
        "no steps",
        "no end is no plan",
        "nothing filled yet",
        "just at it in floating point",
    ],
)
def test_entry_when_added_then_it_passes_up_to_the_reserve(
    first: float, steps: int, added: float, stake: float, covered: bool
) -> None:
    assert Ladder(first, steps, added).covers(stake) is covered


@given(STAKES, st.integers(0, 20), STAKES, STAKES)
def test_entries_when_one_after_another_then_together_never_beyond_the_reserve(
    first: float, steps: int, one: float, other: float
) -> None:
    added = 0.0
    for stake in (one, other) * 5:
        if Ladder(first, steps, added).covers(stake):
            added += stake
    assert added <= first * steps * (1 + 1e-8)


@given(STAKES, st.integers(1, 20))
def test_entries_when_of_the_first_ones_size_then_each_step_passes_and_none_more(
    first: float, steps: int
) -> None:
    passed, added = 0, 0.0
    while Ladder(first, steps, added).covers(first):
        added += first
        passed += 1
    assert passed == steps


@pytest.mark.parametrize("figure", [math.nan, math.inf, -1.0])
def test_figures_when_not_finite_or_negative_then_refused(figure: float) -> None:
    with pytest.raises(ValueError, match="first_stake"):
        Ladder(figure, 1, 0)
    with pytest.raises(ValueError, match="added of a ladder"):
        Ladder(100, 1, figure)
    with pytest.raises(ValueError, match="stake must be"):
        Ladder(100, 1, 0).covers(figure)


def test_steps_when_fewer_than_freqtrades_word_for_no_limit_then_refused() -> None:
    with pytest.raises(ValueError, match="-1 or more steps"):
        Ladder(100, -2, 0)
