"""Deposits and withdrawals move what was put in; trading doesn't; what nothing explains is told once."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.cash_flows import (
    CashChange,
    CashFigures,
    CashFinding,
    CashFlow,
    CashMemory,
    after_flows,
    begin,
    judge,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
AMOUNTS = st.floats(-1e6, 1e6)


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


class Course:
    """Looks of one account that began with 1,000, a minute apart."""

    def __init__(self) -> None:
        self.memory = begin(CashFigures(1000, 1000), START)
        self.minutes = 0.0

    def look(
        self,
        put_in: float,
        *flows: CashFlow,
        equity: float | None = None,
        leaving: float = 0,
        after: float = 1,
    ) -> CashFinding | None:
        """Look after some minutes; equity is what was put in, unless there was profit or loss."""
        self.minutes += after
        self.memory, self.explained = after_flows(self.memory, flows)
        figures = CashFigures(put_in, put_in if equity is None else equity)
        self.memory, finding = judge(self.memory, figures, minute(self.minutes), leaving)
        return finding


def flow(amount: float, at: float = 0.5) -> CashFlow:
    return CashFlow(amount, minute(at), f"flow {at}")


def test_wallet_when_it_falls_and_stays_there_then_it_is_told_once_with_its_figures() -> None:
    course = Course()

    assert course.look(800) is None
    assert course.look(800) == CashFinding(CashChange.FALL, limit=10, value=200)
    assert [course.look(800) for _ in range(5)] == [None] * 5
    # Another fall from there is another episode.
    assert course.look(700) is None
    assert course.look(700) == CashFinding(CashChange.FALL, limit=8, value=100)


def test_wallet_when_it_rises_then_that_is_a_rise() -> None:
    course = Course()

    assert course.look(1500) is None
    assert course.look(1500) == CashFinding(CashChange.RISE, limit=15, value=500)


@pytest.mark.parametrize("between", [1000.0, 1200.0])
def test_fall_when_it_is_gone_at_the_next_look_then_nothing_is_told(between: float) -> None:
    """An order that the exchange filled and the bot hasn't heard of makes one, in either direction."""
    course = Course()

    assert [course.look(put_in) for put_in in (800, between, 800, 1000, 1000)] == [None] * 5
    assert course.memory.suspected_since is None


def test_fall_when_it_changes_while_it_is_watched_then_the_smallest_is_told() -> None:
    course = Course()

    assert [course.look(put_in, after=0.4) for put_in in (500, 950, 700)] == [None] * 3
    assert course.look(700, after=0.4) == CashFinding(CashChange.FALL, limit=10, value=50)


@pytest.mark.parametrize(("gap", "is_told"), [(-10.0, False), (-10.01, True), (10.0, False), (10.2, True)])
def test_difference_when_at_the_tolerance_then_only_a_larger_one_is_told(gap: float, is_told: bool) -> None:
    course = Course()
    course.look(1000 + gap)

    assert (course.look(1000 + gap) is not None) == is_told


def test_flows_when_the_wallet_moves_by_them_then_nothing_is_told() -> None:
    course = Course()

    assert course.look(1500, flow(500)) is None
    assert course.look(100, flow(-1000), flow(-400, at=1.5)) is None
    assert course.look(0, flow(-100)) is None
    assert [course.look(0) for _ in range(3)] == [None] * 3


def test_profits_when_they_are_taken_out_then_less_than_nothing_was_put_in() -> None:
    """1,000 made 600; 1,500 leave: what was put in is -500, the tolerance is still of the equity."""
    course = Course()

    assert course.look(1000, equity=1600) is None
    assert course.look(-500, flow(-1500), equity=100) is None
    assert course.memory.put_in == -500
    course.look(-502, equity=98)
    fall = course.look(-502, equity=98)
    assert fall is not None
    assert fall.limit == 1
    assert fall.value == pytest.approx(2, abs=0.01)


def test_deposit_when_the_wallet_does_not_move_then_it_is_told() -> None:
    course = Course()

    course.look(1000, flow(500))
    assert course.look(1000) == CashFinding(CashChange.FALL, limit=10, value=500)


