"""Waiting for what a process does, by looking again and again until a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

DEADLINE_SECONDS = 120.0
LOOK_AGAIN_SECONDS = 0.1


class NotInTime(AssertionError):
    """What was waited for didn't come about before the deadline."""


def wait_for(
    what: str,
    look: Callable[[], Answer | None],
    *,
    seconds: float = DEADLINE_SECONDS,
    watch: Callable[[], None] = lambda: None,
) -> Answer:
    """Return the first truthy answer of `look`.

    Parameters
    ----------
    what
        What is waited for; stands in the error.
    look
        Asked about ten times a second.
    seconds
        The deadline.
    watch
        Called before each look; raises where waiting has become pointless.

    Raises
    ------
    NotInTime
        At the deadline, with the last answer.
    """
    end = time.monotonic() + seconds
    while True:
        watch()
        answer = look()
        if answer:
            return answer
        if time.monotonic() >= end:
            raise NotInTime(f"{what}: not within {seconds:g} s; the last answer was {answer!r}")
        time.sleep(LOOK_AGAIN_SECONDS)
