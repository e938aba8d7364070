"""What each gate does with its callback: ask the session first, then the strategy.

Freqtrade takes a callback that raises for a yes. So whatever goes wrong on the kit's side denies the
entry, and what goes wrong in the strategy's own callback reaches Freqtrade as it would without the kit.
"""

from __future__ import annotations

import logging
from typing import Any

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.callbacks import Callback, Gate

logger = logging.getLogger("freqtrade_riskkit.gates")

Args = tuple[Any, ...]
Kwargs = dict[str, Any]

_POSITIONS = {
    "confirm_trade_entry": ("pair", "order_type", "amount", "rate", "time_in_force", "current_time"),
    "custom_stake_amount": ("pair", "current_time"),
    "adjust_trade_position": ("trade", "current_time"),
    "bot_loop_start": ("current_time",),
}


def confirm_trade_entry(strategy: Any, original: Callback, args: Args, kwargs: Kwargs) -> Any:
    """Deny, or let the strategy confirm."""
    if not _admits(strategy, "confirm_trade_entry", args, kwargs):
        return False
    confirmed = True  # what Freqtrade makes of a callback that raises
    try:
        confirmed = original(*args, **kwargs)
    finally:
        if confirmed:
            pair, now = (
                _argument("confirm_trade_entry", key, args, kwargs) for key in ("pair", "current_time")
            )
            strategy.riskkit.entered(pair, now)
    return confirmed


def custom_stake_amount(strategy: Any, original: Callback, args: Args, kwargs: Kwargs) -> Any:
    """Deny silently by a stake of 0, or let the strategy size the entry."""
    return original(*args, **kwargs) if _admits(strategy, "custom_stake_amount", args, kwargs) else 0.0


def adjust_trade_position(strategy: Any, original: Callback, args: Args, kwargs: Kwargs) -> Any:
    """Let the strategy ask; deny what adds to the position, never what takes from it."""
    wanted = original(*args, **kwargs)
    stake = next(iter(wanted), None) if isinstance(wanted, tuple) else wanted
    if stake is None or not stake > 0:
        return wanted
    return wanted if _admits(strategy, "adjust_trade_position", args, kwargs, EntryKind.ADDED) else None


def bot_loop_start(strategy: Any, original: Callback, args: Args, kwargs: Kwargs) -> Any:
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


def _admits(
    strategy: Any,
    name: str,
    args: Args,
    kwargs: Kwargs,
    kind: EntryKind = EntryKind.INITIAL,
) -> bool:
    try:
        session = strategy.riskkit
        if not session.acts:
            return True
        pair = (
            _argument(name, "trade", args, kwargs).pair
            if kind is EntryKind.ADDED
            else _argument(name, "pair", args, kwargs)
        )
        return bool(session.admits(pair, _argument(name, "current_time", args, kwargs), kind))
    except Exception:
        logger.exception("%s: the gate before %s failed; the entry is denied.", Code.CHECK_FAILED, name)
        return False


def _argument(name: str, key: str, args: Args, kwargs: Kwargs) -> Any:
    return kwargs[key] if key in kwargs else args[_POSITIONS[name].index(key)]
