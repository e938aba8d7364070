"""What a bot's orders are for: those that add risk are counted, the others only watched for a flood."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.stop_flood import StopFloodAlarm

_ADD_RISK = (EntryKind.INITIAL, EntryKind.ADDED)


class OrderFlow:
    """Tells each order that an exchange took by what it is for.

    An order adds risk at its first placement as an entry or an added entry. Replaced entries, exits and
    stops don't: they only feed the alarm. An order counts once the exchange has taken it, also where its
    time in force left it unfilled and where Freqtrade fails to book it afterwards; one that is refused
    doesn't count.

    Parameters
    ----------
    order_placed
        Is told each order that adds risk: its kind and the moment.
    alarm
        Watches the rest; None where that is switched off.
    """

    def __init__(
        self, order_placed: Callable[[EntryKind, datetime], None], alarm: StopFloodAlarm | None
    ) -> None:
        self._order_placed = order_placed
        self._alarm = alarm
        self._under_way = threading.local()

    @contextmanager
    def entering(self, kind: EntryKind) -> Iterator[None]:
        """Say that the next order of this thread is an entry of this kind, as long as the block lasts."""
        outer = self._kind()
        self._under_way.kind = kind
        try:
            yield
        finally:
            self._under_way.kind = outer

    def accepted(self, now: datetime, *, is_stop: bool) -> None:
        """Note an order of this thread that the exchange took."""
        kind = None if is_stop else self._kind()
        if kind in _ADD_RISK:
            self._under_way.kind = None  # one entry is one order; what follows it is something else
            self._order_placed(kind, now)
        elif self._alarm is not None:
            self._alarm.placed(now)

    def _kind(self) -> EntryKind | None:
        return getattr(self._under_way, "kind", None)
