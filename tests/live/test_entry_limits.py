"""Entry limits on a running bot: how many positions, how soon, and how denials are told."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from freqtrade_riskkit.core.entry.request import SECOND_LEG
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, filled_pairs, open_positions, wait_for_lock
from tests.live.strategies import puppet

LIMIT_ENTRIES = {
    "order_types": {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}
}
MOVED_UP = """
    def adjust_entry_price(self, trade, order, pair, current_time, proposed_rate, current_order_rate,
                           entry_tag, side, **kwargs):
        return 99.5
"""
DENIED = re.compile(r"Entry on (\S+) denied: ([A-Z_]+): (.+)$", re.MULTILINE)


@pytest.mark.feature("E1", "E6", "E7", "dry_run")
def test_positions_when_signals_come_together_then_never_more_than_their_confidence_allows(
    start_bot: StartBot,
) -> None:
    section = {"entry": {"max_open_positions": 2, "max_open_positions_high_confidence": 3}}
    bot = start_bot(config={**LIMIT_ENTRIES, "max_open_trades": 5}, riskkit=section)

    # Four signals at once, no column `confidence`; the first entry doesn't fill and counts all the same.
    bot.hold(enter=PAIRS[:4], limit={PAIRS[0]: 99.0})
    bot.wait_for("two entries", lambda: len(bot.open_pairs()) == 2)
    seen = bot.loops(4)
    assert bot.open_pairs() == {PAIRS[0], PAIRS[1]}
    assert filled_pairs(bot) == {PAIRS[1]}
    assert numbers_of_denials(bot)[PAIRS[2], "POSITION_LIMIT"] == {"limit=2, value=2"}
    assert numbers_of_denials(bot)[PAIRS[3], "POSITION_LIMIT"] == {"limit=2, value=2"}
    assert len(bot.lines("no column 'confidence'")) == 1
    assert_told_once_a_candle(bot, seen)
    assert bot.lines(f"LIMIT_NEAR: one slot is left after the entry on {PAIRS[0]} ")

    # A signal without a number is denied, one just below keeps the lower limit, one at it has the higher.
    bot.hold(enter=[PAIRS[2]], confidence={})
    bot.loops()
    assert numbers_of_denials(bot)[PAIRS[2], "CONFIDENCE_TOO_LOW"] == {
        "limit=0.9500, value=nan, no confidence on the signal"
    }
    bot.hold(enter=[PAIRS[2]], confidence={PAIRS[2]: 0.94})
    bot.loops()
    assert bot.open_pairs() == {PAIRS[0], PAIRS[1]}
    bot.hold(enter=PAIRS[2:5], confidence={PAIRS[2]: 0.95, PAIRS[3]: 0.99, PAIRS[4]: 0.99})
    bot.wait_for("the third entry", lambda: len(bot.open_pairs()) == 3)
    seen = bot.loops()
    assert bot.open_pairs() == {PAIRS[0], PAIRS[1], PAIRS[2]}
    assert "limit=3, value=3" in numbers_of_denials(bot)[PAIRS[4], "POSITION_LIMIT"]
    assert_told_once_a_candle(bot, seen)
    assert seen["high_confidence_share"] == pytest.approx(1 / 3)
    assert seen["average_positions"] == pytest.approx(seen["positions_a_loop"])

    # A trade that a person takes out of Freqtrade's database is out of the kit's count as well.
    (gone,) = (trade for trade in bot.rest.open_trades() if trade["pair"] == PAIRS[1])
    bot.hold(enter=[PAIRS[5]], confidence={PAIRS[5]: 0.96})
    bot.loops()
    assert bot.open_pairs() == {PAIRS[0], PAIRS[1], PAIRS[2]}
    bot.rest.delete_trade(gone["trade_id"])
    bot.wait_for("the freed place to be taken", lambda: PAIRS[5] in bot.open_pairs())

    # Freqtrade's own limit is the default, and the smaller one where both are set.
    bot.reload({"entry": {"max_open_positions": 9}})
    bot.hold(enter=PAIRS)
    bot.wait_for("five positions", lambda: len(bot.open_pairs()) == 5)
    bot.loops()
    assert len(bot.open_pairs()) == 5
    assert "Traceback" not in bot.log()


@pytest.mark.feature("E2", "dry_run")
def test_cooldown_when_positions_are_open_or_not_then_each_has_its_own_wait(
    start_bot: StartBot,
) -> None:
    bot = start_bot(riskkit={"entry": {"cooldown_seconds": 9, "cooldown_with_positions_seconds": 5}})

    open_positions(bot, PAIRS[0])
    open_positions(bot, PAIRS[1])
    assert opened_after(bot, PAIRS[0], PAIRS[1]) >= 5
    assert denied_limits(bot, PAIRS[1], "ENTRY_COOLDOWN") == {"5 s"}

    bot.hold(exit=PAIRS[:2])
    bot.wait_for("nothing to be open", lambda: not bot.open_pairs())
    open_positions(bot, PAIRS[2])
    assert opened_after(bot, PAIRS[1], PAIRS[2]) >= 9
    assert denied_limits(bot, PAIRS[2], "ENTRY_COOLDOWN") == {"9 s"}

    # In candles, and as the moderate preset has it; off by default.
    bot.reload({"entry": {"cooldown_with_positions_candles": 2}})
    bot.hold(enter=[PAIRS[3]])
    bot.loops()
    assert denied_limits(bot, PAIRS[3], "ENTRY_COOLDOWN") == {"120 s"}
    bot.reload({"entry": {"preset": "moderate"}})
    bot.hold(enter=[PAIRS[4]])
    bot.loops()
    assert denied_limits(bot, PAIRS[4], "ENTRY_COOLDOWN") == {"300 s"}

    # Protective second legs wait for nothing, and take no place that the preset limits to two.
    bot.hold(enter=dict.fromkeys(PAIRS[5:7], SECOND_LEG))
    bot.wait_for("two second legs", lambda: {PAIRS[5], PAIRS[6]} <= filled_pairs(bot))
    bot.hold(enter={PAIRS[4]: "another_tag"})
    bot.loops()
    assert bot.lines(f"Entry on {PAIRS[4]} denied: POSITION_LIMIT: limit=2, value=3")
    bot.reload({})
    open_positions(bot, PAIRS[3], PAIRS[4])


@pytest.mark.feature("E2", "dry_run")
def test_cooldown_when_an_order_is_replaced_then_it_passes_and_the_wait_counts_from_its_first_placement(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Freqtrade replaces an entry order once a candle at most."""
    bot = start_bot(
        puppet(MOVED_UP),
        config=LIMIT_ENTRIES,
        riskkit={"entry": {"cooldown_seconds": 3600, "cooldown_with_positions_seconds": 3600}},
    )
    bot.hold(enter=[PAIRS[0]], limit={PAIRS[0]: 99.0})
    bot.wait_for("an unfilled entry", lambda: bot.open_pairs() == {PAIRS[0]})
    bot.hold(enter=[PAIRS[1]])
    seen = bot.when("its order at another price", lambda seen: prices_of(seen, PAIRS[0]) == [99.5])
    assert seen["failure"] is None
    assert bot.lines(f"Replacing buy order: about create a new order for {PAIRS[0]}")

    prices.set(99.5, PAIRS[0])
    bot.wait_for("its fill", lambda: PAIRS[0] in filled_pairs(bot))
    bot.loops()
    assert numbers_of_denials(bot).keys() == {(PAIRS[1], "ENTRY_COOLDOWN")}
    assert bot.open_pairs() == {PAIRS[0]}


