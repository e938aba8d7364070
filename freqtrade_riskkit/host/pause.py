"""Whether Freqtrade itself is paused, which a strategy's callbacks don't see."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from freqtrade.enums import State
from freqtrade.freqtradebot import FreqtradeBot

from freqtrade_riskkit.host.strategy_class import carries_kit

_BOT = "_riskkit_bot"

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


def hook_startup(once: Callable[[Any, str, Wrap], None]) -> None:
    """Let a strategy know its bot from the bot's start on; `once` does it only once."""
    once(FreqtradeBot, "startup", _introduce)


def is_paused(strategy: object) -> bool | None:
    """Say whether the bot of a strategy is paused; None where the strategy has no bot."""
    reference = getattr(strategy, _BOT, None)
    bot = reference() if reference is not None else None
    return bot.state is State.PAUSED if bot is not None else None


def _introduce(original: Callable[..., Any]) -> Callable[..., Any]:
    def startup(self: Any) -> None:
        if carries_kit(self.strategy):
            setattr(self.strategy, _BOT, weakref.ref(self))
        original(self)

    return startup
