"""What no callback of a strategy sees of a running bot.

Force entries on open pairs, entry orders that are replaced, and stops before they go to the exchange.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from freqtrade.freqtradebot import FreqtradeBot

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.asked import Asked
from freqtrade_riskkit.host.foreign_locks import hook_locks
from freqtrade_riskkit.host.pause import hook_startup
from freqtrade_riskkit.host.strategy_class import carries_kit
from freqtrade_riskkit.host.watch_hooks import watch_entry, watch_loop

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]

_UNSEEN = {"pos_adjust": EntryKind.ADDED, "replace": EntryKind.REPLACED}
"""Freqtrade's modes of placing an entry that it confirms with no callback."""


def hook_bot(once: Callable[[Any, str, Wrap], None]) -> None:
    """Wrap the bot's start, loop, entries and stops, and people's locks; `once` does it only once."""
    once(FreqtradeBot, "execute_entry", lambda original: watch_entry(_guard(original)))
    once(FreqtradeBot, "handle_stoploss_on_exchange", _tighten_first)
    once(FreqtradeBot, "process", watch_loop)
    hook_startup(once)
    hook_locks(once)


def _guard(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute_entry(self: Any, pair: str, *args: Any, **kwargs: Any) -> Any:
        kind, trade = _UNSEEN.get(kwargs.get("mode", "initial")), kwargs.get("trade")
        if kind is not None and trade is not None and carries_kit(self.strategy):
            stake = kwargs["stake_amount"] if "stake_amount" in kwargs else args[0]
            asked = Asked(
                pair, datetime.now(UTC), kind, kwargs.get("enter_tag"), trade, stake * (trade.leverage or 1.0)
            )
            if not self.strategy.riskkit.admits(asked):
                return False
        return original(self, pair, *args, **kwargs)

    return execute_entry


def _tighten_first(original: Callable[..., Any]) -> Callable[..., Any]:
    """Set a trade's bracket before its stop goes to the exchange, where a fixed stop is never moved."""

    def handle_stoploss_on_exchange(self: Any, trade: Any) -> Any:
        if trade.has_open_position and carries_kit(self.strategy):
            plans = self.strategy.riskkit.exits
            if plans is not None:
                plans.prepare(trade)
        return original(self, trade)

    return handle_stoploss_on_exchange
