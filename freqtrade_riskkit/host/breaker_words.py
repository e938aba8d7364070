"""The breaker's events in words."""

from __future__ import annotations

from datetime import datetime

from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerEvent,
    CooldownStarted,
    LimitNear,
    ResetWay,
    Trip,
    TripEnded,
)
from freqtrade_riskkit.core.decisions import Code

_WAYS = {
    ResetWay.TIME: "its time is over",
    ResetWay.LOCK_DELETED: "a person deleted its lock",
    ResetWay.OBSERVED: "it was only observed, for a day",
    ResetWay.COMMAND: "a person reset it by command",
    ResetWay.FLAG_REMOVED: "its flag file is gone",
    ResetWay.LOCK_ENDED: "the lock that a person made is over",
    ResetWay.RESUMED: "the bot was started again",
}
_DEEDS = {
    Action.BLOCK: "",
    Action.CANCEL: ", open entry orders cancelled",
    Action.FLATTEN: ", open entry orders cancelled, open positions sold",
}


def describe(event: BreakerEvent, currency: str, would: bool) -> tuple[str, str, str]:
    """Give kind, code and sentence of an event; `would` marks a breaker that only observes."""
    prefix = "would trip" if would else "tripped"
    if isinstance(event, Trip):
        held = "until a person resets it" if event.until is None else f"until {minute(event.until)}"
        why = " (one trip too many within 24 hours)" if event.latched else ""
        denied = "entries would be denied" if would else "entries denied"
        text = f"{event.decision().message(currency)}; breaker {prefix}, {denied} {held}{why}"
        text += "" if would else _DEEDS[event.action]
        return ("would_trip" if would else "trip"), str(event.code), text
    if isinstance(event, LimitNear):
        return "warning", str(Code.LIMIT_NEAR), event.decision().message(currency)
    if isinstance(event, TripEnded):
        code, way = event.trip.code, _WAYS[event.way]
        which = f" ({event.trip.detail})" if event.trip.is_manual else ""
        return "reset", str(code), f"{code}: the trip{which} ended, {way}"
    if isinstance(event, CooldownStarted):
        text = f"{Code.COOLDOWN}: entries stay denied until {minute(event.until)}"
        return "cooldown", str(Code.COOLDOWN), text
    return "recovered", "RECOVERED", "The breaker is closed, entries pass again"


def minute(moment: datetime) -> str:
    """Write a moment to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
