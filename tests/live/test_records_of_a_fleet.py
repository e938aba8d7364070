"""Two bots of two accounts keep their records in one PostgreSQL, which goes away for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from freqtrade_riskkit.core.records import TradeRecord
from tests.live.bot import Bot
from tests.live.conftest import PAIRS
from tests.live.fleet import MakeBot
from tests.live.prices import SteeredPrices
from tests.live.records import in_database, ledger_of, recorded
from tests.live.steps import close_position, open_positions
from tests.support.postgres import running_postgres


@pytest.fixture
def own_server() -> Iterator[Any]:
    """A real PostgreSQL that the test may stop and start."""
    with running_postgres() as server:
        yield server


@pytest.mark.feature("A1", "A2", "A5", "dry_run")
def test_bots_when_their_postgres_stops_and_starts_then_each_account_has_its_trades_and_no_other(
    make_bot: MakeBot, prices: SteeredPrices, own_server: Any
) -> None:
    url = own_server.get_uri()
    first = make_bot(riskkit={"account_id": "one", "db_url": url, "circuit_breaker": {}})
    second = make_bot(riskkit={"account_id": "two", "db_url": url, "circuit_breaker": {}})
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


def same(bot: Bot, url: str) -> list[TradeRecord]:
    """Give a bot's records once they are what its database has."""
    if not bot.seen()["loops"]:
        return []
    records = recorded(bot, url)
    return records if records == in_database(bot) else []
