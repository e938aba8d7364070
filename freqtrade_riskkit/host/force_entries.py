"""A person's force entries, told from a strategy's signals."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from freqtrade.rpc import RPC

from freqtrade_riskkit.core.decisions import Code, Decision
from freqtrade_riskkit.core.entry.request import OVERRIDE

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]

FIRM = frozenset({Code.CONFIG_INVALID, Code.CHECK_FAILED})
"""What no person's tag overrides: the kit itself doesn't work then and knows nothing to weigh."""

_told: ContextVar[set[Code | None] | None] = ContextVar("riskkit_force_entry", default=None)
"""Codes already recorded of the force entry that is under way; None while none is, in this thread."""


def hook_force_entries(once: Callable[[Any, str, Wrap], None]) -> None:
    """Wrap the way in that Telegram, REST and FreqUI share; `once` does it only once."""
    once(RPC, "_rpc_force_entry", _mark)


def is_overridden(decision: Decision, enter_tag: str | None) -> bool:
    """Say whether a person's tag stands against a denial; a signal with the same tag does nothing."""
    return (
        not decision.allowed
        and enter_tag == OVERRIDE
        and decision.code not in FIRM
        and _told.get() is not None
    )


def is_news(decision: Decision) -> bool:
    """Say whether this denial wasn't overridden before in the force entry that is under way.

    Freqtrade asks about one entry more than once.
    """
    told = _told.get()
    if told is None or decision.code in told:
        return False
    told.add(decision.code)
    return True


def _mark(original: Callable[..., Any]) -> Callable[..., Any]:
    def _rpc_force_entry(self: Any, *args: Any, **kwargs: Any) -> Any:
        token = _told.set(set())
        try:
            return original(self, *args, **kwargs)
        finally:
            _told.reset(token)

    return _rpc_force_entry
