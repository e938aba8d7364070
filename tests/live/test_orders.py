"""Orders of a running bot: their records, their counts, and the capital they hold."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.prices import SteeredPrices
from tests.live.steps import filled_pairs
from tests.live.strategies import puppet

LIMIT_ENTRIES = {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}
WATCHED_BY_THE_BOT = {
    "order_types": LIMIT_ENTRIES,
    "position_adjustment_enable": True,
    "trailing_stop": True,
    "trailing_stop_positive": 0.02,
    "trailing_stop_positive_offset": 0.05,
    "trailing_only_offset_is_reached": True,
}


@pytest.mark.feature("B3", "B8", "dry_run")
def test_unfilled_entries_when_they_hold_capital_then_counts_and_money_are_those_of_the_wallet(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(config={"order_types": LIMIT_ENTRIES}, riskkit={"order_tracking": {}})

    limits = {PAIRS[0]: 99.0, PAIRS[1]: 98.5, PAIRS[2]: 98.5, PAIRS[3]: 98.5}
    bot.hold(enter=limits, limit=limits)
    bot.wait_for("four unfilled entries", lambda: bot.open_pairs() == set(limits))
    orders = bot.loops()["orders"]
    assert orders["open"] == 4
    assert orders["by_purpose"] == {"entry": 4}
    assert orders["by_type"] == {"limit": 4}
    assert orders["by_pair"] == dict.fromkeys(limits, 1)
    assert orders["average_entry_value"] == pytest.approx(1_000, rel=1e-3)
    seen = bot.loops()
    assert seen["orders"]["oldest_age_seconds"] > orders["oldest_age_seconds"] > 0
    assert_money_is_the_wallets(bot, seen, unfilled=4)
    assert bot.lines("CAPITAL_FRAGMENTED") == []

    # 40 % of the balance are held: the next entry passes with a warning.
    bot.hold(enter=[PAIRS[4]])
    bot.wait_for("the fifth entry", lambda: PAIRS[4] in filled_pairs(bot))
    (warning,) = bot.lines("CAPITAL_FRAGMENTED")
    assert f"Entry on {PAIRS[4]} passed with a warning" in warning
    assert "CAPITAL_FRAGMENTED: limit=0.3000, value=0.4" in warning
    bot.when("the count of it", lambda seen: seen["warnings"] == {"CAPITAL_FRAGMENTED": 1})

    # One is filled, one is cancelled: both let go of what they held.
    bot.hold()
    prices.set(99.0, PAIRS[0])
    bot.wait_for("a fill", lambda: PAIRS[0] in filled_pairs(bot))
    (trade,) = (trade for trade in bot.rest.open_trades() if trade["pair"] == PAIRS[1])
    bot.rest.cancel_open_order(trade["trade_id"])
    bot.wait_for("the cancelled entry to be gone", lambda: PAIRS[1] not in bot.open_pairs())
    seen = bot.loops()
    assert (seen["orders"]["open"], set(seen["orders"]["by_pair"])) == (2, {PAIRS[2], PAIRS[3]})
    assert_money_is_the_wallets(bot, seen, unfilled=2)


@pytest.mark.feature("B1", "dry_run")
def test_orders_when_of_every_kind_that_freqtrade_places_then_each_has_its_record(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(config=WATCHED_BY_THE_BOT, riskkit={"exits": {"bracket": {}}})
    bot.hold(enter=PAIRS[:6], limit={PAIRS[0]: 90.0})
    bot.wait_for("six entries", lambda: bot.open_pairs() == set(PAIRS[:6]))
    bot.hold()
    (unfilled,) = (order for order in bot.loops()["open_orders"] if order["pair"] == PAIRS[0])
    amount = unfilled["amount"]
    assert unfilled == {
        "account_id": "freqtrade@binance:spot:dry",
        "order_id": unfilled["order_id"],
        "trade_id": 1,
        "pair": PAIRS[0],
        "side": "buy",
        "purpose": "entry",
        "type": "limit",
        "price": 98.0,  # Freqtrade moves a price no further than 2 % away
        "trigger_price": None,
        "amount": pytest.approx(1_000 / 98, rel=1e-3),
        "filled": 0.0,
        "remaining": amount,
        "average": unfilled["average"],
        "value": pytest.approx(98 * amount),
        "state": "open",
        "placed_at": unfilled["placed_at"],
        "updated_at": unfilled["updated_at"],
        "finished_at": None,
        "reserved_capital": pytest.approx(98 * amount),
    }
    assert unfilled["order_id"].startswith("dry_run_buy_")

    # More of one, less of another, while both stay open.
    bot.hold(adjust={PAIRS[1]: 500.0, PAIRS[2]: -400.0})
    bot.when("an added entry", lambda seen: purposes(seen, PAIRS[1]) == {"entry", "added_entry"})
    seen = bot.when("a partial exit", lambda seen: "partial_exit" in purposes(seen, PAIRS[2]))
    bot.hold()
    reduced = next(order for order in seen["open_orders"] if order["purpose"] == "partial_exit")
    assert (reduced["side"], reduced["type"], reduced["amount"]) == ("sell", "market", 4.0)
    assert (reduced["filled"], reduced["remaining"], reduced["average"]) == (4.0, 0.0, 100.0)
    assert reduced["finished_at"] is not None

    # The stop, the target, the trailing stop and a signal close one each.
    prices.set(95.0, PAIRS[3])
    prices.set(111.0, PAIRS[4])
    prices.set(106.0, PAIRS[5])
    bot.loops()
    prices.set(103.5, PAIRS[5])
    bot.hold(exit=[PAIRS[1]])
    bot.wait_for("four exits", lambda: bot.open_pairs() == {PAIRS[0], PAIRS[2]})
    seen = bot.when("their records", lambda seen: seen["metrics"]["trades"] == 4)
    assert seen["finished_orders"] == {
        "entry": {"filled": 4},
        "added_entry": {"filled": seen["finished_orders"]["added_entry"]["filled"]},
        "exit": {"filled": 1},
        "stop_loss": {"filled": 1},
        "take_profit": {"filled": 1},
        "trailing_stop": {"filled": 1},
    }


@pytest.mark.feature("B1", "dry_run")
def test_stop_when_it_rests_on_the_exchange_then_its_record_says_so_and_holds_no_capital(
    start_bot: StartBot,
) -> None:
    order_types = {**LIMIT_ENTRIES, "stoploss_on_exchange": True}
    bot = start_bot(config={"order_types": order_types, "stoploss": -0.05})
    bot.hold(enter=PAIRS[:1])

    def is_there(seen: dict[str, Any]) -> bool:
        return seen["orders"]["by_purpose"] == {"stop_loss": 1}

    seen = bot.when("the stop", is_there)
    (stop,) = (order for order in seen["open_orders"] if order["state"] == "open")
    assert (stop["side"], stop["purpose"], stop["type"]) == ("sell", "stop_loss", "stop_loss")
    assert (stop["trigger_price"], stop["amount"], stop["reserved_capital"]) == (95.0, 10.0, 0.0)
    assert seen["orders"]["by_type"] == {"stop_loss": 1}
    assert seen["held_capital"] == 0


ASKS_MORE = """
def custom_exit_price(self, pair, trade, current_time, proposed_rate, current_profit, exit_tag, **kwargs):
    return proposed_rate * 1.015
