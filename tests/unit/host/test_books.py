"""The books take in every closed trade once, whole or not at all, and pass over none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host.books import AccountBooks, RealisedEquity
from tests.unit.host.freqtrade_cases import START, closed, order, trade


class Feed:
    """Hands over what a test put in."""

    def __init__(self) -> None:
        self.ready: list[LocalTrade] = []

    def take_new(self) -> Sequence[LocalTrade]:
        new, self.ready = self.ready, []
        return new


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def books(feed: Feed) -> AccountBooks:
    """Empty books that start with 1,000."""
    return AccountBooks(
        "main", feed, Performance("main", 1000), START, lambda trade_id: None, has_partial_exits=True
    )


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
    feed.ready = [done(1, 10.0), broken, done(3, 30.0)]

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


@pytest.mark.parametrize("field", ["close_profit_abs", "close_profit", "fee_close"])
def test_trade_when_a_figure_is_nan_then_refused_and_no_figure_took_it_in(
    books: AccountBooks, feed: Feed, field: str
) -> None:
    broken = done(1, 10.0)
    setattr(broken, field, float("nan"))
    feed.ready = [broken]

    with pytest.raises(ValueError, match="must be finite"):
        books.take_new_trades()

    assert (books.metrics().trades, books.records, books.orders.finished()) == (0, [], {})


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
