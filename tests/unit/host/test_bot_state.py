"""What a bot remembers comes back from its text as it was, whatever had happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.breaker import Action, CircuitBreaker, ResetWay, RuleName, TripWay
from freqtrade_riskkit.core.flatten import FlattenMemory
from freqtrade_riskkit.host.bot_state import (
    VERSION,
    Booked,
    BotState,
    StateUnreadable,
    booked_trades,
    from_text,
    to_text,
)
from freqtrade_riskkit.host.cash_watch import CashState
from tests.unit.core.breaker.cases import DEFAULTS

START = datetime(2024, 8, 5, 9, 0, 0, 123456, tzinfo=UTC)
STATE = BotState(
    version=VERSION,
    currency="USDT",
    starting_balance=1000.0,
    breaker=CircuitBreaker(DEFAULTS, 1000.0, START).remember(),
    equity_base=1000.0,
    open_realised={},
    booked=Booked(0, None, frozenset()),
)
OF_VERSION_1 = (
    '{"version":1,"currency":"USDT","starting_balance":1000.0,"breaker":{"now":"2026-11-18T12:31:05.250000Z",'
    '"equity":965.0,"peak":1010.0,"day_started_at":"2026-11-18T00:00:00Z","day_opening":1000.0,'
    '"day_baseline":1000.0,"samples":[["2026-11-18T09:30:05.250000Z",1000.0],'
    '["2026-11-18T10:30:05.250000Z",1010.0],["2026-11-18T11:30:05.250000Z",995.0],'
    '["2026-11-18T12:30:05.250000Z",965.0]],"streak":2,"active":[{"rule":"loss_streak",'
    '"at":"2026-11-18T12:30:05.250000Z","limit":2.0,"value":2.0,"unit":"count",'
    '"until":"2026-11-18T13:30:05.250000Z","latched":false,"detail":""}],"cooldown_until":null,'
    '"trip_times":["2026-11-18T12:30:05.250000Z"],"warned":[]},"equity_base":963.5,"open_realised":{"7":1.5},'
    '"booked_until":"2026-11-17T12:30:05.250000Z","booked_ids":[4,5]}'
)
"""As the kit before order rate, errors, trips by hand, sales and cash flows wrote it."""
OF_VERSION_2 = (
    '{"version":2,"currency":"USDT","starting_balance":1000.0,"breaker":{"now":"2024-08-05T09:00:00.123456Z",'
    '"equity":1000.0,"peak":1000.0,"day_started_at":"2024-08-05T00:00:00Z","day_opening":1000.0,'
    '"day_baseline":1000.0,"samples":[["2024-08-05T09:00:00.123456Z",1000.0]],"streak":0,"active":[],'
    '"cooldown_until":null,"trip_times":[],"warned":[],"order_times":[],"errors":[]},"equity_base":990.0,'
    '"open_realised":{},"booked_until":"2024-08-04T09:00:00.123456Z","booked_ids":[4,5],'
    '"booked_at":{"4":"2024-08-05T06:00:00.123456Z","5":"2024-08-05T09:00:00.123456Z"},'
    '"flatten":{"began_at":null,"waiting":{},"selling":[],"confirmed":false},'
    '"cash":{"read":null,"memory":null},"data":{"marks":[],"stale":null,"cash_trouble":null}}'
)
"""As the kit wrote it while it told booked trades by their close dates."""
moves = st.tuples(
    st.floats(-60, 60),
    st.sampled_from([-0.01, 0.0, 0.01]),
    st.integers(0, 5 * 10**10).map(lambda count: timedelta(microseconds=count)),
    st.booleans(),
)


@given(
    st.lists(moves, max_size=25),
    st.dictionaries(st.integers(1, 10**6), st.floats(-1e6, 1e6), max_size=3),
    st.builds(
        Booked,
        st.integers(0, 10**6),
        st.none() | st.datetimes(timezones=st.just(UTC)),
        st.frozensets(st.integers(1, 10**6), max_size=3),
    ),
)
def test_state_when_written_and_read_back_then_equal_and_the_breaker_goes_on_alike(
    moves: list[tuple[float, float, timedelta, bool]],
    open_realised: dict[int, float],
    booked: Booked,
) -> None:
    breaker, now = CircuitBreaker(DEFAULTS, 1000.0, START), START
    for move, ratio, step, resets in moves:
        now += step
        breaker.trade_closed(breaker.equity + move, ratio, now)
        if resets:
            breaker.reset(now, ResetWay.LOCK_DELETED)
    state = replace(
        STATE,
        breaker=breaker.remember(),
        open_realised=open_realised,
        booked=booked,
    )

    read = from_text(to_text(state))

    assert read == state
    again = CircuitBreaker.recall(DEFAULTS, read.breaker)
    later = now + timedelta(hours=30)
    assert again.trade_closed(500.0, -0.1, later) == breaker.trade_closed(500.0, -0.1, later)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "null", "not json", to_text(STATE).replace('"equity_base":1000.0', '"equity_base":"x"')],
)
def test_text_when_it_is_no_state_then_refused(text: str) -> None:
    with pytest.raises(StateUnreadable, match="can't be read"):
        from_text(text)


def test_text_when_of_another_version_then_refused() -> None:
    with pytest.raises(StateUnreadable, match=f"version {VERSION + 1}, not {VERSION}"):
        from_text(to_text(replace(STATE, version=VERSION + 1)))


def test_text_when_version_1_wrote_it_then_it_goes_on_and_what_was_unknown_begins_empty() -> None:
    state = from_text(OF_VERSION_1)
    tripped_at = datetime(2026, 11, 18, 12, 30, 5, 250_000, tzinfo=UTC)
    assert (state.starting_balance, state.equity_base, state.open_realised) == (1000.0, 963.5, {7: 1.5})
    assert (state.booked_until, state.booked_ids) == (tripped_at - timedelta(hours=24), frozenset({4, 5}))
    assert state.flatten == FlattenMemory()
    assert state.cash == CashState()
    assert (state.breaker.order_times, state.breaker.errors) == ((), ())

    breaker = CircuitBreaker.recall(DEFAULTS, state.breaker)
    (trip,) = breaker.active_trips
    assert (trip.rule, trip.until) == (RuleName.LOSS_STREAK, tripped_at + timedelta(hours=1))
    assert (trip.way, trip.action) == (TripWay.RULE, Action.BLOCK)
    assert (breaker.equity, breaker.peak, breaker.day_loss) == (965.0, 1010.0, 35.0)
    breaker.clock(tripped_at + timedelta(hours=1))
    assert breaker.cooldown_until == tripped_at + timedelta(hours=1, minutes=15)
    assert from_text(to_text(state)) == state


@pytest.mark.parametrize(
    ("text", "trade_id", "hours", "is_booked"),
    [
        (OF_VERSION_1, 4, -1, True),
        (OF_VERSION_1, 6, -1, False),
        (OF_VERSION_1, 6, -25, True),
        (OF_VERSION_2, 4, -3, True),
        (OF_VERSION_2, 4, -2, False),
        (OF_VERSION_2, 6, -3, False),
        (OF_VERSION_2, 6, -25, True),
    ],
)
def test_trade_when_an_earlier_version_wrote_the_state_then_told_by_its_close_date(
    text: str, trade_id: int, hours: float, is_booked: bool
) -> None:
    """Of those that closed within a day before the last, version 1 knew the ids and version 2 the dates."""
    state = from_text(text)
    closed_at = state.breaker.now + timedelta(hours=hours)

    assert state.is_booked(trade_id, closed_at - timedelta(hours=1), closed_at) is is_booked


EVENING = START + timedelta(hours=9)


@pytest.mark.parametrize(
    ("trade_id", "entry_at", "is_booked"),
    [
        (7, START, True),
        (3, START - timedelta(days=400), True),
        (4, START, False),
        (8, START, False),
        (7, EVENING, False),
    ],
    ids=["the last one", "long ago", "was open", "a new id", "the id of a deleted trade"],
)
def test_trade_when_its_close_date_is_any_then_its_id_and_open_date_say_whether_it_is_booked(
    trade_id: int, entry_at: datetime, is_booked: bool
) -> None:
    taken_in = [(7, START), (5, START - timedelta(hours=1))]
    state = replace(STATE, booked=booked_trades(taken_in, unbooked=frozenset({4, 8})))
    assert state.booked is not None
    assert state.booked.besides == {4}

    for closed_at in (START - timedelta(days=400), START, START + timedelta(days=2)):
        assert from_text(to_text(state)).is_booked(trade_id, entry_at, closed_at) is is_booked


@pytest.mark.parametrize("version", [1, 2, 3])
def test_state_when_it_does_not_say_what_is_booked_then_refused(version: int) -> None:
    with pytest.raises(StateUnreadable, match="doesn't say what is booked"):
        from_text(to_text(replace(STATE, version=version, booked=None)))
