"""Watches whether what the bot knows of the market and the account can be relied on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.decisions import Code, Decision
from freqtrade_riskkit.core.freshness import DataSeen, Freshness, PairAge
from freqtrade_riskkit.host.exchange_clock import ExchangeClock
from freqtrade_riskkit.host.marks_live import LiveMarks
from freqtrade_riskkit.host.open_fills import is_held
from freqtrade_riskkit.host.ticker_feed import TickerFeed
from freqtrade_riskkit.host.wallet_check import WalletCheck


class DataWatch:
    """Looks at the exchange in each loop, and says at any moment whether an entry may rely on it.

    Watched are the tickers of the open pairs; with nothing open, that of one pair of the whitelist, so
    that a frozen feed is noticed before an entry too. A pair that nobody trades may stand still for a
    while: that delays entries and costs nothing else.

    Parameters
    ----------
    freshness
        The limits.
    marks
        Marks of open positions; refreshed by the caller.
    feed
        The tickers, the same feed that the marks use.
    clock
        The exchange's clock.
    wallet
        The wallet against the trades; None in dry-run and for futures.
    spare_pair
        Gives the pair to watch with nothing open; None where there is none.
    """

    def __init__(
        self,
        freshness: Freshness,
        marks: LiveMarks,
        feed: TickerFeed,
        clock: ExchangeClock,
        wallet: WalletCheck | None,
        spare_pair: Callable[[], str | None],
    ) -> None:
        self._freshness = freshness
        self._marks = marks
        self._feed = feed
        self._clock = clock
        self._wallet = wallet
        self._spare_pair = spare_pair
        self._watched: tuple[str, ...] = ()
        self._looked = False
        self._since: dict[str, datetime | None] = {}

    def look(self, now: datetime, trades: Sequence[LocalTrade]) -> None:
        """Look at all that is due. It belongs into the bot's loop: it asks the exchange, and never raises."""
        self._watch(trades, now)
        self._feed.look(self._watched, now)
        self._clock.look(now)
        if self._wallet is not None:
            self._wallet.look(now, trades)
        self._looked = True

    def decide(self, now: datetime) -> Decision | None:
        """Say why entries are denied now, from what was seen so far; None where they aren't."""
        if not self._looked:
            return Decision(False, Code.DATA_STALE, detail="the exchange wasn't looked at yet")
        decision = self._freshness.check(self.seen(now))
        return None if decision.allowed else decision

    def seen(self, now: datetime) -> DataSeen:
        """Give what was seen so far, as old as it is now."""
        unanswered, still = [], []
        marks = self._marks.ages(now)
        marked = {mark.pair for mark in marks}
        missing = dict.fromkeys(self._marks.missing())
        for pair in self._watched:
            ticker = self._feed.seen(pair)
            if ticker is None:
                if pair in marked:
                    since = self._since[pair]
                    age = math.inf if since is None else (now - since).total_seconds()
                    unanswered.append(PairAge(pair, age))
                else:
                    missing[pair] = None
                continue
            unanswered.append(PairAge(pair, abs((now - ticker.seen_at).total_seconds())))
            still.append(PairAge(pair, ticker.still_seconds))
        return DataSeen(
            marks=marks,
            missing=tuple(missing),
            unanswered=tuple(unanswered),
            still=tuple(still),
            clock=self._clock.seen(now),
            shortfalls=self._wallet.shortfalls if self._wallet is not None else (),
            wallet_unread_seconds=self._wallet.unread_seconds(now) if self._wallet is not None else 0.0,
        )

    def _watch(self, trades: Sequence[LocalTrade], now: datetime) -> None:
        """Choose the pairs to watch.

        One that comes later on has as long for its first ticker as for any other; at the first look nothing
        is known yet, so that its pairs have to answer.
        """
        if not self._feed.offered:
            return
        pairs = tuple(dict.fromkeys(trade.pair for trade in trades if is_held(trade)))
        spare = None if pairs else self._spare_pair()
        self._watched = pairs if spare is None else (spare,)
        begun = now if self._looked else None
        self._since = {pair: self._since.get(pair, begun) for pair in self._watched}
