"""What the kit has to say at once: through the log, and through Freqtrade's own messages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from freqtrade_riskkit.host.modes import Run

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

logger = logging.getLogger("freqtrade_riskkit")


class Alerts:
    """Sends alerts of a running bot; a backtest only has its log.

    Freqtrade hands messages of a strategy on at the end of a loop, to the channels that allow them
    (`allow_custom_messages`, a `strategy_msg` template).
    """

    def __init__(self, strategy: IStrategy, run: Run) -> None:
        self._strategy = strategy
        self._run = run
        self._told: set[str] = set()

    def send(self, message: str, level: int = logging.WARNING) -> None:
        """Log a message, and send it where a bot runs."""
        logger.log(level if self._run.is_trade else logging.DEBUG, message)
        if self._run.is_trade:
            self._strategy.dp.send_msg(message, always_send=True)

    def once(self, message: str, level: int = logging.ERROR) -> None:
        """Send a message the first time it comes up in this run."""
        if message not in self._told:
            self._told.add(message)
            self.send(message, level)
