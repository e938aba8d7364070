"""Limits on open positions, by confidence, by pair, and for added entries."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.decisions import Code, Unit
from freqtrade_riskkit.core.entry.positions import NoAddedEntries, OneEntryPerPair, PositionLimit
from freqtrade_riskkit.core.entry.request import SECOND_LEG, EntryKind
from tests.unit.core.entry.entry_cases import ACCOUNT, REQUEST

LIMIT = PositionLimit(normal=2, high=3, high_confidence=0.95)


@pytest.mark.parametrize(
    ("confidence", "open_positions", "allowed"),
    [
        (None, 1, True),
        (None, 2, False),
        (0.0, 1, True),
        (0.9499, 2, False),
        (0.95, 2, True),
        (0.95, 3, False),
        (1.0, 2, True),
        (1.0, 3, False),
    ],
)
def test_position_when_asked_for_then_the_limit_of_its_confidence_holds(
    confidence: float | None, open_positions: int, allowed: bool
) -> None:
    request = REQUEST._replace(confidence=confidence)

    decision = LIMIT.check(request, ACCOUNT._replace(open_positions=open_positions))

    assert decision.allowed is allowed
    if not allowed:
        high = confidence is not None and confidence >= 0.95
        assert (decision.code, decision.limit, decision.value, decision.unit) == (
            Code.POSITION_LIMIT,
            3 if high else 2,
            open_positions,
            Unit.COUNT,
        )


@pytest.mark.parametrize("confidence", [math.nan, math.inf, -math.inf, 1.0001, -0.01, 95.0])
def test_confidence_when_it_is_none_of_0_to_1_then_denied_even_with_nothing_open(confidence: float) -> None:
    """NaN on the signal, or a percentage: nothing that can be held against the limit."""
    decision = LIMIT.check(REQUEST._replace(confidence=confidence), ACCOUNT)

    assert (decision.allowed, decision.code) == (False, Code.CONFIDENCE_TOO_LOW)
    assert (decision.limit, decision.unit) == (0.95, Unit.RATIO)


@given(
    st.none() | st.integers(1, 6),
    st.none() | st.integers(1, 6),
    st.sampled_from([1.0, 4.0, math.inf]),
    st.none() | st.floats(0, 1),
)
def test_least_limit_when_there_are_several_then_no_confidence_has_a_smaller_one(
    normal: int | None, high: int | None, cap: float, confidence: float | None
) -> None:
    limit = PositionLimit(normal, high, 0.5, cap)

    assert limit.least <= limit.limit_for(confidence)
    assert limit.least in (limit.limit_for(None), limit.limit_for(1.0))


def test_confidence_when_only_one_limit_is_set_then_it_says_nothing() -> None:
    limit = PositionLimit(normal=2, high=None, high_confidence=0.95)

    assert limit.check(REQUEST._replace(confidence=math.nan), ACCOUNT).allowed
    assert limit.limit_for(1.0) == 2


@pytest.mark.parametrize(
    ("normal", "high", "cap", "confidence", "limit"),
    [
        (2, 3, 1, 0.99, 1),
        (2, 3, 3, 0.99, 3),
        (2, 3, 2, 0.99, 2),
        (None, None, 4, None, 4),
        (None, None, math.inf, None, math.inf),
        (5, None, 4, None, 4),
        (5, 7, 6, None, 5),
    ],
)
def test_limits_when_several_apply_then_the_smallest_wins(
    normal: int | None, high: int | None, cap: float, confidence: float | None, limit: float
) -> None:
    assert PositionLimit(normal, high, 0.95, cap).limit_for(confidence) == limit


@pytest.mark.parametrize("kind", [EntryKind.ADDED, EntryKind.REPLACED])
def test_entry_when_it_opens_no_position_then_no_limit_holds(kind: EntryKind) -> None:
    request = REQUEST._replace(kind=kind, confidence=math.nan)

    assert LIMIT.check(request, ACCOUNT._replace(open_positions=99)).allowed


@given(
    st.integers(1, 20),
    st.integers(0, 20),
    st.floats(0.01, 1.0),
    st.one_of(st.none(), st.floats(allow_nan=True)),
    st.integers(0, 60),
)
def test_position_when_allowed_then_never_more_are_open_than_the_higher_limit(
    normal: int, more: int, bar: float, confidence: float | None, open_positions: int
) -> None:
    limit = PositionLimit(normal, normal + more, bar)
    account = ACCOUNT._replace(open_positions=open_positions)

    if limit.check(REQUEST._replace(confidence=confidence), account).allowed:
        assert open_positions + 1 <= normal + more
        assert open_positions + 1 <= normal or (confidence is not None and bar <= confidence <= 1)


@pytest.mark.parametrize(
    ("kind", "pair_is_open", "allowed"),
    [
        (EntryKind.INITIAL, True, False),
        (EntryKind.INITIAL, False, True),
        (EntryKind.ADDED, True, True),
        (EntryKind.REPLACED, True, True),
    ],
)
def test_pair_when_open_already_then_no_second_position(
    kind: EntryKind, pair_is_open: bool, allowed: bool
) -> None:
    request = REQUEST._replace(kind=kind)

    decision = OneEntryPerPair().check(request, ACCOUNT._replace(pair_is_open=pair_is_open))

    assert decision.allowed is allowed
    assert decision.code is (None if allowed else Code.PAIR_ALREADY_OPEN)


@pytest.mark.parametrize("kind", list(EntryKind))
def test_added_entries_when_switched_off_then_only_they_are_denied(kind: EntryKind) -> None:
    decision = NoAddedEntries("riskkit.micro_cap.enable_dca is false").check(
        REQUEST._replace(kind=kind), ACCOUNT
    )

    assert decision.allowed is (kind is not EntryKind.ADDED)
    if kind is EntryKind.ADDED:
        assert decision.message() == "DCA_DISABLED: riskkit.micro_cap.enable_dca is false"


@pytest.mark.parametrize("confidence", [None, 0.5, math.nan])
def test_second_leg_when_every_place_is_taken_then_no_limit_on_positions_stops_it(
    confidence: float | None,
) -> None:
    leg = REQUEST._replace(enter_tag=SECOND_LEG, confidence=confidence)
    account = ACCOUNT._replace(open_positions=9, pair_is_open=True)

    assert LIMIT.check(leg, account).allowed
    assert OneEntryPerPair().check(leg, account).allowed
    assert not OneEntryPerPair().check(REQUEST, account).allowed


def test_second_leg_when_it_is_an_added_entry_then_additions_stay_denied() -> None:
    leg = REQUEST._replace(kind=EntryKind.ADDED, enter_tag=SECOND_LEG)

    assert not NoAddedEntries("switched off").check(leg, ACCOUNT).allowed
