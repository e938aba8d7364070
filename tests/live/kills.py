"""Bots that trade all the time, and their sudden ends: at any moment, and inside a write of the ledger."""

from __future__ import annotations

import random
import time

from tests.live.bot import Bot
from tests.live.records import in_database, recorded
from tests.live.strategies import HURRIES, TRIES_SOON, puppet

CHURNS = """
minimal_roi = {"0": -1.0}  # each position is sold in the loop after its entry

def lock_pair(self, *args, **kwargs):
    pass  # and may be entered again in the same candle
"""
DIES_WHILE_WRITING = """
from contextlib import contextmanager

from freqtrade_riskkit.ledger import store

@contextmanager
def _deadly(self, action, writing=store.Store.writing):
    import os
    import re
    import signal

    with writing(self, action) as connection:
        yield connection
        wish = Path("die")
        if wish.exists() and re.search(wish.read_text(), action):
            wish.unlink()
            os.kill(os.getpid(), signal.SIGKILL)  # written, not committed

store.Store.writing = _deadly
"""
RESTLESS = puppet(CHURNS + HURRIES + TRIES_SOON + DIES_WHILE_WRITING)
"""A strategy that enters the pairs that it is told to, and sells each position at once."""


def trade_and_kill(bot: Bot, chance: random.Random, number: int) -> None:
    """Let the bot trade, and kill it at some moment."""
    known = len(in_database(bot)) if number else 0
    bot.wait_for("trades", lambda: bot.seen()["loops"] and len(in_database(bot)) >= known + 3)
    moment = time.monotonic() + chance.uniform(0, 2)
    bot.wait_for("some moment", lambda: time.monotonic() >= moment)
    bot.restart()
    bot.wait_for("the first loop", lambda: bot.seen()["loops"])


def die_inside(bot: Bot, write: str) -> None:
    """Let the bot kill itself between a statement that records something and its commit.

    The write is a regular expression for what the ledger calls it.
    """
    wish = bot.files.root / "die"
    fresh = wish.with_suffix(".new")
    fresh.write_text(write, encoding="utf-8")
    fresh.replace(wish)
    bot.wait_for_exit()
    assert not wish.exists()
    bot.start()
    bot.wait_for("the first loop", lambda: bot.seen()["loops"])


def come_to_rest(bot: Bot) -> None:
    """Let the bot sell what it holds, enter nothing more, and record its last trade.

    A loop that began before it was told so still enters, after all was sold for a moment.
    """
    bot.hold()
    bot.loops()
    bot.wait_for("all positions to be sold", lambda: not bot.open_pairs())
    bot.wait_for("the last trade", lambda: recorded(bot) == in_database(bot))
