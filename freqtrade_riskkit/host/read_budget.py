"""How much of a loop's time may go into asking the exchange: exits and stops come after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from freqtrade_riskkit.host.bot_clock import utc_now
from freqtrade_riskkit.host.error_kinds import kind_of_missing_answer

LONGEST = timedelta(seconds=5)
"""Once reads took this long in a loop the rest of them wait for the next one."""


class ReadBudget:
    """Says before each read of the exchange whether it may be made in this loop.

    It may not once a read of the same loop got no answer, or once reads took `LONGEST` in it: what one more
    costs is one time-out of ccxt at most. Who had no turn in a loop queues, and comes before the others in
    the next ones, so that a slow exchange leaves nobody unread for good.

    Parameters
    ----------
    clock
        The bot's time.
    """

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._loop: datetime | None = None
        self._began = clock()
        self._is_gone = False
        self._queue: list[str] = []
        self._asked: set[str] = set()
        self._served: set[str] = set()

    def allows(self, reader: str, now: datetime) -> bool:
        """Say whether a reader may make one read now.

        Parameters
        ----------
        reader
            Its name. A reader asks for each of its reads, and only for reads that are due.
        now
            The moment of the loop: the same for all that is read in it, another one in the next.
        """
        if now != self._loop:
            self._begin(now)
        self._asked.add(reader)
        is_used_up = self._is_gone or abs(self._clock() - self._began) >= LONGEST
        if is_used_up or (self._queue and self._queue[0] != reader):
            if reader not in self._served and reader not in self._queue:
                self._queue.append(reader)
            return False
        if reader in self._queue:
            self._queue.remove(reader)
        self._served.add(reader)
        return True

    def failed(self, error: BaseException) -> None:
        """Learn that a read failed: where there was no answer there will be none for the others either."""
        if isinstance(error, OSError) or kind_of_missing_answer(error) is not None:
            self._is_gone = True

    def _begin(self, now: datetime) -> None:
        """Begin a loop; who queued and didn't ask any more needs nothing."""
        self._loop = now
        self._began = self._clock()
        self._is_gone = False
        self._queue = [reader for reader in self._queue if reader in self._asked]
        self._asked, self._served = set(), set()
