"""What a bot's keeper says before an entry."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from freqtrade_riskkit.core.breaker import BreakerState, CircuitBreaker
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_keeper import BotKeeper
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.cash_feed import CashFeed
from freqtrade_riskkit.host.odd_closes import OddCloses
from freqtrade_riskkit.host.realised_equity import RealisedEquity
from tests.unit.core.breaker.cases import DEFAULTS
from tests.unit.host.freqtrade_cases import START


def test_entry_when_prices_fell_since_the_loop_began_then_judged_at_the_newest_marks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Freqtrade prices the exits after the beginning of the loop, and asks for entries after that."""
    monkeypatch.setattr("freqtrade_riskkit.host.books.open_trades", list)
    profit = 0.0
    marks = SimpleNamespace(
        unrealised=lambda now, trades: profit, missing=(), adverse=0.0, oldest_age_seconds=0.0
    )
    feed = SimpleNamespace(take_new=list, odd={})
    books = AccountBooks("main", cast(Any, feed), Performance("main", 1000), START, lambda trade: None, True)
    desk = BreakerDesk(CircuitBreaker(DEFAULTS, 1000.0, START), "USDT", False, lambda event: None)
    books.attach(desk, RealisedEquity(1000.0, {}), marks)
    feeds = SimpleNamespace(errors=lambda desk: None, decide=lambda now: None)
    keeper = BotKeeper(
        books,
        OddCloses(books, cast(Any, feed)),
        cast(Any, SimpleNamespace(decide=lambda: None, denial=lambda why: None)),
        DEFAULTS,
        cast(Any, feeds),
        None,
        CashFeed(None, 1.0),
        cast(Any, None),
        "USDT",
        lambda: 1000.0,
        lambda text: None,
    )
    books.pass_time(START)
    assert (keeper.decide(START), desk.breaker.state) == (None, BreakerState.CLOSED)

    profit = -400.0

    assert keeper.decide(START) is None
    assert desk.breaker.state is BreakerState.OPEN
