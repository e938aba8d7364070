"""How a bot's breaker begins where the ledger can't say what held before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from freqtrade.persistence import PairLocks

from freqtrade_riskkit.core.breaker import Action, BreakerEvent, Manual, Trip, TripWay
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host import locks
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.desk_opener import DeskOpener
from tests.unit.core.breaker.cases import DEFAULTS
from tests.unit.host.freqtrade_cases import START
from tests.unit.host.freqtrade_database import freqtrade_database

HOUR = timedelta(hours=1)
DRAWDOWN = "DRAWDOWN_EXCEEDED: limit=0.1500, value=0.1600"
UNEXPLAINED = "the ledger has no record of a trip whose lock stands"


@pytest.fixture(autouse=True)
def _database() -> Iterator[None]:
    with freqtrade_database():
        yield


@pytest.fixture(autouse=True)
def _no_trades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freqtrade_riskkit.host.desk_opener.open_trades", list)


class Opened:
    """A breaker that began anew, of a policy that sells where a person trips it."""

    def __init__(self, by_hand: Action = Action.FLATTEN) -> None:
        self.told: list[BreakerEvent] = []
        self.books = AccountBooks(
            "main", cast(Any, None), Performance("main", 1000), START, lambda trade: None, True
        )
        policy = replace(DEFAULTS, manual=Manual(by_hand))
        acts = cast(Any, object())
        self.opener = DeskOpener(
            self.books, policy, None, acts, "USDT", 1000.0, lambda text: None, self.told.append
        )
        self.opener.begin(START)

    @property
    def desk(self) -> BreakerDesk:
        assert self.books.desk is not None
        return self.books.desk

    @property
    def trips(self) -> list[Trip]:
        """The trips that were told of."""
        return [event for event in self.told if isinstance(event, Trip)]


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
    by_hand: Action,
) -> None:
    """Nobody has asked for what a trip by hand may do besides."""
    opened = Opened(by_hand)
    opened.opener.doubt(START)

    assert not opened.desk.breaker.decide().allowed
    (trip,) = opened.desk.breaker.active_trips
    assert (trip.way, trip.detail) == (TripWay.LEDGER, "the ledger was damaged")
    assert (trip.action, trip.until) == (Action.BLOCK, None)
    assert opened.trips == [trip]


def test_breaker_when_a_lock_of_the_kit_proves_a_trip_then_tripped_as_long_as_it_holds_and_told() -> None:
    """Nothing is sold for it, and the lock's reason says what it was about."""
    locks.lock_all(locks.marked(DRAWDOWN), None, START - HOUR)
    opened = Opened()
    opened.opener.doubt_locks(START)

    (trip,) = opened.desk.breaker.active_trips
    assert (trip.way, trip.detail) == (TripWay.LEDGER, f"{UNEXPLAINED}: {DRAWDOWN}")
    assert (trip.action, trip.until) == (Action.BLOCK, None)
    assert opened.trips == [trip]


def test_breaker_when_the_lock_has_an_end_then_the_trip_has_the_same() -> None:
    """Of several the one that ends last counts."""
    for hours in (1, 3, 2):
        locks.lock_all(locks.marked(f"COOLDOWN: {hours}"), START + hours * HOUR, START - HOUR)
    opened = Opened()
    opened.opener.doubt_locks(START)

    (trip,) = opened.desk.breaker.active_trips
    assert (trip.detail, trip.until) == (f"{UNEXPLAINED}: COOLDOWN: 3", START + 3 * HOUR)


def test_breaker_when_its_record_is_lost_again_then_the_detail_is_still_the_first_locks() -> None:
    locks.lock_all(locks.marked(DRAWDOWN), None, START - HOUR)
    first = Opened()
    first.opener.doubt_locks(START)
    first.desk.settle_locks(START)
    again = Opened()
    again.opener.doubt_locks(START)
    assert again.trips == first.trips


def test_breaker_when_no_lock_is_the_kits_then_it_begins_closed() -> None:
    """A first start, one after mode off; locks that others made, that were taken back, or are over."""
    PairLocks.lock_pair("*", START + HOUR, "COOLDOWN: the strategy's own", now=START)
    PairLocks.lock_pair("BTC/USDT", START + HOUR, locks.marked(DRAWDOWN), now=START)
    locks.release([locks.lock_all(locks.marked(DRAWDOWN), None, START - HOUR)])
    locks.lock_all(locks.marked("COOLDOWN: until a moment ago"), START, START - HOUR)
    opened = Opened()
    opened.opener.doubt_locks(START)
    assert (opened.desk.breaker.active_trips, opened.told) == ((), [])


def test_breaker_when_it_tripped_before_the_ledger_answered_then_its_lock_is_explained() -> None:
    """Freqtrade locks at a close, when it asks the protection, whatever the ledger does."""
    opened = Opened()
    opened.desk.trade_closed(800.0, -0.2, START)
    wanted = opened.desk.wanted_lock()
    assert wanted is not None
    locks.lock_all(wanted.reason, wanted.until, START)
    tripped = list(opened.trips)
    opened.opener.doubt_locks(START)
    assert opened.trips == tripped != []


@pytest.mark.parametrize("is_older_there", [True, False])
def test_breaker_when_an_interim_one_wrote_a_lock_then_only_an_older_lock_proves_a_trip(
    is_older_there: bool,
) -> None:
    """The interim one judged before the balance was known; a flag file tripped it that is gone by now."""
    opened = Opened()
    if is_older_there:
        locks.lock_all(locks.marked(DRAWDOWN), None, START)
    interim = opened.desk
    interim.take_events(interim.breaker.trip(TripWay.FLAG_FILE, START, "smoke"))
    locks.lock_all(locks.marked(interim.trips[0].decision().message("USDT")), None, START)

    opened.opener.begin_again(900.0, START)
    opened.opener.doubt_locks(START)

    held = [trip.way for trip in opened.desk.breaker.active_trips]
    assert held == ([TripWay.LEDGER] if is_older_there else [])
