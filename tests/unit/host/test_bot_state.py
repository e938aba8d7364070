"""What a bot remembers comes back from its text as it was, whatever had happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.breaker import CircuitBreaker, ResetWay
from freqtrade_riskkit.host.bot_state import VERSION, BotState, StateUnreadable, from_text, to_text
from tests.unit.core.breaker.cases import DEFAULTS

START = datetime(2024, 8, 5, 9, 0, 0, 123456, tzinfo=UTC)
STATE = BotState(
    version=VERSION,
    currency="USDT",
    starting_balance=1000.0,
    breaker=CircuitBreaker(DEFAULTS, 1000.0, START).remember(),
    equity_base=1000.0,
    open_realised={},
    booked_until=START,
    booked_ids=frozenset(),
)
moves = st.tuples(
    st.floats(-60, 60),
    st.sampled_from([-0.01, 0.0, 0.01]),
    st.integers(0, 5 * 10**10).map(lambda count: timedelta(microseconds=count)),
    st.booleans(),
)


@given(
    st.lists(moves, max_size=25),
    st.dictionaries(st.integers(1, 10**6), st.floats(-1e6, 1e6), max_size=3),
    st.frozensets(st.integers(1, 10**6), max_size=3),
)
def test_state_when_written_and_read_back_then_equal_and_the_breaker_goes_on_alike(
    moves: list[tuple[float, float, timedelta, bool]],
    open_realised: dict[int, float],
    booked_ids: frozenset[int],
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
        booked_ids=booked_ids,
        booked_until=now,
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
