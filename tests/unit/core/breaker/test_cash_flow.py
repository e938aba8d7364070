"""Money that comes or goes is neither profit nor loss."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from freqtrade_riskkit.core.breaker import CircuitBreaker, RuleName
from tests.unit.core.breaker.cases import DEFAULTS, at, trips


def losses(breaker: CircuitBreaker) -> dict[RuleName, tuple[float, float]]:
    """Give limit and value of the two rules of losses."""
    shown = {figure.rule: (figure.limit, figure.value) for figure in breaker.figures()}
    return {rule: shown[rule] for rule in (RuleName.DAILY_LOSS, RuleName.DRAWDOWN)}


@pytest.mark.parametrize("amount", [-900.0, -500.0, 0.0, 1000.0, 1e9])
def test_money_when_it_comes_or_goes_without_a_loss_then_nothing_is_lost_and_nothing_trips(
    amount: float,
) -> None:
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))

    assert breaker.cash_flow(amount, at("10:00")) == []
    assert breaker.clock(at("8 10:00")) == []

    assert (breaker.equity, breaker.peak, breaker.day_loss) == (1000 + amount, 1000 + amount, 0)


def test_deposit_when_the_account_is_in_loss_then_the_loss_stays_and_what_it_is_part_of_grows() -> None:
    """40 lost of 1,000; with 1,000 more the daily limit is 0.05 of 2,000, the drawdown 40 of 2,000."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.trade_closed(960, -0.04, at("10:00"))

    breaker.cash_flow(1000, at("11:00"))

    assert losses(breaker)[RuleName.DAILY_LOSS] == pytest.approx((100, 40))
    assert losses(breaker)[RuleName.DRAWDOWN] == pytest.approx((0.15, 0.02))
    assert breaker.day_loss == 40
    assert trips(breaker.trade_closed(1900.01, -0.03, at("12:00"))) == []
    assert [trip.value for trip in trips(breaker.trade_closed(1900, -0.01, at("12:00")))] == [100]


def test_deposit_when_the_next_marks_hold_it_then_it_is_no_profit_that_a_loss_could_hide_behind() -> None:
    """Without the flow told, 500 more would lift the peak and cover a loss of 60."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.cash_flow(500, at("10:00"))
    assert breaker.equity_moved(1500, at("10:00")) == []

    (trip,) = trips(breaker.equity_moved(1425, at("10:05")))

    assert (trip.rule, trip.limit, trip.value) == (RuleName.DAILY_LOSS, 75, 75)


def test_money_when_it_goes_and_comes_back_then_all_is_as_if_it_had_stayed() -> None:
    """Flows that are told together are judged together."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.trade_closed(1030, 0.03, at("10:00"))
    breaker.trade_closed(1000, -0.03, at("11:00"))
    before = breaker.remember()

    breaker.cash_flow(-950, at("11:00"))
    breaker.cash_flow(950, at("11:00"))

    assert breaker.remember() == before


def test_withdrawal_when_the_account_is_in_loss_then_not_it_but_the_next_look_holds_it_against_the_rest() -> (
    None
):
    """40 lost of 1,000 are 4 %; with 500 gone they are 8 % of what the limit now counts from."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.trade_closed(960, -0.04, at("10:00"))

    assert breaker.cash_flow(-500, at("11:00")) == []

    (trip,) = trips(breaker.clock(at("11:01")))
    assert (trip.rule, trip.limit, trip.value) == (RuleName.DAILY_LOSS, 25, 40)


def test_withdrawal_when_nothing_is_left_then_the_loss_reads_as_whole_and_never_as_fine() -> None:
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.cash_flow(-1000, at("10:00"))

    found = trips(breaker.clock(at("10:01")))

    assert [trip.rule for trip in found] == [RuleName.DAILY_LOSS, RuleName.DRAWDOWN]
    assert not breaker.decide().allowed


def test_money_when_it_comes_then_the_loss_over_24_hours_shifts_at_every_moment() -> None:
    """1,000 at 9:00, 1,020 at 12:00, 1,000 at 15:00; 1,000 come at 16:00: 20 of 2,020 from 12:00 on."""
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.trade_closed(1020, 0.02, at("12:00"))
    breaker.trade_closed(1000, -0.02, at("15:00"))
    breaker.cash_flow(1000, at("16:00"))

    assert breaker.remember().samples == ((at("9:00"), 2000), (at("12:00"), 2020), (at("15:00"), 2000))
    breaker.clock(at("6 12:00"))
    assert losses(breaker)[RuleName.DAILY_LOSS] == pytest.approx((101, 20))


@pytest.mark.parametrize("amount", [math.nan, math.inf, -math.inf])
def test_money_when_its_amount_is_no_number_then_refused_and_nothing_changed(amount: float) -> None:
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    before = breaker.remember()

    with pytest.raises(ValueError, match="amount must be a finite number"):
        breaker.cash_flow(amount, at("10:00") + timedelta(days=1))

    assert breaker.remember() == before


def test_money_when_the_sum_is_beyond_all_numbers_then_refused_and_nothing_changed() -> None:
    breaker = CircuitBreaker(DEFAULTS, 1.7e308, at("9:00"))
    before = breaker.remember()

    with pytest.raises(ValueError, match="peak"):
        breaker.cash_flow(1.7e308, at("10:00"))

    assert breaker.remember() == before
