"""What a bot's ledger holds after the bot was killed again and again: each of its trades, each once."""

from __future__ import annotations

import json
import random

import pytest

from tests.live.conftest import PAIRS, StartBot
from tests.live.kills import RESTLESS, come_to_rest, die_inside, trade_and_kill
from tests.live.modes import in_dry_run_and_live
from tests.live.records import in_database, ledger_of, recorded, rows

SECTION = {"circuit_breaker": {"order_rate": None}, "equity_interval_seconds": 1}


@pytest.mark.parametrize("seed", [5])
@in_dry_run_and_live("A2")
def test_bot_when_killed_at_random_and_inside_writes_then_its_ledger_equals_its_database(
    start_bot: StartBot, seed: int
) -> None:
    bot = start_bot(RESTLESS, riskkit=SECTION)
    chance = random.Random(seed)
    bot.hold(enter=PAIRS)
    for number in range(2):
        trade_and_kill(bot, chance, number)
    for write in (" trades", "record"):
        die_inside(bot, write)
    come_to_rest(bot)

    assert len(recorded(bot)) >= 6
    ledger = ledger_of(bot)
    assert ledger.orders(open_only=True) == []
    samples = ledger.equity()
    assert len(samples) >= 2
    assert samples[-1].equity == pytest.approx(10_000)
    ledger.close()
    # No row twice under another key, none of another generation.
    assert rows(bot, "SELECT count(*), count(DISTINCT trade_id) FROM riskkit_trades") == [
        (len(in_database(bot)),) * 2
    ]
    assert bot.command("report", "--verify").returncode == 0
    # An import beside the running bot finds its account and its generation, and nothing to do.
    said = json.loads(bot.command("import", "--json").stdout)
    assert (said["generation"], said["added"], said["changed"]) == (1, 0, 0)
    assert said["unchanged"] == len(recorded(bot))
    assert "Traceback" not in bot.log()
