"""The bracket on a running bot: its stop and its target, at their prices and under their names."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.prices import SteeredPrices
from tests.live.steps import open_positions


@pytest.mark.feature("H1", "dry_run")
def test_bracket_when_prices_reach_it_then_stop_and_target_close_there_also_after_a_restart(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit={"exits": {"bracket": {}}})
    open_positions(bot, *PAIRS[:4])
    bot.loops()

    # One step before either, nothing happens; then each closes at its own price.
    prices.set(95.01, PAIRS[0])
    prices.set(109.99, PAIRS[1])
    bot.loops()
    assert bot.rest.trades() == []
    prices.set(95.0, PAIRS[0])
    prices.set(110.0, PAIRS[1])
    closed = wait_for_closed(bot, PAIRS[0], PAIRS[1])
    assert (closed[PAIRS[0]]["exit_reason"], closed[PAIRS[0]]["close_rate"]) == ("riskkit_stop_loss", 95.0)
    assert (closed[PAIRS[1]]["exit_reason"], closed[PAIRS[1]]["close_rate"]) == (
        "riskkit_take_profit",
        110.0,
    )

    bot.kill()
    bot.start()
    bot.loops()
    prices.set(94.0, PAIRS[2])
    prices.set(112.0, PAIRS[3])
    closed = wait_for_closed(bot, PAIRS[2], PAIRS[3])
    assert closed[PAIRS[2]]["exit_reason"] == "riskkit_stop_loss"
    assert closed[PAIRS[3]]["exit_reason"] == "riskkit_take_profit"

    # Other distances: 2 % of risk, three times of it to win.
    bot.reload({"exits": {"bracket": {"stop": 0.02, "reward_to_risk": 3.0}}})
    open_positions(bot, *PAIRS[4:6])
    bot.loops()
    prices.set(98.01, PAIRS[4])
    prices.set(105.99, PAIRS[5])
    bot.loops()
    assert bot.open_pairs() == set(PAIRS[4:6])
    prices.set(98.0, PAIRS[4])
    prices.set(106.0, PAIRS[5])
    closed = wait_for_closed(bot, PAIRS[4], PAIRS[5])
    assert closed[PAIRS[4]]["exit_reason"] == "riskkit_stop_loss"
    assert closed[PAIRS[5]]["exit_reason"] == "riskkit_take_profit"
    assert "Traceback" not in bot.log()


def test_bracket_when_stops_rest_on_the_exchange_then_the_first_one_placed_is_the_brackets(
    start_bot: StartBot,
) -> None:
    """Freqtrade never moves a fixed stop on the exchange: it has to be right when it is placed."""
    kinds = dict.fromkeys(("entry", "exit", "emergency_exit", "force_entry", "force_exit"), "market")
    on_exchange = {"order_types": {**kinds, "stoploss": "limit", "stoploss_on_exchange": True}}
    bot = start_bot(riskkit={"exits": {"bracket": {"stop": 0.04}}}, config=on_exchange)
    open_positions(bot, PAIRS[0])

    placed = bot.wait_for("a stop on the exchange", lambda: stop_prices(bot))
    bot.loops()

    assert placed == stop_prices(bot) == [96.0]
    assert "Traceback" not in bot.log()


def stop_prices(bot: Bot) -> list[float]:
    """Read the trigger prices of the stops that the bot ever placed from its database."""
    with closing(sqlite3.connect(bot.database)) as connection:
        rows = connection.execute("select stop_price from orders where ft_order_side = 'stoploss'")
        return [price for (price,) in rows]


def wait_for_closed(bot: Bot, *pairs: str) -> dict[str, dict[str, Any]]:
    """Wait until trades on these pairs are closed, and give them by pair."""

    def look() -> dict[str, dict[str, Any]] | None:
        closed = {trade["pair"]: trade for trade in bot.rest.trades()}
        return closed if set(pairs) <= set(closed) else None

    return bot.wait_for(f"exits of {', '.join(pairs)}", look)
