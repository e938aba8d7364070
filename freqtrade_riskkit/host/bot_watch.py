"""Watches a running bot from beside it: its errors, its successes, and what its orders are for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.bot_clock import utc_now
from freqtrade_riskkit.host.error_log import ErrorLog
from freqtrade_riskkit.host.error_watch import ErrorSeen, ErrorWatch, SuccessSeen
from freqtrade_riskkit.host.exchange_tap import ExchangeTap
from freqtrade_riskkit.host.order_flow import OrderFlow
from freqtrade_riskkit.host.stop_flood import StopFloodAlarm

logger = logging.getLogger("freqtrade_riskkit.watch")


class BotWatch:
    """Listens to one bot, from its first loop on until `detach`.

    Its methods may be called from any thread. What it can't note it never lets through to the bot, for
    an order may be under way; `take` raises it instead, where entries can be denied for it.

    Parameters
    ----------
    order_placed
        Is told each order that adds risk, by its first placement: its kind and the moment.
    alarm
        Watches stops, exits and replaced orders for a flood; None where that is switched off.
    clock
        Gives the moment.
    """

    def __init__(
        self,
        order_placed: Callable[[EntryKind, datetime], None],
        alarm: StopFloodAlarm | None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._clock = clock
        self._errors = ErrorWatch(clock)
        self._log = ErrorLog(self._errors)
        self._flow = OrderFlow(order_placed, alarm)
        self._tap: ExchangeTap | None = None

    def attach(self, exchange: Any) -> None:
        """Listen to this exchange and to Freqtrade's log; once more changes nothing."""
        if self._tap is not None and self._tap.exchange is exchange:
            return
        self.detach()
        self._tap = ExchangeTap(exchange, self)
        self._tap.attach()
        self._log.attach()

    def detach(self) -> None:
        """End listening; nothing of it stays behind."""
        self._log.detach()
        if self._tap is not None:
            self._tap.detach()
            self._tap = None

    @contextmanager
    def loop(self, exchange: Any) -> Iterator[None]:
        """Watch one loop of the bot on its exchange; where it can't listen, the bot goes on."""
        try:
            self.attach(exchange)
        except Exception as failure:  # the loop sees to exits too
            logger.exception("The bot's exchange and log can't be listened to; entries are denied.")
            self._errors.not_noted(failure)
        with self._errors.loop():
            yield

    @contextmanager
    def entering(self, kind: EntryKind) -> Iterator[None]:
        """Watch the placing of an entry, in the bot's loop or in the thread of a person's command."""
        with self._errors.operation(), self._flow.entering(kind):
            yield

    def take(self) -> list[ErrorSeen | SuccessSeen]:
        """Give the errors and successes since the last call, in order.

        Raises
        ------
        WatchFailed
            Once, where something could not be noted; entries are to be denied meanwhile.
        """
        return self._errors.take()

    def answered(self) -> None:
        """Note that the exchange answered a request."""
        self._errors.answered()

    def order_accepted(self, *, is_stop: bool) -> None:
        """Note an order that the exchange took."""
        with self._kept_from_the_bot():
            self._errors.order_accepted()
            self._flow.accepted(self._clock(), is_stop=is_stop)

    def order_rejected(self, text: str) -> None:
        """Note an order that the exchange took only to reject it."""
        with self._kept_from_the_bot():
            self._errors.order_rejected(text)

    def order_failed(self, error: Exception) -> None:
        """Note an order that was not placed."""
        with self._kept_from_the_bot():
            self._errors.order_failed(error)

    @contextmanager
    def _kept_from_the_bot(self) -> Iterator[None]:
        try:
            yield
        except Exception as failure:  # Freqtrade would take its order for one that was never placed
            logger.exception("What became of an order could not be noted; the next entry is denied.")
            self._errors.not_noted(failure)
