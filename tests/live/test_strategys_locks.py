"""Locks on all pairs that a strategy makes are its own, also where they are worded like the kit's."""

from __future__ import annotations

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions
from tests.live.strategies import puppet

OWN = "COOLDOWN: a rest after each sale"
RESTS = f'''
    def order_filled(self, pair, trade, order, current_time, **kwargs):
        from datetime import timedelta

        from freqtrade.persistence import PairLocks

        if order.ft_order_side == "sell":
            PairLocks.lock_pair("*", current_time + timedelta(hours=3), "{OWN}", now=current_time)
'''
SECTION = {
    "circuit_breaker": {
        "daily_loss": None,
        "drawdown": None,
        "loss_streak": {"limit": 1, "stop_duration": 0.05},
        "cooldown_minutes": 0,
    }
}


def test_lock_of_a_strategy_when_worded_as_the_kits_then_no_mode_of_the_kit_takes_it_back(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(puppet(RESTS), riskkit=SECTION)
    open_positions(bot, *PAIRS[:2])
    close_position(bot, prices, PAIRS[0], 99.0)
    bot.wait_for("the trip to be over", lambda: bot.lines("the trip ended, its time is over"))
    bot.loops()
    assert reasons(bot) == [OWN]

    for mode in ("observe", "off"):
        bot.reload({**SECTION, "mode": mode})
        bot.loops()
        assert reasons(bot) == [OWN]
    assert "Traceback" not in bot.log()


def reasons(bot: Bot) -> list[str]:
    return [lock["reason"] for lock in bot.rest.locks_on_all_pairs()]
