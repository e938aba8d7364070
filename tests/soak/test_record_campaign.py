"""A long campaign: a bot is killed again and again, and its ledger ends up equal to its database.

The number of kills and the seed come from the environment: SOAK_KILLS (200) and SOAK_SEED (1).
"""

from __future__ import annotations

import os
import random
from contextlib import closing
from pathlib import Path

import pytest

from freqtrade_riskkit.practice import PracticeServer
from tests.live.bot import Bot
from tests.live.conftest import PAIRS
from tests.live.fleet import fleet
from tests.live.kills import RESTLESS, come_to_rest, die_inside, trade_and_kill
from tests.live.prices import SteeredPrices
from tests.live.records import ledger_of

KILLS = int(os.environ.get("SOAK_KILLS", "200"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
WRITES = (r"record \d+ trades", r"record \d+ orders", r"record \d+ equity samples", "save the state")
"""What the ledger calls its writes, as regular expressions."""

pytestmark = [pytest.mark.soak, pytest.mark.timeout(KILLS * 60 + 180)]


def test_bot_when_killed_again_and_again_then_its_ledger_equals_its_database_row_for_row(
    tmp_path: Path, bots: list[Bot]
) -> None:
    chance = random.Random(SEED)
    with (
        PracticeServer(SteeredPrices(PAIRS), spread=0) as server,
        fleet(tmp_path, server.overlay(), RESTLESS, PAIRS, bots) as make,
    ):
        bot = make(riskkit={"circuit_breaker": {"order_rate": None}, "equity_interval_seconds": 1})
        bot.start()
        bot.hold(enter=PAIRS)
        for number in range(KILLS):
            if chance.random() < 0.5:
                trade_and_kill(bot, chance, number)
            else:
                die_inside(bot, chance.choice(WRITES))
        come_to_rest(bot)
        with closing(ledger_of(bot)) as ledger:
            assert ledger.orders(open_only=True) == []
        assert bot.command("report", "--verify").returncode == 0
        assert "Traceback" not in bot.log()
