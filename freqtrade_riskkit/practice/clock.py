"""The exchange's clock: the only place where it learns what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable


def wall_clock_ms() -> int:
    """Return the machine's time in milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


class PracticeClock:
    """Exchange time, derived from the machine's time.

    Parameters
    ----------
    start_ms
        Exchange time at construction, in milliseconds since 1970 (UTC); None for the machine's own time.
    speed
        Exchange milliseconds per machine millisecond, at least 0. 1 runs along with the machine,
        0 stands still.
    source
        Where machine time comes from, in milliseconds.
    machine_start_ms
        The machine's time at which it was `start_ms`; None for now. A clock that ran in an earlier process
        goes on with the one it had then.
    """

    def __init__(
        self,
        start_ms: int | None = None,
        speed: float = 1.0,
        source: Callable[[], int] = wall_clock_ms,
        machine_start_ms: int | None = None,
    ) -> None:
        if speed < 0:
            raise ValueError(f"speed must be at least 0, was {speed}")
        self._source = source
        self._machine_start_ms = source() if machine_start_ms is None else machine_start_ms
        self._start_ms = self._machine_start_ms if start_ms is None else start_ms
        self._speed = speed
        self._advanced_ms = 0

    @property
    def start_ms(self) -> int:
        """Exchange time at the beginning, in milliseconds since 1970 (UTC)."""
        return self._start_ms

    @property
    def machine_start_ms(self) -> int:
        """The machine's time at the beginning, in milliseconds since 1970 (UTC)."""
        return self._machine_start_ms

    @property
    def speed(self) -> float:
        """Exchange milliseconds per machine millisecond."""
        return self._speed

    def now_ms(self) -> int:
        """Return the exchange's time in milliseconds since 1970 (UTC)."""
        elapsed = self._source() - self._machine_start_ms
        return self._start_ms + self._advanced_ms + int(elapsed * self._speed)

    def faketime(self) -> str:
        """Return libfaketime's FAKETIME for a process that begins now and whose clock runs along."""
        ahead = (self.now_ms() - self._source()) / 1000
        return f"{ahead:+.3f} x{self._speed:g}"

    def advance(self, milliseconds: int) -> None:
        """Move exchange time on by so many milliseconds; a negative number is refused."""
        if milliseconds < 0:
            raise ValueError(f"exchange time never runs backwards, was asked to move {milliseconds} ms")
        self._advanced_ms += milliseconds
