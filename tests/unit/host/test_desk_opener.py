"""How a bot's breaker begins where the ledger can't say what held before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from freqtrade_riskkit.core.breaker import Action, BreakerEvent, Manual, Trip, TripWay
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.desk_opener import DeskOpener
from tests.unit.core.breaker.cases import DEFAULTS
from tests.unit.host.freqtrade_cases import START


def test_breaker_when_it_began_before_the_balance_was_known_then_anew_and_its_own_trips_hold_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A trip by hand doesn't: what it hangs on, such as a flag file, is still there and trips again."""
    monkeypatch.setattr("freqtrade_riskkit.host.desk_opener.open_trades", list)
    books = AccountBooks("main", cast(Any, None), Performance("main", 1000), START, lambda trade: None, True)
    opener = DeskOpener(books, DEFAULTS, None, None, "USDT", 1000.0, lambda text: None, lambda event: None)
    opener.begin(START)
    assert books.desk is not None
    interim = books.desk.breaker
    interim.trip(TripWay.FLAG_FILE, START, "smoke")
    interim.equity_moved(100.0, START)
    rules = {trip.code for trip in interim.active_trips if not trip.is_manual}
    assert rules

    opener.begin_again(1500.0, START + timedelta(hours=1))

    breaker = books.desk.breaker
    assert (opener.starting_balance, breaker.equity, breaker.day_loss) == (1500.0, 1500.0, 0.0)
    (trip,) = breaker.active_trips
    assert trip.way is TripWay.LEDGER
    assert trip.detail.startswith("tripped before the balance was known: ")
    assert all(str(code) in trip.detail for code in rules)


@pytest.mark.parametrize("by_hand", list(Action))
def test_breaker_when_a_damaged_ledger_left_nothing_of_it_then_entries_are_denied_and_nothing_is_sold(
    monkeypatch: pytest.MonkeyPatch, by_hand: Action
) -> None:
    """Nobody has asked for what a trip by hand may do besides."""
    monkeypatch.setattr("freqtrade_riskkit.host.desk_opener.open_trades", list)
    told: list[BreakerEvent] = []
    books = AccountBooks("main", cast(Any, None), Performance("main", 1000), START, lambda trade: None, True)
    policy = replace(DEFAULTS, manual=Manual(by_hand))
    opener = DeskOpener(books, policy, None, None, "USDT", 1000.0, lambda text: None, told.append)

    opener.begin(START)
    opener.doubt(START)

    assert books.desk is not None
    assert not books.desk.breaker.decide().allowed
    (trip,) = books.desk.breaker.active_trips
    assert (trip.way, trip.detail) == (TripWay.LEDGER, "the ledger was damaged")
    assert (trip.action, trip.until) == (Action.BLOCK, None)
    assert [event for event in told if isinstance(event, Trip)] == [trip]
