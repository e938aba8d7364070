"""Trips by hand: each way has its own, and they go beside the rules without mixing with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerState,
    CircuitBreaker,
    Manual,
    Recovered,
    ResetWay,
    RuleName,
    Trip,
    TripEnded,
    TripWay,
)
from freqtrade_riskkit.core.decisions import Code, Unit
from tests.unit.core.breaker.cases import DAILY_LOSS, NO_RULES, STREAK, at, lose, trips

BY_HAND = [way for way in TripWay if way is not TripWay.RULE]


@pytest.mark.parametrize("way", BY_HAND)
def test_trip_by_hand_when_made_then_it_holds_until_a_person_resets_it(way: TripWay) -> None:
    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))

    (trip,) = breaker.trip(way, at("10:00"), "asked for by a person")

    assert trip == Trip(
        RuleName.MANUAL, at("10:00"), 0, 0, Unit.NONE, None, False, "asked for by a person", way
    )
    assert breaker.clock(at("30 10:00")) == []
    assert breaker.decide().message() == "MANUAL_TRIP: asked for by a person"
    reset = breaker.reset(at("30 11:00"), ResetWay.COMMAND)
    assert reset == [TripEnded(trip, at("30 11:00"), ResetWay.COMMAND), Recovered(at("30 11:00"))]
    assert breaker.state is BreakerState.CLOSED


def test_trips_by_hand_when_made_by_several_ways_then_each_ends_by_its_own() -> None:
    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))
    breaker.trip(TripWay.FLAG_FILE, at("10:00"), "riskkit.halt")
    breaker.trip(TripWay.PAUSE, at("10:01"), "paused")

    assert len(breaker.end_manual(TripWay.FLAG_FILE, at("10:02"), ResetWay.FLAG_REMOVED)) == 1
    assert [trip.way for trip in breaker.active_trips] == [TripWay.PAUSE]
    assert breaker.end_manual(TripWay.COMMAND, at("10:03"), ResetWay.COMMAND) == []
    assert breaker.state is BreakerState.OPEN
    assert breaker.end_manual(TripWay.PAUSE, at("10:04"), ResetWay.RESUMED)[-1] == Recovered(at("10:04"))


def test_trip_by_hand_when_there_already_then_it_is_not_doubled_nor_told_again() -> None:
    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))
    first = breaker.trip(TripWay.FLAG_FILE, at("10:00"), "riskkit.halt")

    assert breaker.trip(TripWay.FLAG_FILE, at("10:01"), "riskkit.halt") == []
    assert list(breaker.active_trips) == first


@pytest.mark.parametrize(
    ("first", "second", "kept", "told"),
    [
        ("12:00", "13:00", "13:00", True),
        ("13:00", "12:00", "13:00", False),
        ("12:00", None, None, True),
        (None, "12:00", None, False),
        ("12:00", "12:00", "12:00", False),
        ("12:00", "9:00", "12:00", False),
    ],
)
def test_foreign_lock_when_another_one_comes_then_the_later_end_is_kept(
    first: str | None, second: str | None, kept: str | None, told: bool
) -> None:
    def moment(text: str | None) -> datetime | None:
        return at(text) if text is not None else None

    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))
    breaker.trip(TripWay.FOREIGN_LOCK, at("10:00"), "lock 1", moment(first))

    events = breaker.trip(TripWay.FOREIGN_LOCK, at("11:00"), "lock 2", moment(second))

    assert [trip.until for trip in breaker.active_trips] == [moment(kept)]
    assert [trip.until for trip in trips(events)] == ([moment(kept)] if told else [])


def test_foreign_lock_when_its_end_comes_then_it_ends_as_a_lock_and_without_a_cooldown() -> None:
    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))
    (trip,) = trips(breaker.trip(TripWay.FOREIGN_LOCK, at("10:00"), "lock 1", at("12:00")))

    assert breaker.clock(at("12:00")) == [
        TripEnded(trip, at("12:00"), ResetWay.LOCK_ENDED),
        Recovered(at("12:00")),
    ]


def test_trip_by_command_when_its_end_comes_then_it_ends_by_time() -> None:
    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))
    breaker.trip(TripWay.COMMAND, at("10:00"), "for an hour", at("11:00"))

    assert [event.way for event in breaker.clock(at("11:00")) if isinstance(event, TripEnded)] == [
        ResetWay.TIME
    ]


@pytest.mark.parametrize("until", ["9:59", "10:00"])
def test_trip_by_hand_when_its_end_is_past_then_nothing_trips(until: str) -> None:
    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))

    assert breaker.trip(TripWay.FOREIGN_LOCK, at("10:00"), "an old lock", at(until)) == []
    assert breaker.decide().allowed


@pytest.mark.parametrize(
    ("way", "asked", "action"),
    [
        (TripWay.COMMAND, None, Action.CANCEL),
        (TripWay.COMMAND, Action.FLATTEN, Action.FLATTEN),
        (TripWay.COMMAND, Action.BLOCK, Action.BLOCK),
        (TripWay.FLAG_FILE, None, Action.CANCEL),
        (TripWay.FOREIGN_LOCK, None, Action.BLOCK),
        (TripWay.FOREIGN_LOCK, Action.FLATTEN, Action.BLOCK),
    ],
)
def test_action_when_tripped_by_hand_then_it_is_the_one_asked_for_or_the_policys_but_a_lock_only_blocks(
    way: TripWay, asked: Action | None, action: Action
) -> None:
    policy = replace(NO_RULES, manual=Manual(Action.CANCEL))
    breaker = CircuitBreaker(policy, 1000, at("9:00"))

    breaker.trip(way, at("10:00"), "by hand", action=asked)

    assert breaker.action is action


def test_action_when_asked_for_more_by_the_same_way_then_the_stronger_holds_and_is_told() -> None:
    breaker = CircuitBreaker(NO_RULES, 1000, at("9:00"))
    breaker.trip(TripWay.COMMAND, at("10:00"), "by hand")

    (told,) = trips(breaker.trip(TripWay.COMMAND, at("10:05"), "by hand", action=Action.FLATTEN))

    assert (told.at, told.action) == (at("10:05"), Action.FLATTEN)
    assert breaker.trip(TripWay.COMMAND, at("10:06"), "by hand", action=Action.CANCEL) == []
    assert breaker.action is Action.FLATTEN


def test_action_when_several_trips_hold_then_the_strongest_counts_until_it_ends() -> None:
    assert DAILY_LOSS.daily_loss is not None
    policy = replace(DAILY_LOSS, daily_loss=replace(DAILY_LOSS.daily_loss, action=Action.CANCEL))
    breaker = CircuitBreaker(policy, 1000, at("9:00"))
    assert breaker.action is None

    (trip,) = trips(breaker.trade_closed(940, -0.06, at("10:00")))
    breaker.trip(TripWay.COMMAND, at("10:05"), "by hand", action=Action.FLATTEN)

    assert trip.action is Action.CANCEL
    assert breaker.action is Action.FLATTEN
    breaker.end_manual(TripWay.COMMAND, at("10:10"), ResetWay.COMMAND)
    assert breaker.action is Action.CANCEL


def test_trips_by_hand_when_made_often_then_they_are_none_of_the_days_trips() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    for minute in range(10):
        breaker.trip(TripWay.COMMAND, at(f"9:{minute:02}"), "by hand")
        breaker.reset(at(f"9:{minute:02}"), ResetWay.COMMAND)

    (trip,) = lose(breaker, 5, at("10:00"))

    assert not trip.latched


def test_trip_by_hand_when_reset_then_no_baseline_moves() -> None:
    breaker = CircuitBreaker(DAILY_LOSS, 1000, at("9:00"))
    breaker.trade_closed(960, -0.04, at("9:30"))
    before = breaker.figures()
    breaker.trip(TripWay.COMMAND, at("10:00"), "by hand")

    breaker.reset(at("10:30"), ResetWay.COMMAND)

    assert breaker.figures() == before


def test_rule_when_it_reaches_its_limit_while_tripped_by_hand_then_it_trips_beside_it() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    breaker.trip(TripWay.FLAG_FILE, at("9:30"), "riskkit.halt")

    assert len(lose(breaker, 5, at("10:00"))) == 1
    breaker.end_manual(TripWay.FLAG_FILE, at("10:30"), ResetWay.FLAG_REMOVED)

    assert breaker.decide().code is Code.CONSECUTIVE_LOSSES_EXCEEDED


def test_cooldown_when_a_rule_ends_beside_a_trip_by_hand_then_it_is_over_with_its_own_time() -> None:
    """The streak ends at 11:00 and cools down to 11:15; who takes the flag away at 11:05 waits for that."""
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    breaker.trip(TripWay.FLAG_FILE, at("10:30"), "riskkit.halt")
    breaker.clock(at("11:00"))

    assert breaker.decide().code is Code.MANUAL_TRIP
    breaker.end_manual(TripWay.FLAG_FILE, at("11:05"), ResetWay.FLAG_REMOVED)
    assert breaker.state is BreakerState.COOLDOWN
    assert breaker.clock(at("11:15")) == [Recovered(at("11:15"))]


def test_cooldown_when_it_passes_beside_a_trip_by_hand_then_nothing_follows_its_end() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    breaker.trip(TripWay.FOREIGN_LOCK, at("10:30"), "lock 1", at("12:00"))

    breaker.clock(at("11:59"))
    assert breaker.cooldown_until is None
    assert breaker.state is BreakerState.OPEN
    assert breaker.clock(at("12:00"))[-1] == Recovered(at("12:00"))


def test_cooldown_when_tripped_by_hand_within_it_then_it_is_not_cut_short() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    lose(breaker, 5, at("10:00"))
    breaker.clock(at("11:00"))
    breaker.trip(TripWay.PAUSE, at("11:01"), "paused")

    breaker.end_manual(TripWay.PAUSE, at("11:02"), ResetWay.RESUMED)

    assert breaker.cooldown_until == at("11:15")


def test_trip_by_hand_when_a_rule_is_named_then_refused_and_nothing_changed() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    before = breaker.remember()

    with pytest.raises(ValueError, match="by itself"):
        breaker.trip(TripWay.RULE, at("10:00"), "by hand")
    with pytest.raises(ValueError, match="timezone"):
        naive = (at("10:00") + timedelta(hours=1)).replace(tzinfo=None)
        breaker.trip(TripWay.COMMAND, at("10:00"), "by hand", naive)

    assert breaker.remember() == before


def test_trips_by_hand_when_the_process_restarts_then_all_of_them_still_hold() -> None:
    breaker = CircuitBreaker(STREAK, 1000, at("9:00"))
    for way in BY_HAND:
        breaker.trip(way, at("10:00"), str(way), action=Action.CANCEL)

    again = CircuitBreaker.recall(STREAK, breaker.remember())

    assert again.active_trips == breaker.active_trips
    assert again.action is Action.CANCEL