def test_withdrawal_when_it_is_under_way_then_the_money_may_be_gone_already() -> None:
    course = Course()

    assert [course.look(800, leaving=200) for _ in range(10)] == [None] * 10
    assert course.look(800, flow(-200)) is None
    assert course.memory.put_in == 800
    # It covers no more than itself.
    course.look(500, leaving=200)
    assert course.look(500, leaving=200) == CashFinding(CashChange.FALL, limit=8, value=300)


def test_withdrawal_when_it_is_listed_only_after_the_fall_was_told_then_it_counts_once() -> None:
    course = Course()
    course.look(800)
    assert course.look(800) is not None

    assert course.look(800, flow(-150, at=0.9)) is None
    assert course.explained == -150
    assert (course.memory.reported, course.memory.put_in) == (-50, 800)
    # What began later is another one, and so is a deposit.
    assert course.look(1000, flow(-100, at=4), flow(300, at=0.9)) is None
    assert (course.explained, course.memory.reported) == (0, -50)
    assert [course.look(1000) for _ in range(3)] == [None] * 3


def test_small_errors_when_they_come_slowly_then_they_are_forgiven_and_a_leak_is_not() -> None:
    slow, leak = Course(), Course()

    # 0.3 % a day for 30 days; 0.9 % every hour.
    assert [slow.look(1000 - 3 * day, after=1440) for day in range(1, 31)] == [None] * 30
    told = [leak.look(1000 - 9 * hour, after=60) for hour in range(1, 5)]
    assert next(finding for finding in told if finding is not None).change is CashChange.FALL


def test_clock_when_it_goes_back_then_no_time_has_passed() -> None:
    course = Course()
    course.look(995, after=60)
    before = course.memory

    assert course.look(995, after=-30) is None
    assert course.memory.put_in == before.put_in


@given(st.lists(AMOUNTS.filter(bool), max_size=8), st.lists(st.floats(-500, 500), max_size=8))
def test_account_when_only_flows_and_trades_move_it_then_nothing_is_ever_told(
    flows: list[float], profits: list[float]
) -> None:
    course = Course()
    put_in, profit = 1000.0, 0.0
    for number, amount in enumerate(flows):
        put_in += amount
        profit += profits[number] if number < len(profits) else 0
        assert course.look(put_in, flow(amount, at=number), equity=put_in + profit) is None
    assert course.look(put_in, equity=put_in + profit) is None


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(-1e6, 1e6), st.integers(2, 6))
def test_change_when_it_lasts_then_it_is_told_at_most_once(
    put_in: float, equity: float, later: float, looks: int
) -> None:
    course = Course()
    course.memory = CashMemory(put_in, equity, START)

    told = [course.look(later, equity=equity) for _ in range(looks)]
    assert len([finding for finding in told if finding is not None]) <= 1
    limit = max(0.01 * equity, 1e-6 * abs(put_in))
    assert (told[1] is not None) == (abs(later - put_in) > limit)


def test_figures_when_they_are_no_numbers_then_they_are_refused() -> None:
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite"):
            CashFlow(bad, START, "a")
        with pytest.raises(ValueError, match="finite"):
            CashFigures(bad, 1)
        with pytest.raises(ValueError, match="finite"):
            CashFigures(1, bad)
        with pytest.raises(ValueError, match="under way"):
            judge(begin(CashFigures(1, 1), START), CashFigures(1, 1), START, bad)
    with pytest.raises(ValueError, match="not 0"):
        CashFlow(0, START, "a")
    with pytest.raises(ValueError, match="timezone"):
        CashFlow(1, START.replace(tzinfo=None), "a")
    with pytest.raises(ValueError, match="timezone"):
        judge(begin(CashFigures(1, 1), START), CashFigures(1, 1), START.replace(tzinfo=None))


def test_finding_when_told_then_it_has_its_code_and_numbers() -> None:
    finding = CashFinding(CashChange.FALL, limit=10, value=200)

    assert finding.decision().allowed
    assert finding.decision("why").message("USDT") == (
        "CASH_FLOW_UNEXPLAINED: limit=10.00 USDT, value=200.00 USDT, why"
    )


def test_memory_when_nothing_was_told_then_flows_only_move_what_was_put_in() -> None:
    memory = begin(CashFigures(1000, 1200), START)

    assert after_flows(memory, [flow(5), flow(-2)]) == (replace(memory, put_in=1003), 0)
