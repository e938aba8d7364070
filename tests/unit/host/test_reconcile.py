"""Recorded trades and orders become what Freqtrade's database has, whatever happened to either."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from freqtrade.persistence import Trade
from sqlalchemy import text

from freqtrade_riskkit.core.order_states import OrderState
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host import reconcile
from freqtrade_riskkit.host.bot_ledger import BotLedger, ledger_of
from freqtrade_riskkit.host.kept_orders import KeptOrders
from freqtrade_riskkit.host.reconcile import Reconcile
from freqtrade_riskkit.host.trade_rows import closed_after, closed_since, still_closed
from freqtrade_riskkit.host.translation import order_records, trade_record
from tests.support.last_used import open_last_used
from tests.unit.host.freqtrade_database import freqtrade_database
from tests.unit.host.trade_database import NOON, put_odd_trades, put_order, put_trade

URL = "sqlite:///riskkit.sqlite"


class Bot:
    """What of a bot fills the ledger with trades and orders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOON + timedelta(days=2)
        self.alerts: list[str] = []
        self.books: list[TradeRecord] = []
        self.start()

    def start(self) -> None:
        self.ledger: BotLedger = ledger_of(
            URL, self.folder, "main", lambda: "f1", denies=True, alert=self.alerts.append
        )
        self.orders = KeptOrders(self.ledger, "main", self.alerts.append)
        self.trades = Reconcile(self.ledger, self.orders, "main", Trade.session.execute, self.alerts.append)
        self.openings = -1

    def loop(self, minutes: float = 0.1) -> None:
        self.now += timedelta(minutes=minutes)
        self.ledger.load("any", self.now)
        if self.openings != self.ledger.openings:
            self.openings = self.ledger.openings
            self.orders.begin_anew()
            self.trades.begin_anew()
        if self.ledger.answers:
            self.orders.follow(Trade.get_open_trades(), self.now)
        if self.ledger.answers:
            self.trades.follow(self.books, self.now)

    def closes(self, trade: Trade) -> None:
        """Let the books take in a trade, as they do at once."""
        self.books.append(trade_record(trade, "main"))

    def recorded(self) -> list[TradeRecord]:
        ledger = open_last_used(URL, self.folder, "main")
        assert ledger is not None
        trades = ledger.trades()
        ledger.close()
        return trades

    def recorded_orders(self) -> dict[str, OrderState]:
        ledger = open_last_used(URL, self.folder, "main")
        assert ledger is not None
        orders = {record.order_id: record.state for record in ledger.orders()}
        ledger.close()
        return orders


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    with freqtrade_database():
        made = Bot(tmp_path)
        yield made
        made.ledger.close()


def in_database() -> list[TradeRecord]:
    """Give what Freqtrade's own classes say, translated, in the order of closing."""
    records = [trade_record(trade, "main") for trade in Trade.get_trades_proxy(is_open=False)]
    return sorted(records, key=lambda record: (record.exit_at, record.trade_id))


def change(statement: str) -> None:
    Trade.session.execute(text(statement))
    Trade.commit()
    Trade.session.expire_all()


def test_rows_when_read_by_plain_sql_then_translated_as_freqtrades_own_objects_are(bot: Bot) -> None:
    put_odd_trades(60)
    put_trade(61)

    read = closed_after(Trade.session.execute, "main", -1, 1000)

    assert sorted(read.records, key=lambda record: (record.exit_at, record.trade_id)) == in_database()
    assert (read.unreadable, read.last_id) == ({}, 60)
    first = closed_after(Trade.session.execute, "main", -1, 25)
    then = closed_after(Trade.session.execute, "main", 25, 25)
    assert [*first.records, *then.records] == read.records[:50]
    since = NOON + timedelta(minutes=20_000)
    recent = closed_since(Trade.session.execute, "main", since)
    assert recent.records == [record for record in read.records if record.exit_at >= since]


def test_history_when_the_bot_starts_then_recorded_by_portions_orders_included(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "TRADES_A_LOOP", 20)
    put_odd_trades(50)
    for _ in range(4):
        bot.loop()

    assert bot.recorded() == in_database()
    assert len(bot.recorded_orders()) == 50 * 5
    assert bot.alerts == []


