"""Two bots of two accounts keep their records in one PostgreSQL, which goes away for a while."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.practice import AccountSpec, PracticeServer
from tests.live.account import ExchangeAccount
from tests.live.bot import Bot
from tests.live.conftest import NO_FEES, PAIRS, StartBot
from tests.live.fleet import MakeBot
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.records import in_database, ledger_of, recorded
from tests.live.steps import close_position, open_positions
from tests.live.strategies import puppet
from tests.support.postgres import running_postgres

MIXES_UP = """
from freqtrade_riskkit.host import reconcile

def _mixed_up(rows, account_id, since, read=reconcile.closed_since):
    portion = read(rows, account_id, since)
    portion.records[:] = [record._replace(account_id="stranger") for record in portion.records]
    return portion

reconcile.closed_since = _mixed_up
"""
"""A strategy's body: of the closes of the last week the kit takes for another account's."""


@pytest.fixture
def accounts() -> tuple[AccountSpec, ...]:
    """Two accounts on one exchange."""
    return tuple(AccountSpec(name, {"USDT": Decimal(10_000)}, NO_FEES) for name in ("one", "two"))


@pytest.fixture
def own_server() -> Iterator[Any]:
    """A real PostgreSQL that the test may stop and start."""
    with running_postgres() as server:
        yield server


@in_dry_run_and_live("A1", "A2", "A5")
def test_bots_when_their_postgres_stops_and_starts_then_each_account_has_its_trades_and_no_other(
    make_bot: MakeBot, prices: SteeredPrices, server: PracticeServer, own_server: Any
) -> None:
    url = own_server.get_uri()
    first = make_bot(riskkit={"account_id": "one", "db_url": url, "circuit_breaker": {}})
    section = {"account_id": "two", "db_url": url, "circuit_breaker": {}}
    second = make_bot(riskkit=section, overlay=server.overlay("two"))
    for bot in (first, second):
        bot.start()
    open_positions(first, *PAIRS[:4])
    open_positions(second, *PAIRS[2:5])
    close_position(first, prices, PAIRS[0], 101.0)
    close_position(second, prices, PAIRS[4], 99.0)
    for bot in (first, second):
        bot.wait_for("its record", partial(same, bot, url))

    own_server.stop()
    # Exits pass, entries don't.
    close_position(first, prices, PAIRS[1], 102.0)
    second.hold(enter=[PAIRS[7]])
    second.wait_for("the denial", lambda: second.lines(f"Entry on {PAIRS[7]} denied: LEDGER_UNAVAILABLE"))
    assert PAIRS[7] not in second.open_pairs()
    second.hold()
    first.kill()  # and what it knew of the outage is lost with it
    own_server.ensure_postgres_running()
    first.start()
    close_position(second, prices, PAIRS[2], 103.0)

    for bot, count in ((first, 2), (second, 2)):
        records = bot.wait_for("all records", partial(same, bot, url))
        assert len(records) == count
        assert {record.account_id for record in records} == {bot.seen()["account_id"]}
        with closing(ledger_of(bot, url)) as ledger:
            assert {order.account_id for order in ledger.orders()} == {bot.seen()["account_id"]}
        said = bot.command("report", "--verify")
        assert said.returncode == 0, said.stdout
        assert "Traceback" not in bot.log()
    if first.live:
        for name, pairs in (("one", PAIRS[:2]), ("two", (PAIRS[4], PAIRS[2]))):
            assert [order.symbol for order in ExchangeAccount(server, name).sales()] == [
                pair.replace("/", "") for pair in pairs
            ]
    assert_found_when_moved(first, url)


def assert_found_when_moved(bot: Bot, url: str) -> None:
    """Put a record under the other account from outside: the check of the whole store names it."""
    moved = {"mine": "one", "other": "two", "wrong": 9001, "right": recorded(bot, url)[0].trade_id}
    change(
        url,
        "UPDATE riskkit_trades SET account_id = :other, trade_id = :wrong "
        "WHERE account_id = :mine AND trade_id = :right",
        moved,
    )
    said = bot.command("report", "--verify", "--json")
    change(
        url,
        "UPDATE riskkit_trades SET account_id = :mine, trade_id = :right "
        "WHERE account_id = :other AND trade_id = :wrong",
        moved,
    )
    assert said.returncode == 1
    findings = json.loads(said.stdout)["findings"]
    assert [(line["kind"], line["account_id"], line["key"]) for line in findings] == [
        ("altered", "two", "9001")
    ]
    assert bot.command("report", "--verify").returncode == 0


def change(url: str, statement: str, values: dict[str, Any]) -> None:
    """Change one row of a store behind the backs of its bots."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount == 1
    engine.dispose()


@in_dry_run_and_live("A5")
def test_bot_when_records_of_another_account_are_offered_to_it_then_refused_and_reported_once(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Closes of its database are taken for a stranger's at a look; its own records stay as they are."""
    bot = start_bot(puppet(MIXES_UP), riskkit={"circuit_breaker": {}})
    open_positions(bot, *PAIRS[:2])
    close_position(bot, prices, PAIRS[0], 101.0)
    bot.wait_for("its record", lambda: len(recorded(bot)) == 1)

    bot.restart()
    own = bot.when("the first loop", lambda seen: seen["loops"])["account_id"]
    told = f"ACCOUNT_CONTAMINATED: nothing of it was recorded: .*'stranger', not to '{own}'"
    bot.wait_for("the alert", lambda: bot.lines(f"WARNING - {told}"))
    close_position(bot, prices, PAIRS[1], 102.0)
    bot.wait_for("the other record", lambda: len(recorded(bot)) == 2)
    bot.loops()

    assert recorded(bot) == in_database(bot)
    assert len(bot.lines(f"WARNING - {told}")) == 1
    with closing(ledger_of(bot)) as ledger:
        assert [row.code for row in ledger.alerts()].count("ACCOUNT_CONTAMINATED") == 1
    assert json.loads(bot.command("report", "--verify", "--json").stdout) == {"clean": True, "findings": []}


def same(bot: Bot, url: str) -> list[TradeRecord]:
    """Give a bot's records once they are what its database has."""
    if not bot.seen()["loops"]:
        return []
    records = recorded(bot, url)
    return records if records == in_database(bot) else []
