"""Entries that don't come from a signal: forced by a person, or added to an open position."""

from __future__ import annotations

from functools import partial

from freqtrade_riskkit.core.entry.request import OVERRIDE
from freqtrade_riskkit.host.alerts import for_channels
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import Told, decisions
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.steps import open_positions, wait_for_lock

ADDING = {"position_adjustment_enable": True, "max_entry_position_adjustment": 5}
STREAK = {"daily_loss": None, "drawdown": None, "loss_streak": {"limit": 1, "stop_duration": 60}}
TRIPPED = "CONSECUTIVE_LOSSES_EXCEEDED: limit=1, value=1"


@in_dry_run_and_live("D9")
def test_entries_when_tripped_then_forced_and_added_ones_are_denied_and_what_reduces_passes(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(config=ADDING, riskkit={"circuit_breaker": STREAK})
    open_positions(bot, *PAIRS[:3])

    # Before the trip each way in is open.
    assert "trade_id" in bot.rest.force_enter(PAIRS[3])
    assert "trade_id" in bot.rest.force_enter(PAIRS[1], stake=500.0)
    assert stake(bot, PAIRS[1]) == 1_500.0
    bot.hold(adjust={PAIRS[2]: 500.0})
    bot.wait_for("the added entry", lambda: stake(bot, PAIRS[2]) >= 1_500.0)
    bot.hold()

    prices.set(99.0, PAIRS[0])
    bot.rest.force_exit(trade_of(bot, PAIRS[0]))
    wait_for_lock(bot, TRIPPED)
    held = {pair: stake(bot, pair) for pair in PAIRS[1:4]}

    assert "error" in bot.rest.force_enter(PAIRS[4])
    assert "error" in bot.rest.force_enter(PAIRS[1], stake=500.0)
    bot.hold(adjust={PAIRS[2]: 500.0})
    bot.loops(3)
    assert {pair: stake(bot, pair) for pair in PAIRS[1:4]} == held
    assert bot.open_pairs() == set(PAIRS[1:4])
    for pair in (PAIRS[4], PAIRS[1], PAIRS[2]):
        assert bot.lines(f"Entry on {pair} denied: {TRIPPED}")

    # What makes a position smaller passes, and so does a forced exit.
    bot.hold(adjust={PAIRS[3]: -400.0})
    bot.wait_for("the partial exit", lambda: stake(bot, PAIRS[3]) <= 600.0)
    bot.hold()
    bot.rest.force_exit(trade_of(bot, PAIRS[1]))
    bot.wait_for("the forced exit", lambda: PAIRS[1] not in bot.open_pairs())

    # Where the config lets added entries pass, they do; new pairs stay denied.
    bot.reload({"circuit_breaker": {**STREAK, "added_entries": "allow"}})
    assert "trade_id" in bot.rest.force_enter(PAIRS[2], stake=500.0)
    assert "error" in bot.rest.force_enter(PAIRS[5])

    # Or only as far as the ladder reserved when it was entered: five times 1,000, of which 1,000 are used.
    assert stake(bot, PAIRS[2]) == 2_000.0
    bot.reload({"circuit_breaker": {**STREAK, "added_entries": "budget"}})
    assert "error" in bot.rest.force_enter(PAIRS[2], stake=4_500.0)
    (denied,) = bot.lines(f"Entry on {PAIRS[2]} denied: {TRIPPED}, ladder: reserve=5000")
    assert denied.endswith(", added=1000, asked=4500")
    assert "trade_id" in bot.rest.force_enter(PAIRS[2], stake=4_000.0)
    assert "Traceback" not in bot.log()


@in_dry_run_and_live("D9")
def test_force_entries_when_tagged_as_an_override_then_they_pass_what_denies_and_are_recorded(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(config=ADDING, riskkit={"circuit_breaker": STREAK})
    open_positions(bot, *PAIRS[:2])
    prices.set(99.0, PAIRS[0])
    bot.rest.force_exit(trade_of(bot, PAIRS[0]))
    wait_for_lock(bot, TRIPPED)

    # A new pair and an addition: denied without the tag, passed with it.
    assert "error" in bot.rest.force_enter(PAIRS[2])
    assert "error" in bot.rest.force_enter(PAIRS[2], tag="force_entry")
    assert "error" in bot.rest.force_enter(PAIRS[1], stake=500.0)
    assert "trade_id" in bot.rest.force_enter(PAIRS[2], tag=OVERRIDE)
    assert "trade_id" in bot.rest.force_enter(PAIRS[1], tag=OVERRIDE, stake=500.0)
    assert stake(bot, PAIRS[1]) == 1_500.0
    words = f"passes by its tag {OVERRIDE}: {TRIPPED}"
    expected = [f"Force entry on {pair} {words}" for pair in (PAIRS[2], PAIRS[1])]
    bot.wait_for("the record", lambda: [told.text for told in overrides(bot)] == expected)
    assert {told.code for told in overrides(bot)} == {"CONSECUTIVE_LOSSES_EXCEEDED"}
    for text in expected:
        assert len(bot.lines(f"freqtrade_riskkit - WARNING - {text}")) == 1
        sent = f"strategy_msg: {for_channels(text)}"
        assert len(bot.wait_for("the message", partial(bot.lines, sent))) == 1

    # A signal with the same tag gets nowhere, nor does one while entries are switched off altogether.
    bot.hold(enter={PAIRS[3]: OVERRIDE}, adjust={PAIRS[2]: 500.0})
    bot.loops()
    assert bot.lines(f"Entry on {PAIRS[3]} denied: {TRIPPED}")
    assert stake(bot, PAIRS[2]) == 1_000.0
    bot.reload({"entry": {"enabled": False}})
    bot.hold(enter={PAIRS[3]: OVERRIDE})
    bot.loops()
    assert bot.lines(f"Entry on {PAIRS[3]} denied: ENTRIES_DISABLED")
    assert bot.open_pairs() == {PAIRS[1], PAIRS[2]}
    assert "trade_id" in bot.rest.force_enter(PAIRS[4], tag=OVERRIDE)
    bot.wait_for("the record", lambda: [told.code for told in overrides(bot)][2:] == ["ENTRIES_DISABLED"])
    assert "Traceback" not in bot.log()


def overrides(bot: Bot) -> list[Told]:
    """Give the overrides that the ledger holds."""
    return [told for told in decisions(bot.ledger) if told.kind == "override"]


def trade_of(bot: Bot, pair: str) -> int:
    """Give the id of a pair's open trade."""
    (trade,) = (trade for trade in bot.rest.open_trades() if trade["pair"] == pair)
    return int(trade["trade_id"])


def stake(bot: Bot, pair: str) -> float:
    """Give the stake of a pair's open position."""
    return sum(trade["stake_amount"] for trade in bot.rest.open_trades() if trade["pair"] == pair)
