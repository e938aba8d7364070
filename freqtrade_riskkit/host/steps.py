"""Steps that are all to be done, whichever of them fails."""

from __future__ import annotations

import logging
from types import TracebackType

logger = logging.getLogger("freqtrade_riskkit")


class Steps:
    """Runs each step in a ``with`` block of its own, and raises the first failure at the end.

    The traceback of every further failure is logged when it happens.
    """

    def __init__(self) -> None:
        self._first: Exception | None = None

    def __enter__(self) -> None:
        """Begin a step."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Keep a failure; what isn't an `Exception`, such as a wish to stop the process, passes."""
        if not isinstance(error, Exception):
            return False
        if self._first is None:
            self._first = error
        else:
            logger.error("A further step failed too.", exc_info=error)
        return True

    def end(self) -> None:
        """Raise the first failure, if there was one."""
        if self._first is not None:
            raise self._first
