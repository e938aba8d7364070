"""Alerts a running bot's owner to a flood of stops, exits and replaced orders."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from freqtrade_riskkit.core.decisions import Code, Decision, Unit
from freqtrade_riskkit.core.stop_flood import StopFlood

DETAIL = "exits, stops and replaced orders within 60 s; none of them is held back"


class StopFloodAlarm:
    """Sends one alert a flood; orders of several threads may be told.

    Parameters
    ----------
    limit
        Placements within 60 seconds that are still normal, at least 1.
    send
        Sends the alert.
    """

    def __init__(self, limit: int, send: Callable[[str], None]) -> None:
        self._flood = StopFlood(limit)
        self._send = send
        self._lock = threading.Lock()

    def placed(self, at: datetime) -> None:
        """Count an exit, a stop or a replaced order that was placed, and alert where a flood begins."""
        with self._lock:
            count = self._flood.placed(at)
        if count is not None:
            limit = self._flood.limit
            self._send(Decision(True, Code.STOP_FLOOD, limit, count, Unit.COUNT, DETAIL).message())
