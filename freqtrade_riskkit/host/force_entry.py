"""The gate for entries on open pairs that no callback of the strategy sees: force entries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from freqtrade.freqtradebot import FreqtradeBot

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.callbacks import carries_kit

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


def hook_force_entries(once: Callable[[Any, str, Wrap], None]) -> None:
    """Wrap the bot's placing of entries; `once` does it only once."""
    once(FreqtradeBot, "execute_entry", _guard)


def _guard(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute_entry(self: Any, pair: str, *args: Any, **kwargs: Any) -> Any:
        adds = kwargs.get("trade") is not None and kwargs.get("mode") == "pos_adjust"
        gated = adds and carries_kit(self.strategy)
        if gated and not self.strategy.riskkit.admits(pair, datetime.now(UTC), EntryKind.ADDED):
            return False
        return original(self, pair, *args, **kwargs)

    return execute_entry