@pytest.mark.feature("E7", "dry_run")
def test_denials_when_the_kits_own_lock_turns_signals_away_then_counted_once_a_candle_all_the_same(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Freqtrade doesn't look at signals while all pairs are locked."""
    streak = {"limit": 1, "stop_duration": 60}
    bot = start_bot(
        riskkit={"circuit_breaker": {"daily_loss": None, "drawdown": None, "loss_streak": streak}}
    )
    open_positions(bot, PAIRS[0], PAIRS[1])
    close_position(bot, prices, PAIRS[0], 99.0)
    wait_for_lock(bot, "CONSECUTIVE_LOSSES_EXCEEDED")
    bot.loops()
    assert bot.lines("Entry on .* denied") == []

    # One has a signal and is open already, two have one and are denied, the rest have none.
    bot.hold(enter=PAIRS[1:4])
    bot.loops()
    seen = bot.loops()
    assert numbers_of_denials(bot) == {
        (pair, "CONSECUTIVE_LOSSES_EXCEEDED"): {"limit=1, value=1"} for pair in PAIRS[2:4]
    }
    assert_told_once_a_candle(bot, seen)
    assert bot.open_pairs() == {PAIRS[1]}
    assert bot.lines("Global pairlock active")
    assert "Traceback" not in bot.log()


def prices_of(seen: dict[str, Any], pair: str) -> list[float]:
    """Give the prices of a pair's open orders."""
    return [
        order["price"] for order in seen["open_orders"] if order["pair"] == pair and order["state"] == "open"
    ]


def numbers_of_denials(bot: Bot) -> dict[tuple[str, str], set[str]]:
    """Give the numbers of all denials in the log, by pair and code."""
    numbers: dict[tuple[str, str], set[str]] = {}
    for pair, code, text in DENIED.findall("\n".join(bot.lines("Entry on"))):
        numbers.setdefault((pair, code), set()).add(text)
    return numbers


def denied_limits(bot: Bot, pair: str, code: str) -> set[str]:
    """Give the limits that a pair's denials with a code name."""
    return {text.split(",")[0].removeprefix("limit=") for text in numbers_of_denials(bot)[pair, code]}


def assert_told_once_a_candle(bot: Bot, seen: dict[str, Any]) -> None:
    """Hold the lines of the log against the candles that the bot saw, and against its count by code."""
    lines = [DENIED.search(line) for line in bot.lines("Entry on .* denied")]
    by_pair = Counter((line[1], line[2]) for line in lines if line)
    candles = len(bot.seen()["candles"])
    assert max(by_pair.values()) <= candles < seen["loops"]
    by_code: Counter[str] = Counter()
    for (_, code), count in by_pair.items():
        by_code[code] += count
    assert seen["status"]["denials"] == by_code


def opened_after(bot: Bot, first: str, second: str) -> float:
    """Give the seconds between the entries of two pairs."""
    opened = {trade["pair"]: trade["open_timestamp"] for trade in bot.rest.trades() + bot.rest.open_trades()}
    moments = [datetime.fromtimestamp(opened[pair] / 1000, UTC) for pair in (first, second)]
    return (moments[1] - moments[0]).total_seconds()
