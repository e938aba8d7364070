"""What a bot's ledger recorded, held against the bot's own database row for row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from sqlalchemy import create_engine

from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.trade_rows import closed_after
from freqtrade_riskkit.ledger import AccountLedger
from tests.live.bot import Bot
from tests.support.last_used import open_last_used


def ledger_of(bot: Bot, db_url: str | None = None) -> AccountLedger:
    """Open a bot's ledger for a look; it is a file of its own where no URL is given."""
    ledger = _look_at(bot, db_url)
    assert ledger is not None
    return ledger


def recorded(bot: Bot, db_url: str | None = None) -> list[TradeRecord]:
    """Give the recorded trades in the order of closing; none where the ledger is only about to be made."""
    ledger = _look_at(bot, db_url)
    if ledger is None:
        return []
    with closing(ledger):
        return ledger.trades()


def in_database(bot: Bot) -> list[TradeRecord]:
    """Give what the bot's database says, translated, in the order of closing."""
    engine = create_engine(f"sqlite:///file:{bot.database}?mode=ro&uri=true")
    with engine.connect() as connection:
        portion = closed_after(connection.execute, _account_of(bot), -1, 100_000)
    engine.dispose()
    assert portion.unreadable == {}
    return sorted(portion.records, key=lambda record: (record.exit_at, record.trade_id))


def rows(bot: Bot, statement: str) -> list[tuple[Any, ...]]:
    """Ask the ledger's file."""
    with closing(sqlite3.connect(f"file:{bot.ledger}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(statement).fetchall()


def _look_at(bot: Bot, db_url: str | None) -> AccountLedger | None:
    url = db_url if db_url is not None else f"sqlite:///{bot.ledger}"
    return open_last_used(url, bot.ledger.parent, _account_of(bot))


def _account_of(bot: Bot) -> str:
    """Give the account's name; a bot that has just begun is waited for, until it has told it."""
    seen = bot.seen()
    if "account_id" not in seen:
        seen = bot.when("the first loop", lambda seen: seen["account_id"])
    account_id: str = seen["account_id"]
    return account_id