def test_trade_when_it_closes_then_recorded_in_the_same_loop_with_its_orders(bot: Bot) -> None:
    trade = put_trade(1)
    bot.loop()
    assert bot.recorded_orders() == {"1-in": OrderState.FILLED}

    trade.orders.append(put_order("1-out", "sell", 103.0, NOON))
    trade.is_open, trade.close_date, trade.close_rate = False, NOON, 103.0
    trade.close_profit_abs, trade.close_profit = 3.0, 0.03
    Trade.commit()
    bot.closes(trade)
    bot.loop()

    assert bot.recorded() == in_database() != []
    assert bot.recorded_orders() == {"1-in": OrderState.FILLED, "1-out": OrderState.FILLED}


def test_trade_when_it_closed_edited_or_vanished_while_the_kit_was_off_then_the_ledger_follows(
    bot: Bot,
) -> None:
    for number in range(1, 5):
        put_trade(number, minutes=number)
    bot.loop()
    bot.loop()
    assert [record.trade_id for record in bot.recorded()] == [1, 2, 3, 4]

    bot.ledger.close()
    change("UPDATE trades SET close_profit_abs = -7, fee_close = 0.002 WHERE id = 2")
    change("DELETE FROM orders WHERE ft_trade_id = 3")
    change("DELETE FROM trades WHERE id = 3")
    put_trade(5, minutes=9)
    bot.start()
    bot.loop()
    bot.loop()

    assert bot.recorded() == in_database()
    assert [record.trade_id for record in bot.recorded()] == [1, 2, 4, 5]


def test_recent_trade_when_its_fee_arrives_late_or_it_is_deleted_then_seen_within_a_minute(bot: Bot) -> None:
    put_trade(1, minutes=1)
    put_trade(2, minutes=2)
    bot.loop()
    bot.loop()

    change("UPDATE trades SET fee_close = 0.004 WHERE id = 1")
    change("DELETE FROM orders WHERE ft_trade_id = 2")
    change("DELETE FROM trades WHERE id = 2")
    bot.loop(minutes=0.5)
    assert len(bot.recorded()) == 2
    bot.loop(minutes=0.6)

    assert bot.recorded() == in_database()
    assert len(bot.recorded()) == 1


def test_old_trade_when_edited_while_the_bot_runs_then_seen_within_the_hour(bot: Bot) -> None:
    put_trade(1, minutes=-60 * 24 * 30)
    bot.loop()
    bot.loop()
    change("UPDATE trades SET close_profit_abs = 9 WHERE id = 1")
    bot.loop(minutes=2)
    assert bot.recorded() != in_database()
    bot.loop(minutes=60)
    bot.loop()
    assert bot.recorded() == in_database()


def test_trade_when_it_has_no_profit_or_no_close_date_then_told_once_and_the_others_are_recorded(
    bot: Bot,
) -> None:
    for number in (1, 2, 3, 4):
        put_trade(number, minutes=number)
    change("UPDATE trades SET close_profit_abs = NULL WHERE id = 2")
    change("UPDATE trades SET close_date = NULL WHERE id = 3")
    for _ in range(3):
        bot.loop(minutes=70)

    assert [record.trade_id for record in bot.recorded()] == [1, 4]
    assert bot.alerts == [
        f"RECORD_REFUSED: not recorded: trade {number} (BTC/USDT) is not closed completely"
        for number in (2, 3)
    ]

    change("UPDATE trades SET close_profit_abs = 2 WHERE id = 2")
    bot.loop(minutes=70)
    bot.loop()
    assert [record.trade_id for record in bot.recorded()] == [1, 2, 4]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE trades SET close_date = 12345 WHERE id = 2", "close_date is no date: 12345"),
        ("UPDATE trades SET close_date = 'yesterday' WHERE id = 2", "close_date is no date: 'yesterday'"),
        ("UPDATE trades SET close_profit_abs = '1,5' WHERE id = 2", "could not convert string to float:"),
        ("UPDATE orders SET filled = '0,5' WHERE ft_trade_id = 2", "can't multiply sequence"),
        ("UPDATE trades SET enter_tag = x'ff' WHERE id = 2", "a bytes-like object is required"),
    ],
    ids=["date a number", "date a word", "profit", "filled", "tag no text"],
)
def test_trade_when_a_value_is_of_another_type_then_told_once_and_the_others_are_recorded(
    bot: Bot, statement: str, reason: str
) -> None:
    for number in (1, 2, 3):
        put_trade(number, minutes=number)
    change(statement)
    for _ in range(3):
        bot.loop(minutes=70)

    assert [record.trade_id for record in bot.recorded()] == [1, 3]
    (told,) = bot.alerts
    assert told.startswith(f"RECORD_REFUSED: not recorded: trade 2 (BTC/USDT): {reason}")


