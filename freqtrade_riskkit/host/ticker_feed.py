"""Tickers of a few pairs, fetched rarely, one attempt each, and what is known of their freshness."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from freqtrade.exceptions import FreqtradeException, TemporaryError

from freqtrade_riskkit.host.bot_clock import utc_now
from freqtrade_riskkit.host.error_kinds import describe
from freqtrade_riskkit.host.read_budget import ReadBudget

logger = logging.getLogger("freqtrade_riskkit.tickers")

EVERY = timedelta(seconds=30)
"""How often a pair's ticker is fetched where nothing says otherwise."""
_FINGERPRINT = ("last", "bid", "ask", "baseVolume", "quoteVolume")
"""Without the time: there are exchanges that stamp an answer as they give it, however old its prices are."""
_READER = "tickers"


class TickerSource(Protocol):
    """The part of Freqtrade's exchange that is asked here."""

    def fetch_ticker(self, pair: str, *, count: int) -> Mapping[str, Any]:
        """Fetch a ticker and try again `count` times after a failure."""
        ...

    def exchange_has(self, endpoint: str) -> bool:
        """Say whether the exchange offers a call, by ccxt's name for it."""
        ...


@dataclass(slots=True)
class SeenTicker:
    """The last ticker of a pair.

    Attributes
    ----------
    values
        As ccxt gives it.
    seen_at
        When it came.
    same_since
        When it came first in a row of tickers that are the same in last, bid, ask and volumes, whatever
        time the exchange puts on them.
    """

    values: Mapping[str, Any]
    seen_at: datetime
    same_since: datetime

    @property
    def still_seconds(self) -> float:
        """Over which time tickers came and were the same."""
        return (self.seen_at - self.same_since).total_seconds()


class TickerFeed:
    """Fetches tickers in the bot's loop, so that a look is bounded and never raises.

    A ticker a pair is one request; a batch for some pairs would go into Freqtrade's cache of tickers in
    place of all pairs, where pairlists take it from. Retries are left out: an exchange that doesn't
    answer costs one time-out of ccxt in that time. Pairs that the budget leaves no time for wait for the
    next loop, the longest waiting first; those that were never asked about wait as well, and having no
    mark denies entries meanwhile.

    Parameters
    ----------
    source
        Freqtrade's exchange.
    budget
        What a loop may spend on reads.
    clock
        The bot's time.
    every
        A pair's ticker isn't fetched more often without need, nor is one after a failure of the exchange.

    Attributes
    ----------
    every
        The same.
    offered
        Whether the exchange has tickers of single pairs; without them nothing is ever seen.
    """

    def __init__(
        self,
        source: TickerSource,
        budget: ReadBudget,
        clock: Callable[[], datetime] = utc_now,
        every: timedelta = EVERY,
    ) -> None:
        self._source = source
        self._budget = budget
        self.every = every
        self._clock = clock
        self._seen: dict[str, SeenTicker] = {}
        self._asked_at: dict[str, datetime] = {}
        self._failed_at: datetime | None = None
        self.offered = source.exchange_has("fetchTicker")
        self._told: set[str] = set()

    def look(self, pairs: Iterable[str], now: datetime, since: datetime | None = None) -> None:
        """Fetch the tickers of these pairs that are due; a failure leaves what was seen before.

        One that was last fetched before `since` is due, however short a time ago that was.
        """
        if not self.offered or (self._failed_at is not None and abs(now - self._failed_at) < self.every):
            return
        self._failed_at = None
        due = [pair for pair in dict.fromkeys(pairs) if self._is_due(pair, now, since)]
        for pair in sorted(due, key=lambda pair: self._asked_at.get(pair, datetime.min.replace(tzinfo=UTC))):
            if not self._budget.allows(_READER, now):
                return
            self._asked_at[pair] = now
            if not self._fetch(pair):
                self._failed_at = now
                return

    def seen(self, pair: str) -> SeenTicker | None:
        """Give the last ticker of a pair; None where none ever came."""
        return self._seen.get(pair)

    def _is_due(self, pair: str, now: datetime, since: datetime | None) -> bool:
        asked = self._asked_at.get(pair)
        return asked is None or abs(now - asked) >= self.every or (since is not None and asked < since)

    def _fetch(self, pair: str) -> bool:
        """Fetch one ticker; False where the exchange doesn't answer, so that others needn't be tried."""
        try:
            values = self._source.fetch_ticker(pair, count=0)
            self._take(pair, values)
        except TemporaryError as error:
            self._budget.failed(error)
            self._tell(pair, error)
            return False
        except FreqtradeException as error:
            self._tell(pair, error)
        except Exception:  # an answer that makes no sense: what was seen stays, and grows older
            if pair not in self._told:
                logger.exception("The ticker of %s could not be read.", pair)
            self._told.add(pair)
        else:
            self._told.discard(pair)
        return True

    def _take(self, pair: str, values: Mapping[str, Any]) -> None:
        at = self._clock()
        before = self._seen.get(pair)
        same = before is not None and all(values.get(k) == before.values.get(k) for k in _FINGERPRINT)
        since = before.same_since if before is not None and same else at
        self._seen[pair] = SeenTicker(values, at, since)

    def _tell(self, pair: str, error: Exception) -> None:
        if pair not in self._told:
            logger.warning("No ticker of %s could be fetched: %s", pair, describe(error))
        self._told.add(pair)
