"""Whether a strategy's bot is paused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from freqtrade.enums import State
from freqtrade.freqtradebot import FreqtradeBot

from freqtrade_riskkit.host.pause import hook_startup, is_paused
from tests.unit.host.freqtrade_database import KitStrategy


class StubBot:
    """A bot, of which only state and strategy count."""

    def __init__(self, strategy: object) -> None:
        self.strategy = strategy
        self.state = State.STOPPED


def started(bot: StubBot) -> list[StubBot]:
    """Start a bot through the hook; give whom Freqtrade's own start saw."""
    seen: list[StubBot] = []

    def once(owner: type, name: str, wrap: Callable[[Any], Any]) -> None:
        assert (owner, name) == (FreqtradeBot, "startup")
        wrap(seen.append)(bot)

    hook_startup(once)
    return seen


def test_pause_when_the_bots_state_moves_then_seen_at_once() -> None:
    bot = StubBot(KitStrategy())
    assert is_paused(bot.strategy) is None
    assert started(bot) == [bot]
    seen = []
    for state in (State.RUNNING, State.PAUSED, State.STOPPED, State.RELOAD_CONFIG, State.RUNNING):
        bot.state = state
        seen.append(is_paused(bot.strategy))
    assert seen == [False, True, False, False, False]


def test_pause_when_the_bot_is_gone_then_nobody_knows() -> None:
    strategy = KitStrategy()
    started(StubBot(strategy))
    assert is_paused(strategy) is None


def test_pause_when_the_strategy_has_no_kit_then_it_is_left_alone() -> None:
    bot = StubBot(type("Plain", (), {})())
    assert started(bot) == [bot]
    assert vars(bot.strategy) == {}