def test_recorded_trades_when_more_than_a_query_takes_are_asked_for_then_each_is_found(bot: Bot) -> None:
    """PostgreSQL takes 65,535 values in a query, SQLite 32,766 unless its makers allowed more."""
    driver = Trade.session.connection().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
    for number in (1, 2, 3):
        put_trade(number, minutes=number)
    put_trade(4)

    asked = [1, *range(10, 40_000), 2, 4]

    assert still_closed(Trade.session.execute, asked) == {1, 2}
    assert still_closed(Trade.session.execute, iter(asked)) == {1, 2}
    assert still_closed(Trade.session.execute, []) == set()


def test_recorded_trade_when_it_turns_unreadable_then_what_is_recorded_stays(bot: Bot) -> None:
    put_trade(1, minutes=1)
    bot.loop()
    bot.loop()
    before = bot.recorded()
    change("UPDATE trades SET close_rate = NULL")
    for _ in range(3):
        bot.loop(minutes=70)

    assert bot.recorded() == before != []


def test_unfilled_trade_when_freqtrade_deletes_it_then_its_order_was_cancelled(bot: Bot) -> None:
    trade = put_trade(1)
    order = trade.orders[0]
    order.status, order.ft_is_open, order.filled, order.remaining = "open", True, 0.0, 1.0
    Trade.commit()
    bot.loop()
    assert bot.recorded_orders() == {"1-in": OrderState.OPEN}

    trade.delete()
    bot.loop()

    assert bot.recorded_orders() == {"1-in": OrderState.CANCELLED}


def test_open_order_when_its_trade_closed_while_the_kit_was_off_then_it_ends_as_it_ended(bot: Bot) -> None:
    trade = put_trade(1)
    trade.orders[0].status, trade.orders[0].ft_is_open = "open", True
    Trade.commit()
    bot.loop()
    bot.ledger.close()

    trade.orders[0].status, trade.orders[0].ft_is_open = "closed", False
    trade.is_open, trade.close_date, trade.close_rate = False, NOON - timedelta(days=30), 100.0
    trade.close_profit_abs = 0.0
    Trade.commit()
    bot.start()
    bot.loop()

    assert bot.recorded_orders() == {"1-in": OrderState.FILLED}


def test_record_of_another_account_when_offered_then_refused_reported_and_nothing_is_written(
    bot: Bot,
) -> None:
    trade = put_trade(1, minutes=1)
    bot.loop()
    bot.loop()
    bot.books.append(trade_record(trade, "other")._replace(trade_id=2))
    bot.loop()

    assert [record.trade_id for record in bot.recorded()] == [1]
    assert bot.alerts == [
        "ACCOUNT_CONTAMINATED: nothing of it was recorded: "
        "the record belongs to account 'other', not to 'main'"
    ]


def test_ledger_when_it_was_gone_for_a_while_then_what_it_missed_arrives(bot: Bot) -> None:
    put_trade(1, minutes=1)
    bot.loop()
    bot.loop()
    file = bot.folder / "riskkit.sqlite"
    away = bot.folder / "away"
    away.mkdir()
    for part in sorted(bot.folder.glob("riskkit.sqlite*")):
        part.rename(away / part.name)
    file.mkdir()  # nothing can be opened there
    trade = put_trade(2, minutes=2)
    bot.closes(trade)
    bot.loop()
    assert not bot.ledger.answers

    file.rmdir()
    for part in sorted(away.iterdir()):
        part.rename(bot.folder / part.name)
    for _ in range(3):
        bot.loop()

    assert bot.recorded() == in_database()
    assert len(bot.recorded()) == 2
    assert order_records(trade, "main")[0].order_id in bot.recorded_orders()


def test_ledger_when_the_disk_is_full_then_records_wait_and_arrive_once_there_is_room(bot: Bot) -> None:
    put_trade(1, minutes=1)
    bot.loop()
    bot.loop()
    stored = bot.ledger._ledger
    assert stored is not None
    with stored._store.reading("look") as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    for number in range(2, 60):
        bot.closes(put_trade(number, minutes=number, enter_tag="x" * 200))
    bot.loop()
    decision = bot.ledger.decide()
    assert decision is not None
    assert "disk is full" in decision.detail

    bot.loop()  # the limit went with the connection: there is room again

    assert bot.recorded() == in_database()
    assert len(bot.recorded()) == 59
