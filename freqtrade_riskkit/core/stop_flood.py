"""A flood of stops, exits and replaced orders: worth an alert, never worth blocking one of them."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)


class StopFlood:
    """Counts placements within 60 seconds and says when a flood begins.

    A flood begins with the placement that makes them more than `limit`. It is over, and the next one may
    be told, once fewer than half of the limit are left in the window: a count that swings around the limit
    is one flood, not many.

    Parameters
    ----------
    limit
        Placements that are still normal within any 60 seconds, at least 1.

    Raises
    ------
    ValueError
        Where the limit is below 1.

    Examples
    --------
    >>> from datetime import UTC
    >>> flood = StopFlood(2)
    >>> moments = [datetime(2024, 1, 1, second=second, tzinfo=UTC) for second in (0, 10, 20, 30)]
    >>> [flood.placed(at) for at in moments]
    [None, None, 3, None]
    """

    __slots__ = ("_flooding", "_limit", "_placed")

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"the limit must be at least 1, was {limit}")
        self._limit = limit
        self._placed: deque[datetime] = deque(maxlen=limit + 1)  # what is older changes no answer
        self._flooding = False

    @property
    def limit(self) -> int:
        """Placements that are still normal within 60 seconds."""
        return self._limit

    def placed(self, at: datetime) -> int | None:
        """Note a placement.

        Parameters
        ----------
        at
            When, with its time zone. A moment before the last one, from a clock that was set back, is
            taken for the last one. A placement of exactly 60 seconds ago is out of the window.

        Returns
        -------
        int or None
            How many there are in the window, where a flood begins with this one; None otherwise.

        Raises
        ------
        ValueError
            Where the moment has no time zone.
        """
        if at.tzinfo is None:
            raise ValueError(f"the moment of a placement needs its time zone, was {at.isoformat()}")
        if self._placed:
            at = max(at, self._placed[-1])
        while self._placed and self._placed[0] <= at - WINDOW:
            self._placed.popleft()
        if len(self._placed) < math.ceil(self._limit / 2):
            self._flooding = False
        self._placed.append(at)
        if self._flooding or len(self._placed) <= self._limit:
            return None
        self._flooding = True
        return len(self._placed)
