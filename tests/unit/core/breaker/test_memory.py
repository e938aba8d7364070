"""A breaker that is made anew of its memory goes on as if nothing had happened."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerMemory,
    BreakerState,
    CircuitBreaker,
    DailyLoss,
    ErrorKind,
    ResetWay,
    RuleName,
    TripWay,
)
from tests.unit.core.breaker.cases import (
    ALL_RULES,
    AT_BOUNDARY,
    DAILY_LOSS,
    DEFAULTS,
    MIDNIGHT,
    STREAK,
    TIMED,
    at,
    lose,
    trips,
)


def test_recall_when_open_then_the_trip_ends_at_its_own_time() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    (trip,) = lose(breaker, 5, at("10:00"))

    again = CircuitBreaker.recall(STREAK, breaker.remember())

    assert again.active_trips == (trip,)
    assert again.decide() == breaker.decide()
    assert again.clock(at("11:00")) == breaker.clock(at("11:00"))
    assert again.remember() == breaker.remember()


def test_recall_when_the_process_was_away_over_everything_then_all_ends_are_told_once() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))

    again = CircuitBreaker.recall(STREAK, breaker.remember())

    assert len(again.clock(at("8 10:00"))) == 3
    assert again.clock(at("8 10:01")) == []
    assert again.decide().allowed


def test_recall_when_a_trip_was_today_then_the_next_one_latches() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    breaker.clock(at("12:00"))

    again = CircuitBreaker.recall(STREAK, breaker.remember())

    assert lose(again, 5, at("13:00"))[0].latched


def test_recall_when_a_reset_was_within_the_day_then_shown_and_compared_loss_stay_apart() -> None:
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))
    breaker.trade_closed(940, -0.06, at("10:00"))
    breaker.reset(at("10:30"), ResetWay.LOCK_DELETED)

    again = CircuitBreaker.recall(DAILY_LOSS, breaker.remember())

    assert again.day_loss == 60
    assert trips(again.trade_closed(900, -0.01, at("11:00"))) == []
    assert trips(again.trade_closed(893, -0.01, at("11:00")))


def test_recall_when_a_rule_was_switched_off_meanwhile_then_its_trip_still_holds_to_its_end() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))

    again = CircuitBreaker.recall(replace(STREAK, loss_streak=None), breaker.remember())

    assert not again.decide().allowed
    again.clock(at("11:15"))
    assert again.state is BreakerState.CLOSED


def test_recall_when_a_limit_was_tightened_meanwhile_then_the_new_limit_judges() -> None:
    breaker = CircuitBreaker(DEFAULTS, 1000, at("9:00"))
    breaker.trade_closed(955, -0.045, at("10:00"))
    tighter = replace(DEFAULTS, daily_loss=DailyLoss(0.04, MIDNIGHT, AT_BOUNDARY))

    again = CircuitBreaker.recall(tighter, breaker.remember())

    assert [trip.rule for trip in trips(again.clock(at("10:01")))] == [RuleName.DAILY_LOSS]


MEMORY = CircuitBreaker(TIMED, 1000, at("9:00")).remember()


@pytest.mark.parametrize(
    ("memory", "named"),
    [
        (replace(MEMORY, equity=math.nan), "equity"),
        (replace(MEMORY, peak=math.inf), "peak"),
        (replace(MEMORY, day_opening=math.nan), "day_opening"),
        (replace(MEMORY, day_baseline=-math.inf), "day_baseline"),
        (replace(MEMORY, samples=((at("9:00"), math.nan),)), "samples"),
        (replace(MEMORY, samples=((at("9:00").replace(tzinfo=None), 1000.0),)), "timezone"),
        (replace(MEMORY, order_times=(at("9:00").replace(tzinfo=None),)), "timezone"),
        (replace(MEMORY, errors=((ErrorKind.NETWORK, -1),)), "fewer than none"),
    ],
)
def test_recall_when_the_memory_holds_no_number_then_refused(memory: BreakerMemory, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        CircuitBreaker.recall(TIMED, memory)


STORED_BEFORE_ORDERS_AND_ERRORS = """
{"now":"2024-08-05T10:30:00Z","equity":955.0,"peak":1000.0,"day_started_at":"2024-08-05T00:00:00Z",
"day_opening":1000.0,"day_baseline":1000.0,
"samples":[["2024-08-05T09:00:00Z",1000.0],["2024-08-05T10:30:00Z",955.0]],"streak":6,
"active":[{"rule":"loss_streak","at":"2024-08-05T10:00:00Z","limit":5.0,"value":5.0,"unit":"count",
"until":"2024-08-05T11:00:00Z","latched":false,"detail":""}],"cooldown_until":null,
"trip_times":["2024-08-05T10:00:00Z"],"warned":["daily_loss"]}
"""


def test_recall_when_stored_before_there_were_orders_errors_and_hand_trips_then_it_goes_on() -> None:
    """The text is what the kit's first version wrote."""
    memory = TypeAdapter(BreakerMemory).validate_json(STORED_BEFORE_ORDERS_AND_ERRORS)

    again = CircuitBreaker.recall(ALL_RULES, memory)

    assert [(trip.rule, trip.way, trip.action) for trip in again.active_trips] == [
        (RuleName.LOSS_STREAK, TripWay.RULE, Action.BLOCK)
    ]
    assert again.day_loss == 45
    assert {figure.rule: figure.value for figure in again.figures()}[RuleName.ORDER_RATE] == 0
    again.clock(at("11:00"))
    assert again.cooldown_until == at("11:15")


def test_recall_when_rules_hold_beside_each_other_then_all_goes_on_also_from_text() -> None:
    breaker = CircuitBreaker(ALL_RULES, 1000, at("9:00"))
    for _ in range(11):
        breaker.order_placed(at("10:00"))
    for kind in (ErrorKind.FUNDS, ErrorKind.NETWORK):
        breaker.error(kind, at("10:01"))
    breaker.trip(TripWay.FLAG_FILE, at("10:02"), "riskkit.halt", action=Action.CANCEL)
    breaker.cash_flow(-100, at("10:03"))
    stored = TypeAdapter(BreakerMemory)

    again = CircuitBreaker.recall(ALL_RULES, stored.validate_json(stored.dump_json(breaker.remember())))

    assert again.remember() == breaker.remember()
    assert again.error(ErrorKind.FUNDS, at("10:05")) == breaker.error(ErrorKind.FUNDS, at("10:05"))
    assert again.clock(at("11:00")) == breaker.clock(at("11:00"))
    assert again.remember() == breaker.remember()
    assert again.action is Action.CANCEL
