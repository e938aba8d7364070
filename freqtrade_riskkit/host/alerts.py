"""What the kit has to say at once: through the log, and through Freqtrade's own messages."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host.modes import Run

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

logger = logging.getLogger("freqtrade_riskkit")

MOST_CHARACTERS = 2000
"""Telegram takes no message above 4,096; marking may double this."""
_MOST_UNKEPT = 1000
_NO_FIGURES = '{"version": 1}'
_NO_CODE = "NOTICE"
_WORD = re.compile(r"[A-Z][A-Z_]+")
_MARKED_UP = re.compile(r"\S*[_*\[]\S*")


class Alerts:
    """Sends alerts of a running bot; a backtest only has its log.

    Freqtrade hands messages of a strategy on at the end of a loop, to the channels that allow them
    (`allow_custom_messages`, a `strategy_msg` template). Telegram reads them as Markdown and refuses one
    whose marks don't pair, as the underscore of `DRAWDOWN_EXCEEDED`: words with such marks are sent as code.
    """

    def __init__(self, strategy: IStrategy, run: Run) -> None:
        self._strategy = strategy
        self._run = run
        self._told: set[str] = set()
        self._unkept: deque[str] = deque(maxlen=_MOST_UNKEPT)
        self._keep: Callable[[str], None] = self._unkept.append

    def send(self, message: str, level: int = logging.WARNING) -> None:
        """Log a message, and send it where a bot runs."""
        logger.log(level if self._run.is_trade else logging.DEBUG, message)
        if self._run.is_trade:
            self._strategy.dp.send_msg(for_channels(message), always_send=True)
            self._keep(message)

    def keep_in(self, note: Callable[[str, datetime, str, str], None]) -> None:
        """Record what is sent from now on, and what was sent before: code, moment, text, figures as JSON."""

        def keep(message: str) -> None:
            note(code_of(message), datetime.now(UTC), message, _NO_FIGURES)

        self._keep = keep
        while self._unkept:
            keep(self._unkept.popleft())

    def once(self, message: str, level: int = logging.ERROR) -> None:
        """Send a message the first time it comes up in this run."""
        if message not in self._told:
            self._told.add(message)
            self.send(message, level)


def code_of(message: str) -> str:
    """Give the first code that a message names, ``NOTICE`` where it names none.

    Examples
    --------
    >>> code_of("Tripped: DRAWDOWN_EXCEEDED: limit=0.15")
    'DRAWDOWN_EXCEEDED'
    """
    return next((word for word in _WORD.findall(message) if word in Code.__members__), _NO_CODE)


def for_channels(message: str) -> str:
    """Write a message so that it arrives whole as Telegram's Markdown, and can be read as plain text too.

    Examples
    --------
    >>> for_channels("DRAWDOWN_EXCEEDED: limit=0.15")
    '`DRAWDOWN_EXCEEDED:` limit=0.15'
    """
    text = message.replace("`", "'")
    if len(text) > MOST_CHARACTERS:
        text = f"{text[: MOST_CHARACTERS - 1]}…"
    return _MARKED_UP.sub(lambda word: f"`{word.group()}`", text)
