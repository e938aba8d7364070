"""The exchange's clock against the bot's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from freqtrade_riskkit.core.freshness import ClockSeen
from freqtrade_riskkit.host.bot_clock import utc_now
from freqtrade_riskkit.host.error_kinds import describe
from freqtrade_riskkit.host.read_budget import ReadBudget

logger = logging.getLogger("freqtrade_riskkit.clock")

EVERY = timedelta(seconds=60)
AFTER_FAILURE = timedelta(seconds=30)
_READER = "clock"


class ExchangeClock:
    """Asks the exchange for its time, now and then.

    What an answer says is uncertain by half of the time that it took. That much is taken off the
    difference, so that a slow line isn't taken for a wrong clock; an answer that is more uncertain than
    `usable_within_seconds` counts as none.

    Parameters
    ----------
    exchange
        Freqtrade's exchange. Freqtrade offers no call for the time, so ccxt's is used, without retries.
    usable_within_seconds
        Largest uncertainty, that is the skew that is allowed.
    budget
        What a loop may spend on reads.
    clock
        The bot's time.
    every
        How often it is asked; after a failure every half a minute at most.
    """

    def __init__(
        self,
        exchange: Any,
        usable_within_seconds: float,
        budget: ReadBudget,
        clock: Callable[[], datetime] = utc_now,
        every: timedelta = EVERY,
    ) -> None:
        self._api = exchange._api
        self._offered = bool(exchange.exchange_has("fetchTime"))
        self._usable_within = usable_within_seconds
        self._budget = budget
        self._clock = clock
        self._every = every
        self._next_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._answered_at: datetime | None = None
        self._skew: float | None = None
        self._told = False

    def look(self, now: datetime) -> None:
        """Ask for the time where it is due. Never raises; after a failure the last answer stays."""
        if not self._offered or not self._is_due(now) or not self._budget.allows(_READER, now):
            return
        self._asked_at = now
        failure = self._ask()
        self._next_at = now + (min(AFTER_FAILURE, self._every) if failure else self._every)
        if failure and not self._told:
            logger.warning("The exchange's time could not be read: %s", failure)
        self._told = bool(failure)

    def seen(self, now: datetime) -> ClockSeen | None:
        """Give what is known of the exchange's clock; None where it doesn't tell its time."""
        if not self._offered:
            return None
        if self._skew is None or self._answered_at is None:
            return ClockSeen(None)
        return ClockSeen(self._skew, abs((now - self._answered_at).total_seconds()))

    def _is_due(self, now: datetime) -> bool:
        """Say whether to ask; also where the bot's own clock was set back."""
        return self._next_at is None or self._asked_at is None or not self._asked_at <= now < self._next_at

    def _ask(self) -> str:
        """Ask once; give what went wrong, an empty text where nothing did."""
        asked_at = self._clock()
        try:
            exchange_time = float(self._api.fetch_time()) / 1000
        except Exception as error:  # noqa: BLE001 - ccxt raises what it likes, and the caller logs it
            self._budget.failed(error)
            return describe(error)
        answered_at = self._clock()
        uncertain = abs((answered_at - asked_at).total_seconds()) / 2
        if not uncertain <= self._usable_within:
            return f"the answer took {2 * uncertain:.1f} s"
        middle = asked_at + (answered_at - asked_at) / 2
        off = abs(exchange_time - middle.timestamp())
        self._skew = max(0.0, off - uncertain)
        self._answered_at = answered_at
        return ""
