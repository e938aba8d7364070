"""How a bot's breaker begins where the ledger can't say what held before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from freqtrade_riskkit.core.breaker import Action, BreakerEvent, Manual, Trip, TripWay
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.desk_opener import DeskOpener
from tests.unit.core.breaker.cases import DEFAULTS
from tests.unit.host.freqtrade_cases import START


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
