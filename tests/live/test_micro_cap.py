"""The profile of a small account on a running bot."""

from __future__ import annotations

import pytest

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.prices import SteeredPrices
from tests.live.steps import filled_pairs, open_positions
from tests.support.riskkit_command import riskkit

CONFIG = {
    "dry_run_wallet": 400,
    "stake_amount": 50,
    "max_open_trades": 8,
    "position_adjustment_enable": True,
    "order_types": {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False},
}

WARNING = "Profile micro_cap is meant for accounts of 15.00 USDT and up; this one has 14.00 USDT."


@pytest.mark.feature("B8", "F1", "dry_run")
def test_micro_cap_when_in_force_then_four_positions_no_additions_and_no_entry_while_fragmented(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(config=CONFIG, riskkit={"profile": "micro_cap"})

    # Three unfilled entries hold 150 of 400: more than 0.3, so a fourth has to wait, though it would fill.
    limits = dict.fromkeys(PAIRS[:3], 98.5)
    bot.hold(enter=PAIRS[:4], limit=limits)
    bot.wait_for("three entries", lambda: bot.open_pairs() == set(limits))
    bot.loops()
    assert bot.open_pairs() == set(limits)
    assert bot.lines(f"Entry on {PAIRS[3]} denied: CAPITAL_FRAGMENTED: limit=0.3000, value=0.37")

    # They fill, the fourth follows, and there is no fifth.
    prices.set(98.0, *limits)
    bot.wait_for("the fills", lambda: filled_pairs(bot) == set(PAIRS[:4]))
    bot.hold(enter=PAIRS[:5])
    bot.loops()
    assert bot.open_pairs() == set(PAIRS[:4])
    assert bot.lines(f"Entry on {PAIRS[4]} denied: POSITION_LIMIT: limit=4, value=4")

    # Nothing is added to a position, by the strategy or by a person; taking out passes.
    bot.hold(adjust={PAIRS[0]: 20.0})
    bot.loops()
    assert "error" in bot.rest.force_enter(PAIRS[1], stake=20.0)
    for pair in PAIRS[:2]:
        assert bot.lines(f"Entry on {pair} denied: DCA_DISABLED: riskkit.micro_cap.enable_dca is false")
    assert {trade["nr_of_successful_entries"] for trade in bot.rest.open_trades()} == {1}
    bot.hold(adjust={PAIRS[2]: -20.0})
    bot.wait_for("the partial exit", lambda: stakes(bot)[PAIRS[2]] < 45)

    # Keys of its own let each of them go on.
    bot.hold()
    bot.reload({"profile": "micro_cap", "micro_cap": {"max_positions": 5, "enable_dca": True}})
    assert "trade_id" in bot.rest.force_enter(PAIRS[1], stake=20.0)
    open_positions(bot, PAIRS[4])
    bot.hold(enter=[PAIRS[5]])
    bot.loops()
    assert bot.lines(f"Entry on {PAIRS[5]} denied: POSITION_LIMIT: limit=5, value=5")

    # Below 15 dollars the check of this config warns.
    checked = ("check-config", "-c", bot.files.config_file, "--userdir", bot.files.user_data)
    assert "and up" not in riskkit(*checked, cwd=bot.files.root).stdout
    small = {"FREQTRADE__DRY_RUN_WALLET": "14"}
    assert WARNING in riskkit(*checked, cwd=bot.files.root, env=small).stdout


@pytest.mark.feature("F1", "dry_run")
def test_micro_cap_when_the_account_is_below_15_dollars_then_the_bot_says_so_at_its_start(
    start_bot: StartBot,
) -> None:
    bot = start_bot(
        config={**CONFIG, "dry_run_wallet": 14, "stake_amount": 5}, riskkit={"profile": "micro_cap"}
    )
    bot.loops()

    warning = "profile micro_cap: a balance of 14.00 USDT is below 15"
    assert len(bot.lines(f"WARNING - {warning}")) == 1
    told = bot.lines("strategy_msg: profile ")  # with its name marked as code for Telegram
    assert [line.endswith("most exchanges take no order that small.") for line in told] == [True]


def stakes(bot: Bot) -> dict[str, float]:
    """Give the stake of each open position."""
    return {trade["pair"]: trade["stake_amount"] for trade in bot.rest.open_trades()}
