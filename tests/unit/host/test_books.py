"""The books take in every closed trade once, whole or not at all, and pass over none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.breaker import CircuitBreaker
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host.backtest_books import BacktestBooks
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.realised_equity import RealisedEquity
from freqtrade_riskkit.host.trades import BacktestTrades
from tests.unit.core.breaker.cases import DEFAULTS
from tests.unit.host.freqtrade_cases import START, closed, order, trade


class Feed(BacktestTrades):
    """Hands over what a test puts in, to books of either kind."""

    def __init__(self) -> None:
        self.closed: list[LocalTrade] = []
        self.open: list[LocalTrade] = []
        self.taken = 0


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture(params=[AccountBooks, BacktestBooks])
def books(feed: Feed, request: pytest.FixtureRequest) -> AccountBooks:
    """Empty books that start with 1,000."""
    kind: type[AccountBooks] = request.param
    return kind("main", feed, Performance("main", 1000), START, lambda trade_id: None, True)


def done(number: int, profit: float) -> LocalTrade:
    """Make a closed trade."""
    orders = (order("buy", 10.0, 100.0), order("sell", 10.0, 110.0, hours=number))
    return closed(*orders, profit=profit, hours=number, id=number)


def test_trade_when_it_can_not_be_read_then_it_waits_in_its_place_and_none_is_passed_over(
    books: AccountBooks, feed: Feed
) -> None:
    """The second of three has no profit yet: each try fails until it has, and then all are there once."""
    broken = done(2, 20.0)
    broken.close_profit_abs = None
    feed.closed += [done(1, 10.0), broken, done(3, 30.0)]

    for _ in range(3):
        with pytest.raises(ValueError, match="trade 2"):
            books.take_new_trades()
        assert [record.trade_id for record in books.records] == [1]

    broken.close_profit_abs = 20.0
    assert books.take_new_trades()
    assert [record.trade_id for record in books.records] == [1, 2, 3]
    assert books.metrics().net_profit == 60
    assert books.orders.finished() == {"entry": {"filled": 3}, "exit": {"filled": 3}}
    assert not books.take_new_trades()


@pytest.mark.parametrize("field", ["close_profit_abs", "close_profit", "fee_open", "fee_close"])
def test_trade_when_a_figure_is_nan_then_refused_and_no_figure_took_it_in(
    books: AccountBooks, feed: Feed, field: str
) -> None:
    broken = done(1, 10.0)
    setattr(broken, field, float("nan"))
    feed.closed += [broken]

    with pytest.raises(ValueError, match="must be finite"):
        books.take_new_trades()

    assert (books.metrics().trades, books.records, books.orders.finished()) == (0, [], {})


@pytest.mark.parametrize("field", ["close_date", "close_rate", "close_profit_abs"])
def test_trade_when_it_is_not_closed_completely_then_refused(
    books: AccountBooks, feed: Feed, field: str
) -> None:
    broken = done(1, 10.0)
    setattr(broken, field, None)
    feed.closed += [broken]

    with pytest.raises(ValueError, match="not closed completely"):
        books.take_new_trades()

    assert books.records == []


def test_figures_when_asked_between_closes_then_complete_at_every_moment(
    books: AccountBooks, feed: Feed
) -> None:
    """Each answer is asked for at another moment, so that each has to catch up by itself."""
    feed.closed += [done(1, 10.0)]
    assert books.take_new_trades()
    assert books.metrics().net_profit == 10
    feed.closed += [done(2, -4.0), done(3, 1.0)]
    assert books.take_new_trades()
    assert books.orders.finished() == {"entry": {"filled": 3}, "exit": {"filled": 3}}
    feed.closed += [done(4, 2.0)]
    assert books.take_new_trades()
    assert [record.net_pnl for record in books.records] == [10.0, -4.0, 1.0, 2.0]
    assert books.performance.net_profit == 9
    assert (books.metrics().wins, books.metrics().losses) == (3, 1)


def test_trade_when_its_neighbours_can_not_be_marked_then_not_booked_and_booked_once_they_can(
    books: AccountBooks, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("freqtrade_riskkit.host.books.open_trades", lambda: [trade()])
    feed.open.append(trade())
    marks = UnreadableMarks()
    desk = BreakerDesk(CircuitBreaker(DEFAULTS, 1000.0, START), "USDT", False, lambda event: None)
    books.attach(desk, RealisedEquity(1000.0, {}), marks)
    feed.closed += [done(1, 10.0)]

    with pytest.raises(ValueError, match="unreadable"):
        books.take_new_trades()
    assert (books.records, desk.breaker.equity) == ([], 1000.0)

    marks.is_readable = True
    assert books.take_new_trades()
    assert (len(books.records), desk.breaker.equity) == (1, 1010.0)


def test_equity_when_parts_are_sold_then_booked_once_and_replaced_by_the_whole_profit_at_the_close() -> None:
    """1,000; a part earns 30, another one makes it 50; the whole trade closes with 40."""
    equity = RealisedEquity(1000.0, {})
    held = trade(order("buy", 10.0, 100.0), order("sell", 3.0, 110.0, hours=4), amount=7.0)

    held.realized_profit = 30.0
    assert equity.see_open([held]) == START.replace(hour=4)
    assert equity.see_open([held]) is None
    assert equity.value == 1030
    held.realized_profit = 50.0
    assert equity.see_open([held]) is not None
    assert equity.value == 1050
    assert equity.close(held.id, 40.0) == 1040
    assert equity.see_open([]) is None
    assert equity.value == 1040


class Marks:
    """Marks that a test says."""

    adverse = 0.0
    oldest_age_seconds = 0.0

    def __init__(self) -> None:
        self.sum = 0.0
        self.missing: tuple[str, ...] = ()

    def unrealised(self, now: datetime, trades: Sequence[LocalTrade]) -> float:
        return self.sum

    def rate(self, trade: LocalTrade) -> float | None:
        return None


class UnreadableMarks(Marks):
    """Marks that can't be worked out at first."""

    is_readable = False

    def unrealised(self, now: datetime, trades: Sequence[LocalTrade]) -> float:
        if not self.is_readable:
            raise ValueError("unreadable")
        return 0.0

    def unrealised_without(self, closed: LocalTrade, now: datetime, others: Sequence[LocalTrade]) -> float:
        return self.unrealised(now, others)


def test_mark_when_one_is_missing_then_losses_of_the_others_count_and_no_gain(
    books: AccountBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A position without a mark counts at its cost, which may be more than it is worth."""
    monkeypatch.setattr("freqtrade_riskkit.host.books.open_trades", list)
    marks = Marks()
    desk = BreakerDesk(CircuitBreaker(DEFAULTS, 1000.0, START), "USDT", False, lambda event: None)
    books.attach(desk, RealisedEquity(1000.0, {}), marks)
    equities = []
    for profit, missing in [(-20.0, ()), (-10.0, ("BTC/USDT",)), (-30.0, ("BTC/USDT",)), (5.0, ())]:
        marks.sum, marks.missing = profit, missing
        books.mark(START)
        equities.append(desk.breaker.equity)

    assert equities == [980.0, 980.0, 970.0, 1005.0]