"""


@pytest.mark.feature("B4", "dry_run")
def test_capital_when_open_entries_hold_it_then_the_next_entry_gets_what_is_left_and_exits_lock_coins_only(
    start_bot: StartBot,
) -> None:
    """Of 10,000 two unfilled entries of 4,000 hold 8,000, which leaves 2,000 for a third.

    A resting exit of a position locks its coins, once, and no money.
    """
    config = {
        "order_types": {**LIMIT_ENTRIES, "exit": "limit"},
        "stake_amount": 4_000,
        "amend_last_stake_amount": True,
        "last_stake_amount_min_ratio": 0.1,
    }
    bot = start_bot(puppet(ASKS_MORE), config=config, riskkit={"order_tracking": {}})
    unfilled = dict.fromkeys(PAIRS[:2], 98.5)
    bot.hold(enter=unfilled, limit=unfilled)
    bot.wait_for("two unfilled entries", lambda: bot.open_pairs() == set(unfilled))
    seen = bot.loops()
    held = {o["pair"]: o["reserved_capital"] for o in seen["open_orders"] if o["state"] == "open"}
    assert held == pytest.approx(dict.fromkeys(unfilled, 4_000), rel=1e-3)
    assert seen["held_capital"] == pytest.approx(8_000, rel=1e-3)
    assert seen["held_capital"] == pytest.approx(bot.rest.used())

    bot.hold(enter=[PAIRS[2]])
    bot.wait_for("the third entry", lambda: PAIRS[2] in filled_pairs(bot))
    (third,) = (trade for trade in bot.rest.open_trades() if trade["pair"] == PAIRS[2])
    assert third["stake_amount"] == pytest.approx(2_000, rel=2e-3)

    bot.hold(exit=[PAIRS[2]])
    seen = bot.when("a resting exit", lambda seen: seen["orders"]["by_purpose"].get("exit") == 1)
    assert seen["orders"]["locked_amounts"] == {PAIRS[2]: pytest.approx(third["amount"])}
    assert seen["held_capital"] == pytest.approx(8_000, rel=1e-3)


def purposes(seen: dict[str, Any], pair: str) -> set[str]:
    """Give the purposes of a pair's filled orders."""
    return {
        order["purpose"]
        for order in seen["open_orders"]
        if order["pair"] == pair and order["state"] == "filled"
    }


def assert_money_is_the_wallets(bot: Bot, seen: dict[str, Any], unfilled: int) -> None:
    """Hold what the kit counts as held against each order and against Freqtrade's wallet."""
    reserved = [order["reserved_capital"] for order in seen["open_orders"] if order["state"] == "open"]
    assert len(reserved) == unfilled
    assert seen["held_capital"] == seen["orders"]["held_capital"] == pytest.approx(sum(reserved))
    assert seen["held_capital"] == pytest.approx(bot.rest.used())
    assert seen["held_capital"] == pytest.approx(unfilled * 1_000, rel=1e-3)
