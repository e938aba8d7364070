"""What each gate does with its callback: ask the session first, then the strategy.

Freqtrade takes a callback that raises for a yes. So whatever goes wrong on the kit's side denies the
entry, and what goes wrong in the strategy's own callback reaches Freqtrade as it would without the kit.
"""

from __future__ import annotations

import logging
from typing import Any

from freqtrade.strategy import IStrategy

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.actions import FLATTEN_REASON
from freqtrade_riskkit.host.asked import Asked
from freqtrade_riskkit.host.callbacks import Callback, Gate

logger = logging.getLogger("freqtrade_riskkit.gates")

Args = tuple[Any, ...]
Kwargs = dict[str, Any]

_POSITIONS = {
    "confirm_trade_entry": (
        *("pair", "order_type", "amount", "rate", "time_in_force", "current_time", "entry_tag"),
    ),
    "custom_stake_amount": (
        *("pair", "current_time", "current_rate", "proposed_stake", "min_stake", "max_stake"),
        *("leverage", "entry_tag"),
    ),
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
            pair = _argument("confirm_trade_entry", "pair", args, kwargs)
            now = _argument("confirm_trade_entry", "current_time", args, kwargs)
            strategy.riskkit.entered(pair, now)
    return confirmed


def custom_stake_amount(strategy: Any, original: Callback, args: Args, kwargs: Kwargs) -> Any:
    """Deny silently by a stake of 0, or let the strategy size the entry.

    It spares a bot the message that Freqtrade logs for an entry that isn't confirmed. A backtest logs none,
    so where the strategy has no stake of its own, `confirm_trade_entry` is left to decide alone.
    """
    if getattr(original, "__func__", None) is IStrategy.custom_stake_amount and strategy.riskkit.is_simulated:
        return original(*args, **kwargs)
    return original(*args, **kwargs) if _admits(strategy, "custom_stake_amount", args, kwargs) else 0.0


def adjust_trade_position(strategy: Any, original: Callback, args: Args, kwargs: Kwargs) -> Any:
    """Let the strategy ask; deny what adds to the position, never what takes from it."""
    wanted = original(*args, **kwargs)
    stake, tag = (*wanted, None, None)[:2] if isinstance(wanted, tuple) else (wanted, None)
    if stake is None or not stake > 0:
        return wanted
    return wanted if _admits(strategy, "adjust_trade_position", args, kwargs, (stake, tag)) else None


def confirm_trade_exit(strategy: Any, original: Callback, args: Args, kwargs: Kwargs) -> Any:
    """Let the strategy confirm, and note where it keeps a position that a trip sells."""
    confirmed = original(*args, **kwargs)
    actions = strategy.riskkit.actions
    if not confirmed and actions is not None and kwargs.get("exit_reason") == FLATTEN_REASON:
        actions.refused(kwargs["trade"])
    return confirmed


def bot_loop_start(strategy: Any, original: Callback, args: Args, kwargs: Kwargs) -> Any:
    """Keep the books, then let the strategy begin its loop."""
    strategy.riskkit.loop(_argument("bot_loop_start", "current_time", args, kwargs))
    return original(*args, **kwargs)


GATES: dict[str, Gate] = {
    "confirm_trade_entry": confirm_trade_entry,
    "custom_stake_amount": custom_stake_amount,
    "bot_loop_start": bot_loop_start,
}
OVERRIDE_GATES: dict[str, Gate] = {
    "adjust_trade_position": adjust_trade_position,
    "confirm_trade_exit": confirm_trade_exit,
}
"""Gates set only where a strategy overrides the callback: Freqtrade copies the trade for any override."""


def _admits(
    strategy: Any,
    name: str,
    args: Args,
    kwargs: Kwargs,
    added: tuple[float, str | None] | None = None,
) -> bool:
    try:
        session = strategy.riskkit
        if not session.acts:
            return True
        now = _argument(name, "current_time", args, kwargs)
        if added is not None:
            (stake, tag), trade = added, _argument(name, "trade", args, kwargs)
            value = stake * (trade.leverage or 1.0)
            return bool(session.admits(Asked(trade.pair, now, EntryKind.ADDED, tag, trade, value)))
        worth: float | None = None
        if name == "confirm_trade_entry":
            worth = _argument(name, "amount", args, kwargs) * _argument(name, "rate", args, kwargs)
        pair = _argument(name, "pair", args, kwargs)
        tag = _argument(name, "entry_tag", args, kwargs)
        return bool(session.admits(Asked(pair, now, EntryKind.INITIAL, tag, None, worth)))
    except Exception:  # Freqtrade takes a callback that raises for a yes
        logger.exception("%s: the gate before %s failed; the entry is denied.", Code.CHECK_FAILED, name)
        return False


def _argument(name: str, key: str, args: Args, kwargs: Kwargs) -> Any:
    return kwargs[key] if key in kwargs else args[_POSITIONS[name].index(key)]
