"""Entries on data that is missing, old, frozen or contradicts itself."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.decisions import ALLOWED, Code, Unit
from freqtrade_riskkit.core.freshness import (
    ClockSeen,
    DataSeen,
    Freshness,
    PairAge,
    Shortfall,
    is_short_of,
    look_every,
)

FRESHNESS = Freshness(max_mark_age_seconds=120.0, max_clock_skew_seconds=5.0)
GOOD = DataSeen(
    marks=(PairAge("BTC/USDT", 4.0),),
    unanswered=(PairAge("BTC/USDT", 30.0),),
    still=(PairAge("BTC/USDT", 0.0),),
    clock=ClockSeen(0.2, 59.0),
)


def test_data_when_all_is_fresh_then_allowed() -> None:
    assert FRESHNESS.check(GOOD) == ALLOWED
    assert FRESHNESS.check(DataSeen()) == ALLOWED


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"missing": ("BTC/USDT", "ETH/USDT")},
            "DATA_STALE: limit=120 s, no rate of BTC/USDT, ETH/USDT is known",
        ),
        (
            {"marks": (PairAge("BTC/USDT", 121.0), PairAge("ETH/USDT", 500.0), PairAge("XRP/USDT", 130.0))},
            "DATA_STALE: limit=120 s, value=500 s, the mark of ETH/USDT is old",
        ),
        (
            {"unanswered": (PairAge("BTC/USDT", 150.0),)},
            "DATA_STALE: limit=120 s, value=150 s, no ticker of BTC/USDT comes",
        ),
        (
            {"still": (PairAge("BTC/USDT", 150.0),)},
            "DATA_STALE: limit=120 s, value=150 s, the ticker of BTC/USDT is frozen",
        ),
        ({"clock": ClockSeen(None)}, "DATA_STALE: limit=120 s, the exchange hasn't told its time yet"),
        (
            {"clock": ClockSeen(0.0, 121.0)},
            "DATA_STALE: limit=120 s, value=121 s, the exchange doesn't tell its time",
        ),
        (
            {"clock": ClockSeen(-9.0, 10.0)},
            "DATA_STALE: limit=5 s, value=9 s, the clocks of exchange and bot differ",
        ),
        (
            {"wallet_unread_seconds": 200.0},
            "DATA_STALE: limit=120 s, value=200 s, the wallet can't be read",
        ),
        (
            {"shortfalls": (Shortfall("BTC", ("BTC/USDT",), 0.5, 0.1),)},
            "DATA_STALE: BTC/USDT: open trades hold 0.5 BTC, the wallet has 0.1",
        ),
    ],
)
def test_data_when_something_is_wrong_then_denied_with_its_numbers(
    changes: dict[str, object], message: str
) -> None:
    decision = FRESHNESS.check(replace(GOOD, **changes))  # type: ignore[arg-type]

    assert (decision.allowed, decision.code) == (False, Code.DATA_STALE)
    assert decision.message() == message


@pytest.mark.parametrize(
    "changes",
    [
        {"marks": (PairAge("BTC/USDT", math.nan),)},
        {"unanswered": (PairAge("BTC/USDT", math.nan),)},
        {"still": (PairAge("BTC/USDT", math.nan),)},
        {"clock": ClockSeen(math.nan, 1.0)},
        {"clock": ClockSeen(0.0, math.nan)},
        {"wallet_unread_seconds": math.nan},
    ],
)
def test_data_when_a_figure_is_nan_then_denied(changes: dict[str, object]) -> None:
    assert not FRESHNESS.check(replace(GOOD, **changes)).allowed  # type: ignore[arg-type]


@given(
    ages=st.lists(st.floats(0.0, 300.0), min_size=1, max_size=5),
    limit=st.floats(1.0, 250.0),
    which=st.sampled_from(["marks", "unanswered", "still"]),
)
def test_ages_when_any_is_above_the_limit_then_denied_with_the_worst_and_exactly_the_limit_passes(
    ages: list[float], limit: float, which: str
) -> None:
    rule = Freshness(limit, 5.0)
    pairs = tuple(PairAge(f"P{number}/USDT", age) for number, age in enumerate([*ages, limit]))

    decision = rule.check(DataSeen(**{which: pairs}))  # type: ignore[arg-type]

    assert decision.allowed == (max(ages) <= limit)
    if not decision.allowed:
        assert (decision.value, decision.limit, decision.unit) == (max(ages), limit, Unit.SECONDS)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_limits_when_they_can_be_none_then_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="max_mark_age_seconds"):
        Freshness(bad, 5.0)
    with pytest.raises(ValueError, match="max_clock_skew_seconds"):
        Freshness(120.0, bad)


@pytest.mark.parametrize(
    ("owned", "expected"), [(1.0, False), (0.98, False), (0.979, True), (0.0, True), (math.nan, True)]
)
def test_wallet_when_less_than_the_tolerance_is_missing_then_fine(owned: float, expected: bool) -> None:
    assert is_short_of(1.0, owned, tolerance=0.02) is expected


@pytest.mark.parametrize(("limit", "expected"), [(120.0, 30.0), (90.0, 30.0), (6.0, 2.0), (math.inf, 30.0)])
def test_looks_when_the_limit_is_small_then_three_within_it(limit: float, expected: float) -> None:
    assert look_every(limit, timedelta(seconds=30)) == timedelta(seconds=expected)
