"""What tests do with a bot again and again: open positions, close them, wait for locks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.live.bot import Bot
from tests.live.prices import SteeredPrices

START_PRICE = 100.0
HELD_UNTIL_RESET = datetime(2100, 1, 1, tzinfo=UTC)


def open_positions(bot: Bot, *pairs: str, **hold: Any) -> None:
    """Let a puppet enter pairs at the market, and stop signalling once all are filled."""
    bot.hold(enter=pairs, **hold)
    bot.wait_for(f"positions on {', '.join(pairs)}", lambda: set(pairs) <= filled_pairs(bot))
    bot.hold()


def close_position(bot: Bot, prices: SteeredPrices, pair: str, price: float) -> dict[str, Any]:
    """Let a pair cost `price`, exit it on a signal, and give the closed trade."""
    known = {trade["trade_id"] for trade in bot.rest.trades()}
    prices.set(price, pair)
    bot.hold(exit=[pair])

    def closed() -> dict[str, Any] | None:
        new = [trade for trade in bot.rest.trades() if trade["trade_id"] not in known]
        return next((trade for trade in new if trade["pair"] == pair), None)

    trade = bot.wait_for(f"the exit of {pair}", closed)
    bot.hold()
    return trade


def filled_pairs(bot: Bot) -> set[str]:
    """Give the pairs whose position has no open order."""
    return {trade["pair"] for trade in bot.rest.open_trades() if not trade["has_open_orders"]}


def wait_for_lock(bot: Bot, reason: str) -> dict[str, Any]:
    """Wait until exactly one lock stands on all pairs and its reason begins so."""

    def look() -> dict[str, Any] | None:
        locks = bot.rest.locks_on_all_pairs()
        return locks[0] if len(locks) == 1 and locks[0]["reason"].startswith(reason) else None

    return bot.wait_for(f"the lock {reason}", look)


def wait_for_no_lock(bot: Bot) -> None:
    """Wait until no lock stands on all pairs."""
    bot.wait_for("all locks to be gone", lambda: not bot.rest.locks_on_all_pairs())


def until(lock: dict[str, Any]) -> datetime:
    """Give the end of a lock."""
    return datetime.fromtimestamp(lock["lock_end_timestamp"] / 1000, UTC)
