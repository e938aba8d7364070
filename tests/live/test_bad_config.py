"""A bad `riskkit` section: refused where nothing is open, put up with where positions need the bot."""

from __future__ import annotations

import pytest

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions

GOOD = {"entry": {"max_open_positions": 5}}
BAD = {"entry": {"max_open_positions": 0}, "circuit_breaker": {"drawdown": {"limit": 15}}}
PROBLEMS = (
    "riskkit.entry.max_open_positions must be",
    "riskkit.circuit_breaker.drawdown.limit must be in (0, 1], was 15 (for 15 % write 0.15)",
)

COOLDOWN = {"method": "CooldownPeriod"}
BAD_PROTECTIONS = (
    ({**COOLDOWN, "unlock_at": "25:99"}, "riskkit.protections[0].unlock_at must be a time of day in UTC"),
    ({**COOLDOWN, "stop_duration": "x"}, "riskkit.protections[0].stop_duration must be a whole number"),
    ({"method": "Nope"}, "riskkit.protections[0].method must be one of CooldownPeriod, LowProfitPairs,"),
    (
        {"method": "StoplossGuard", "trade_limit": "x"},
        "riskkit.protections[0].trade_limit must be a whole number",
    ),
)


def test_bad_section_when_the_bot_starts_for_the_first_time_then_one_message_and_exit_code_2(
    make_bot: StartBot,
) -> None:
    bot = make_bot(riskkit=BAD)

    bot.spawn()

    assert bot.wait_for_exit() == 2
    for problem in PROBLEMS:
        assert len([line for line in bot.log().splitlines() if problem in line]) == 1
    assert "Traceback" not in bot.log()


def test_bad_section_when_trades_are_open_then_exits_go_on_and_every_entry_is_denied(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(config={"position_adjustment_enable": True}, riskkit=GOOD)
    open_positions(bot, *PAIRS[:4])

    # At a start.
    bot.kill()
    bot.configure(BAD)
    bot.start()
    assert_exits_only(bot, prices, closing=PAIRS[0], open_pair=PAIRS[1], new_pair=PAIRS[5])

    # Mended, and spoiled again, by reloading.
    bot.reload(GOOD)
    open_positions(bot, PAIRS[5])
    bot.reload(BAD)
    assert_exits_only(bot, prices, closing=PAIRS[1], open_pair=PAIRS[2], new_pair=PAIRS[6])
    assert "Traceback" not in bot.log()

    # With the last position closed there is nothing left that the bot is needed for.
    for pair in (PAIRS[2], PAIRS[3], PAIRS[5]):
        close_position(bot, prices, pair, 101.0)
    bot.rest.reload_config()
    assert bot.wait_for_exit() == 2


def test_bad_protections_when_trades_are_open_then_exits_go_on_and_every_entry_is_denied(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Freqtrade itself would end the bot, at its start or when the first trade closes."""
    bot = start_bot(riskkit=GOOD)
    open_positions(bot, *PAIRS[:3])

    for protection, problem in BAD_PROTECTIONS:
        bot.kill()
        bot.configure({"protections": [protection]})
        bot.start()
        assert_denied(bot, PAIRS[5], problem)

    close_position(bot, prices, PAIRS[0], 95.0)
    bot.reload(GOOD)
    open_positions(bot, PAIRS[6])
    bot.reload({"protections": [BAD_PROTECTIONS[0][0]]})
    assert_denied(bot, PAIRS[7], BAD_PROTECTIONS[0][1])
    close_position(bot, prices, PAIRS[1], 95.0)
    bot.loops()
    assert bot.open_pairs() == {PAIRS[2], PAIRS[6]}
    assert "Traceback" not in bot.log()


@pytest.mark.parametrize(
    ("variable", "text", "problem"),
    [
        ("FREQTRADE__RISKKIT", '{"mode": ', "riskkit must be a section {…}, was text that is no JSON object"),
        ("FREQTRADE__RISKKIT__DB_URL", "postgresql://u:hunter2@h:notaport/db", "riskkit.db_url must be"),
    ],
)
def test_bad_variable_when_trades_are_open_then_exits_go_on_and_every_entry_is_denied(
    start_bot: StartBot, prices: SteeredPrices, variable: str, text: str, problem: str
) -> None:
    bot = start_bot(riskkit=GOOD)
    open_positions(bot, PAIRS[0])
    bot.kill()

    bot.start(**{variable: text})

    assert_denied(bot, PAIRS[5], problem)
    close_position(bot, prices, PAIRS[0], 95.0)
    assert "Traceback" not in bot.log()
    assert "hunter2" not in bot.log()


def test_variable_when_it_holds_the_section_as_a_json_object_then_the_bot_goes_on_with_it(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(riskkit=GOOD)
    open_positions(bot, *PAIRS[:2])
    bot.kill()

    bot.start(FREQTRADE__RISKKIT='{"entry": {"max_open_positions": 2}}')

    bot.hold(enter=[PAIRS[5]])
    bot.loops()
    assert bot.lines(f"Entry on {PAIRS[5]} denied: POSITION_LIMIT: limit=2")
    close_position(bot, prices, PAIRS[0], 95.0)
    assert "Traceback" not in bot.log()


def assert_denied(bot: Bot, pair: str, problem: str) -> None:
    """Try an entry: it is denied, and the reason is told."""
    bot.hold(enter=[pair])
    bot.loops()
    assert pair not in bot.open_pairs()
    assert any(problem in line for line in bot.lines(f"Entry on {pair} denied: CONFIG_INVALID: "))
    bot.hold()


def assert_exits_only(bot: Bot, prices: SteeredPrices, closing: str, open_pair: str, new_pair: str) -> None:
    """Try every way in, and one way out."""
    bot.hold(enter=[new_pair], adjust={open_pair: 500.0})
    bot.loops()
    assert "error" in bot.rest.force_enter(new_pair)
    assert "error" in bot.rest.force_enter(open_pair, stake=500.0)
    assert new_pair not in bot.open_pairs()
    assert {trade["stake_amount"] for trade in bot.rest.open_trades()} == {1_000.0}
    for pair in (new_pair, open_pair):
        denied = bot.lines(f"Entry on {pair} denied: CONFIG_INVALID: ")
        assert denied
        assert all(problem in line for line in denied for problem in PROBLEMS)
    told = bot.lines("Trades are open: the bot runs for their exits, every entry is denied")
    assert told
    assert close_position(bot, prices, closing, 99.0)["exit_reason"] == "exit_signal"
