"""Closed trades of a bot's database are each handed over once, in whatever order their dates come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freqtrade.persistence import Trade, init_db
from sqlalchemy import CursorResult, text

from freqtrade_riskkit.host.trades import DatabaseTrades

NOON = datetime(2024, 8, 5, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def database() -> Iterator[None]:
    """Freqtrade's own tables, in memory."""
    init_db("sqlite://")
    engine = Trade.session.get_bind()
    yield
    Trade.session.remove()
    engine.dispose()


def put(number: int, *, minutes: float | None, opened: float = 0.0) -> Trade:
    """Keep a trade that opened and closed so many minutes after noon, or that is still open."""
    made = Trade(
        id=number,
        pair="BTC/USDT",
        stake_currency="USDT",
        exchange="binance",
        open_rate=100.0,
        open_date=NOON + timedelta(minutes=opened),
        amount=1.0,
        stake_amount=100.0,
        fee_open=0.001,
        fee_close=0.001,
        is_open=minutes is None,
    )
    if minutes is not None:
        made.close_date = NOON + timedelta(minutes=minutes)
    made.close_rate, made.close_profit_abs = 101.0, 1.0
    Trade.session.add(made)
    Trade.commit()
    return made


def taken(feed: DatabaseTrades) -> list[int]:
    return [trade.id for trade in feed.take_new()]


def test_trades_when_taken_then_each_once_in_the_order_of_closing() -> None:
    put(1, minutes=10)
    put(2, minutes=5)
    put(3, minutes=None)
    feed = DatabaseTrades()

    assert taken(feed) == [2, 1]
    assert taken(feed) == []
    put(4, minutes=20)
    assert taken(feed) == [4]


def test_trade_when_it_closed_at_the_very_moment_of_another_then_found_as_well() -> None:
    put(1, minutes=10)
    feed = DatabaseTrades()
    taken(feed)

    put(2, minutes=10)

    assert taken(feed) == [2]
    assert taken(feed) == []


@pytest.mark.parametrize("minutes", [9.9, -60, -6 * 24 * 60])
def test_trade_when_freqtrade_learns_of_its_last_fill_late_then_found_though_newer_ones_were_taken(
    minutes: float,
) -> None:
    """A close date is that of the fill: an order that was polled later may have filled earlier."""
    put(1, minutes=10)
    feed = DatabaseTrades()
    taken(feed)

    put(2, minutes=minutes)

    assert taken(feed) == [2]
    assert taken(feed) == []


def test_trade_when_its_id_was_given_before_then_it_is_another_one() -> None:
    """A person deleted the newest trade; SQLite gives its number again."""
    first = put(1, minutes=10)
    feed = DatabaseTrades()
    taken(feed)
    Trade.session.delete(first)
    Trade.commit()

    again = put(1, minutes=None, opened=15)
    assert taken(feed) == []
    assert feed.not_taken() == {1}
    again.is_open, again.close_date = False, NOON + timedelta(minutes=30)
    Trade.commit()

    assert taken(feed) == [1]
    assert taken(feed) == []


@pytest.mark.parametrize("minutes", [9.9, 10.1, 500, -6 * 24 * 60])
def test_trade_when_its_close_date_is_corrected_then_it_was_given_already(minutes: float) -> None:
    first = put(1, minutes=10)
    feed = DatabaseTrades()
    taken(feed)

    first.close_date = NOON + timedelta(minutes=minutes)
    Trade.commit()
    put(2, minutes=20)

    assert taken(feed) == [2]
    assert taken(feed) == []


def test_trades_when_none_was_given_yet_then_those_that_are_open_or_have_no_close_date_or_closed_since() -> (
    None
):
    put(1, minutes=10)
    put(2, minutes=None)
    feed = DatabaseTrades()
    taken(feed)
    assert feed.not_taken() == {2}

    dateless = put(3, minutes=20)
    dateless.close_date = None
    put(4, minutes=30)

    assert feed.not_taken() == {2, 3, 4}
    taken(feed)
    assert feed.not_taken() == {2, 3}


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("close_profit_abs", "NULL", r"is not closed completely \(no close_profit_abs\)"),
        ("close_rate", "NULL", r"is not closed completely \(no close_rate\)"),
        ("close_profit_abs", "9e999", "must be finite"),
        ("close_profit_abs", "'0,5'", "could not convert string to float"),
    ],
)
def test_trade_when_it_can_not_be_read_then_named_and_given_once_it_can_be_however_old_it_is(
    column: str, value: str, says: str
) -> None:
    put(1, minutes=10)
    put(2, minutes=60 * 24 * 30)
    (right,) = execute(f"SELECT {column} FROM trades WHERE id = 1").one()
    execute(f"UPDATE trades SET {column} = {value} WHERE id = 1")
    feed = DatabaseTrades()

    assert taken(feed) == [2]
    assert list(feed.odd) == [1]
    named = rf"trade 1( \(BTC/USDT\))?:? .*{says}.*; correct its row .* or delete it by .*/delete 1$"
    assert re.fullmatch(named, feed.odd[1].flaw)
    assert feed.look_again() == []
    assert (taken(feed), list(feed.odd)) == ([], [1])
    assert feed.not_taken() == {1}

    execute(f"UPDATE trades SET {column} = {right} WHERE id = 1")
    assert taken(feed) == []
    (mended,) = feed.look_again()
    assert (mended.id, list(feed.odd)) == (1, [1])
    feed.settle(mended)
    assert (taken(feed), feed.odd, feed.not_taken()) == ([], {}, frozenset())


def test_trade_when_it_can_not_be_read_and_is_deleted_then_forgotten_and_its_number_is_another_trades() -> (
    None
):
    put(1, minutes=10)
    execute("UPDATE trades SET close_profit_abs = NULL")
    feed = DatabaseTrades()
    assert taken(feed) == []
    execute("DELETE FROM trades")
    Trade.session.expunge_all()

    assert feed.look_again() == []
    assert feed.odd == {}
    put(1, minutes=30, opened=20)
    assert taken(feed) == [1]


def test_trade_when_closed_behind_the_sessions_back_then_read_as_it_is() -> None:
    """Freqtrade's session remembers open trades until it commits."""
    put(1, minutes=10)
    feed = DatabaseTrades()
    taken(feed)
    held = put(2, minutes=None)
    assert held.is_open
    with Trade.session.get_bind().connect() as other:
        closing = "is_open = 0, close_date = '2024-08-05 12:30:00', close_rate = 1.0, close_profit_abs = -1.0"
        other.execute(text(f"UPDATE trades SET {closing} WHERE id = 2"))
        other.commit()

    (given,) = feed.take_new()
    assert (given.id, given.is_open, given.close_profit_abs) == (2, False, -1.0)


def execute(statement: str) -> CursorResult[Any]:
    """Change the tables behind the back of Freqtrade's classes."""
    done: CursorResult[Any] = Trade.session.execute(text(statement))
    if not statement.startswith("SELECT"):
        Trade.session.commit()
    return done
