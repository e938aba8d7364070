"""A breaker that is taken out of the config while it is tripped leaves nothing behind that nobody can end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.conftest import PAIRS, StartBot
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions, wait_for_lock

SECTION = {"circuit_breaker": {"daily_loss": None, "drawdown": {"limit": 0.01}, "loss_streak": None}}
TOLD = "WARNING - .*lock was taken back"


@pytest.mark.parametrize(
    ("without", "why"),
    [
        pytest.param({"entry": {}}, "no breaker is configured", id="no-breaker"),
        pytest.param(None, "no breaker is configured", id="no-section"),
        pytest.param({**SECTION, "mode": "off"}, "mode off", id="off"),
    ],
)
def test_breaker_when_removed_while_tripped_then_its_lock_is_released_and_that_is_told(
    start_bot: StartBot, prices: SteeredPrices, without: dict[str, Any] | None, why: str
) -> None:
    """It goes on as it was left where it comes back: no person has let go of the trip."""
    bot = start_bot(riskkit=SECTION)
    open_positions(bot, *PAIRS[:2])
    close_position(bot, prices, PAIRS[0], 80.0)
    said = wait_for_lock(bot, "DRAWDOWN_EXCEEDED: ")["reason"].removesuffix(" (riskkit)")

    bot.reload(without)
    open_positions(bot, PAIRS[3])
    assert bot.rest.locks_on_all_pairs() == []
    (told,) = bot.lines(TOLD)
    assert f"WARNING - {why}: the kit's lock was taken back: {said}. " in told
    bot.restart()
    bot.loops()
    assert len(bot.lines(TOLD)) == 1

    bot.reload(SECTION)
    wait_for_lock(bot, said)
    assert "Traceback" not in bot.log()


def test_lock_when_the_section_is_bad_and_trades_are_open_then_it_stands(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """A slip of the pen lets go of nothing."""
    bot = start_bot(riskkit=SECTION)
    open_positions(bot, *PAIRS[:2])
    close_position(bot, prices, PAIRS[0], 80.0)
    lock = wait_for_lock(bot, "DRAWDOWN_EXCEEDED: ")
    bad: tuple[dict[str, Any], ...] = ({"circuit_breakers": {}}, {"mode": "of"})
    for section in bad:
        bot.reload(section)
        bot.loops()
        assert bot.rest.locks_on_all_pairs() == [lock]
    assert bot.lines("the bot runs for their exits, every entry is denied")
    assert bot.lines(TOLD) == []
    bot.reload(SECTION)
    bot.loops()
    assert bot.rest.locks_on_all_pairs() == [lock]
