"""What each gate does with its callback: ask the session first, then the strategy.

Freqtrade takes a callback that raises for a yes. So whatever goes wrong on the kit's side denies the
entry, and what goes wrong in the strategy's own callback reaches Freqtrade as it would without the kit.
"""

from __future__ import annotations

import logging
from typing import Any

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.actions import FLATTEN_REASON
from freqtrade_riskkit.host.asked import Asked
from freqtrade_riskkit.host.callbacks import Callback, Gate

logger = logging.getLogger("freqtrade_riskkit.gates")

_FAILED = "%s: the gate before %s failed; the entry is denied."

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
            named = _named("confirm_trade_entry", args, kwargs)
            strategy.riskkit.entered(named["pair"], named["current_time"])
    return confirmed


def custom_stake_amount(strategy: Any, original: Callback, args: Args, kwargs: Kwargs) -> Any:
    """Deny silently by a stake of 0, or let the strategy size the entry.

    It spares a bot the message that Freqtrade logs for an entry that isn't confirmed.
    """
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
    strategy.riskkit.loop(_named("bot_loop_start", args, kwargs)["current_time"])
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


def _confirm_alone(strategy: Any, *args: Any, **kwargs: Any) -> bool:
    """Decide, before a callback that confirms everything."""
    try:
        session = strategy._riskkit_session or strategy.riskkit
        if not session.acts:
            return True
        named = _named("confirm_trade_entry", args, kwargs) if args else kwargs
        pair, now, worth = named["pair"], named["current_time"], named["amount"] * named["rate"]
        return session.admits(Asked(pair, now, enter_tag=named["entry_tag"], value=worth), enters=True)
    except Exception:  # Freqtrade takes a callback that raises for a yes
        logger.exception(_FAILED, Code.CHECK_FAILED, "confirm_trade_entry")
        return False


def _stake_alone(strategy: Any, *args: Any, **kwargs: Any) -> Any:
    """Deny by a stake of 0, or give Freqtrade's own stake.

    A backtest logs nothing of an entry that isn't confirmed: there `confirm_trade_entry` decides alone.
    """
    session = strategy._riskkit_session
    if (session is not None and session.is_simulated) or _admits(
        strategy, "custom_stake_amount", args, kwargs
    ):
        return (_named("custom_stake_amount", args, kwargs) if args else kwargs)["proposed_stake"]
    return 0.0


def _loop_alone(strategy: Any, *args: Any, **kwargs: Any) -> None:
    """Keep the books, before a callback that does nothing."""
    (strategy._riskkit_session or strategy.riskkit).loop(args[0] if args else kwargs["current_time"])


ALONE: dict[str, Callback] = {
    "confirm_trade_entry": _confirm_alone,
    "custom_stake_amount": _stake_alone,
    "bot_loop_start": _loop_alone,
}
"""What stands for a gate and Freqtrade's own callback behind it, where nobody overrides that."""


def _admits(
    strategy: Any,
    name: str,
    args: Args,
    kwargs: Kwargs,
    added: tuple[float, str | None] | None = None,
) -> bool:
    try:
        session = strategy._riskkit_session or strategy.riskkit
        if not session.acts:
            return True
        named = _named(name, args, kwargs) if args else kwargs
        now = named["current_time"]
        if added is not None:
            (stake, tag), trade = added, named["trade"]
            value = stake * (trade.leverage or 1.0)
            return session.admits(Asked(trade.pair, now, EntryKind.ADDED, tag, trade, value))
        worth = named["amount"] * named["rate"] if name == "confirm_trade_entry" else None
        asked = Asked(named["pair"], now, EntryKind.INITIAL, named["entry_tag"], None, worth)
        return session.admits(asked)
    except Exception:  # Freqtrade takes a callback that raises for a yes
        logger.exception(_FAILED, Code.CHECK_FAILED, name)
        return False


def _named(name: str, args: Args, kwargs: Kwargs) -> Kwargs:
    """Give a callback's arguments by their names; Freqtrade itself hands all of them over that way."""
    return {**dict(zip(_POSITIONS[name], args, strict=False)), **kwargs}
