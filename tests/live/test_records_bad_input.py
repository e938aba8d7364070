"""Odd names, a wrong password and rows that can't be: a bot tells of each in a line, and loses no record."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import generations
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.records import in_database, recorded
from tests.live.steps import close_position, open_positions
from tests.support.postgres import running_postgres

ODD_NAME = 'O\'Brien "the" bot/a\\b; DROP TABLE riskkit_trades --'
SECRET = "hunter2"
BREAKER: dict[str, Any] = {"circuit_breaker": {}}


@in_dry_run_and_live("A1")
def test_bot_when_its_name_has_quotes_and_slashes_then_an_account_like_any_other(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(config={"bot_name": ODD_NAME}, riskkit=BREAKER)
    open_positions(bot, PAIRS[0])
    close_position(bot, prices, PAIRS[0], 101.0)
    name = f"{ODD_NAME}@binance:spot:{'live' if bot.live else 'dry'}"
    assert bot.loops()["account_id"] == name
    bot.wait_for("its record", lambda: recorded(bot) == in_database(bot) != [])

    bot.restart()
    assert bot.loops()["metrics"]["trades"] == 1
    assert [(account, number) for account, number, _ in generations(bot.ledger)] == [(name, 1)]
    said = json.loads(bot.command("report", "--json").stdout)
    assert (said["account_id"], said["metrics"]["trades"]) == (name, 1)
    assert bot.command("report", "--verify").returncode == 0
    assert "Traceback" not in bot.log()


@pytest.fixture
def fleet_url() -> Iterator[str]:
    """A database on a real PostgreSQL that asks for the password `right`; the URL has a wrong one."""
    with running_postgres() as server:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        rules = server.pgdata / "pg_hba.conf"
        rules.write_text("local all bot scram-sha-256\n" + rules.read_text())
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE ROLE bot LOGIN PASSWORD 'right'")
            connection.exec_driver_sql("CREATE DATABASE fleet OWNER bot")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        engine.dispose()
        yield f"postgresql://bot:{SECRET}@/fleet?host={url.query['host']}"


@in_dry_run_and_live()
def test_bot_when_the_password_of_its_ledger_is_wrong_then_not_echoed_and_nothing_lost_once_it_is_right(
    start_bot: StartBot, prices: SteeredPrices, fleet_url: str
) -> None:
    bot = start_bot(riskkit={"db_url": fleet_url, "on_ledger_failure": "warn", **BREAKER})
    open_positions(bot, *PAIRS[:2])
    bot.configure({"db_url": fleet_url, **BREAKER})
    bot.restart()
    bot.hold(enter=[PAIRS[2]])
    denial = f"Entry on {PAIRS[2]} denied: LEDGER_UNAVAILABLE: .*password authentication failed"
    bot.wait_for("the denial", lambda: bot.lines(denial))
    assert "correct the user or the password in riskkit.db_url" in bot.lines(denial)[0]
    close_position(bot, prices, PAIRS[0], 99.0)
    assert bot.open_pairs() == {PAIRS[1]}
    for words in (("status",), ("report",), ("report", "--verify"), ("import",)):
        done = bot.command(*words)
        assert done.returncode == 2, words
        assert SECRET not in done.stdout + done.stderr
        assert "password authentication failed" in " ".join(done.stderr.split())

    right = fleet_url.replace(SECRET, "right")
    bot.configure({"db_url": right, **BREAKER})
    bot.restart()
    records = bot.wait_for("its record", lambda: recorded(bot, right) if loops(bot) else [])
    assert records == in_database(bot)
    assert SECRET not in bot.log()
    assert "Traceback" not in bot.log()


@in_dry_run_and_live()
def test_bot_when_a_close_in_its_database_has_no_date_then_told_once_and_the_others_are_recorded(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """A person took the date away while the bot was down, and its ledger is a new one."""
    bot = start_bot(riskkit=BREAKER)
    open_positions(bot, *PAIRS[:3])
    for pair in PAIRS[:3]:
        close_position(bot, prices, pair, 101.0)
    bot.wait_for("its records", lambda: len(recorded(bot)) == 3)
    bot.kill()
    (date,) = changed(bot, "close_date", None)
    for file in bot.ledger.parent.glob(f"{bot.ledger.name}*"):
        file.unlink()

    bot.start()
    told = f"WARNING - RECORD_REFUSED: not recorded: trade 2 .{PAIRS[1]}. is not closed completely"
    bot.wait_for("the alert", lambda: bot.lines(told))
    bot.wait_for("the others", lambda: [record.trade_id for record in recorded(bot)] == [1, 3])
    assert bot.loops()["metrics"]["trades"] == 2
    open_positions(bot, PAIRS[3])
    assert len(bot.lines(told)) == 1

    changed(bot, "close_date", date)
    bot.wait_for("the third", lambda: len(recorded(bot)) == 3)
    assert recorded(bot) == in_database(bot)
    assert "Traceback" not in bot.log()


@pytest.mark.parametrize(
    ("profit", "says"),
    [
        (None, f"trade 2 .{PAIRS[1]}. is not closed completely"),
        (float("inf"), "the profit of a closed trade in its database is no number; `riskkit import` names"),
    ],
    ids=["none", "infinite"],
)
@in_dry_run_and_live()
def test_bot_when_a_close_in_its_database_has_no_profit_then_entries_wait_exits_pass_and_nothing_is_lost(
    start_bot: StartBot, prices: SteeredPrices, profit: float | None, says: str
) -> None:
    """Without it no balance is known; `riskkit import` names the trade and takes the others over."""
    bot = start_bot(riskkit=BREAKER)
    open_positions(bot, *PAIRS[:4])
    for pair in PAIRS[:3]:
        close_position(bot, prices, pair, 101.0)
    bot.wait_for("its records", lambda: len(recorded(bot)) == 3)
    bot.kill()
    (was,) = changed(bot, "close_profit_abs", profit)

    bot.start()
    told = f"CHECK_FAILED: entries are denied: ValueError: .*{says}"
    bot.wait_for("the alert", lambda: bot.lines(told))
    bot.hold(enter=[PAIRS[4]], exit=[PAIRS[3]])
    bot.wait_for("the exit", lambda: PAIRS[3] not in bot.open_pairs())
    assert PAIRS[4] not in bot.open_pairs()
    done = bot.command("import", "--json")
    assert done.returncode == 1, done.stderr
    assert list(json.loads(done.stdout)["left_out"]) == ["2"]
    bot.hold()
    assert len(bot.lines(told)) == 1

    changed(bot, "close_profit_abs", was)
    bot.wait_for("all records", lambda: recorded(bot) == in_database(bot))
    open_positions(bot, PAIRS[4])
    assert len(recorded(bot)) == 4


@pytest.mark.parametrize("remembers", [True, False], ids=["its state is stored", "nothing is stored"])
@in_dry_run_and_live()
def test_breaker_when_a_close_in_the_database_has_no_profit_then_it_sells_for_a_person_and_counts_each_once(
    start_bot: StartBot, prices: SteeredPrices, remembers: bool
) -> None:
    bot = start_bot(riskkit={"circuit_breaker": {"manual": {"action": "flatten"}}})
    open_positions(bot, *PAIRS[:4])
    close_position(bot, prices, PAIRS[0], 101.0)
    close_position(bot, prices, PAIRS[1], 97.0)
    bot.wait_for("its records", lambda: len(recorded(bot)) == 2)
    bot.kill()
    (was,) = changed(bot, "close_profit_abs", None)
    if not remembers:
        for file in bot.ledger.parent.glob(f"{bot.ledger.name}*"):
            file.unlink()

    bot.start()
    told = f"CHECK_FAILED: entries are denied: ValueError: trade 2 .{PAIRS[1]}. is not closed completely"
    bot.wait_for("the alert", lambda: bot.lines(told))
    assert (
        "correct its row in Freqtrade's database, or delete it by Freqtrade's /delete 2" in bot.lines(told)[0]
    )
    bot.flag().write_text("smoke")
    bot.wait_for("the sale", lambda: bot.open_pairs() == set())
    bot.flag().unlink()
    bot.loops()
    changed(bot, "close_profit_abs", was)
    records = bot.wait_for("all records", lambda: recorded(bot) if len(recorded(bot)) == 4 else [])
    assert records == in_database(bot)

    equity = 10_000 + sum(record.net_pnl for record in records)
    seen = bot.loops()
    assert (seen["status"]["equity"], seen["status"]["trips"]) == (pytest.approx(equity), [])
    assert seen["metrics"]["trades"] == 4
    bot.restart()
    seen = bot.loops()
    assert seen["status"]["equity"] == pytest.approx(equity)
    assert seen["metrics"]["net_profit"] == pytest.approx(equity - 10_000)
    open_positions(bot, PAIRS[4])


def changed(bot: Bot, column: str, value: object) -> tuple[Any, ...]:
    """Give a column of the bot's second trade another value; what it was before is returned."""
    with closing(sqlite3.connect(bot.database, timeout=10)) as connection, connection:
        before: tuple[Any, ...] = connection.execute(f"SELECT {column} FROM trades WHERE id = 2").fetchone()
        assert connection.execute(f"UPDATE trades SET {column} = ? WHERE id = 2", [value]).rowcount == 1
    return before


def loops(bot: Bot) -> int:
    """Give how many loops began since its start."""
    begun: int = bot.seen()["loops"]
    return begun
