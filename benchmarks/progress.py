"""What is being done, and since when."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from rich.console import Console


@dataclass(frozen=True, slots=True)
class Progress:
    """Tells each step on the terminal, with the seconds since the first one.

    It may be handed to another process, which then counts from the same moment: the clock is the machine's.
    """

    began: float = field(default_factory=time.monotonic)

    def __call__(self, what: str) -> None:
        seconds = time.monotonic() - self.began
        Console().print(f"[dim]{seconds:4.0f} s[/dim]  {what}", highlight=False)
