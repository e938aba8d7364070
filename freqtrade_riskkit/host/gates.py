"""What each gate does with its callback: ask the session first, then the strategy."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.callbacks import Callback, Gate

_POSITIONS = {
    "confirm_trade_entry": ("pair", "order_type", "amount", "rate", "time_in_force", "current_time"),
    "custom_stake_amount": ("pair", "current_time"),
    "adjust_trade_position": ("trade", "current_time"),
    "bot_loop_start": ("current_time",),
}


def confirm_trade_entry(
    strategy: Any, original: Callback, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Deny, or let the strategy confirm."""
    pair, now = _pair_and_time("confirm_trade_entry", args, kwargs)
    if not strategy.riskkit.admits(pair, now):
        return False
    confirmed = original(*args, **kwargs)
    if confirmed:
        strategy.riskkit.entered(pair, now)
    return confirmed


def custom_stake_amount(
    strategy: Any, original: Callback, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Deny silently by a stake of 0, or let the strategy size the entry."""
    pair, now = _pair_and_time("custom_stake_amount", args, kwargs)
    return original(*args, **kwargs) if strategy.riskkit.admits(pair, now) else 0.0


def adjust_trade_position(
    strategy: Any, original: Callback, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Let the strategy ask; deny what adds to the position, never what takes from it."""
    wanted = original(*args, **kwargs)
    stake = wanted[0] if isinstance(wanted, tuple) and wanted else wanted
    if not isinstance(stake, int | float) or not stake > 0:
        return wanted
    trade = _argument("adjust_trade_position", "trade", args, kwargs)
    now = _argument("adjust_trade_position", "current_time", args, kwargs)
    return wanted if strategy.riskkit.admits(trade.pair, now, EntryKind.ADDED) else None


def bot_loop_start(strategy: Any, original: Callback, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Keep the books, then let the strategy begin its loop."""
    strategy.riskkit.loop(_argument("bot_loop_start", "current_time", args, kwargs))
    return original(*args, **kwargs)


GATES: dict[str, Gate] = {
    "confirm_trade_entry": confirm_trade_entry,
    "custom_stake_amount": custom_stake_amount,
    "bot_loop_start": bot_loop_start,
}
OVERRIDE_GATES: dict[str, Gate] = {"adjust_trade_position": adjust_trade_position}
"""Gates set only where a strategy overrides the callback: Freqtrade copies the trade for any override."""


def _pair_and_time(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, datetime]:
    return _argument(name, "pair", args, kwargs), _argument(name, "current_time", args, kwargs)


def _argument(name: str, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return kwargs[key] if key in kwargs else args[_POSITIONS[name].index(key)]
