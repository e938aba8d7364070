"""Where a running bot is watched: its loop, and its placing of entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.bot_watch import BotWatch
from freqtrade_riskkit.host.strategy_class import carries_kit

_KINDS = {"initial": EntryKind.INITIAL, "pos_adjust": EntryKind.ADDED, "replace": EntryKind.REPLACED}
"""What Freqtrade's modes of placing an entry are for."""


def watch_loop(original: Callable[..., Any]) -> Callable[..., Any]:
    """Watch each loop of a bot, for `FreqtradeBot.process`."""

    def process(self: Any) -> Any:
        watch = _watch_of(self)
        if watch is None:
            return original(self)
        with watch.loop(self.exchange):
            return original(self)

    return process


def watch_entry(original: Callable[..., Any]) -> Callable[..., Any]:
    """Watch what an entry's order is for, for `FreqtradeBot.execute_entry`."""

    def execute_entry(self: Any, *args: Any, **kwargs: Any) -> Any:
        watch = _watch_of(self)
        if watch is None:
            return original(self, *args, **kwargs)
        with watch.entering(_KINDS.get(kwargs.get("mode", "initial"), EntryKind.INITIAL)):
            return original(self, *args, **kwargs)

    return execute_entry


def _watch_of(bot: Any) -> BotWatch | None:
    """Give what watches a bot; none does where its strategy lacks the kit, or the session wants none."""
    return getattr(bot.strategy.riskkit, "watch", None) if carries_kit(bot.strategy) else None
