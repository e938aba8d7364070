"""Marks of open positions in a running bot: the rates that Freqtrade judged, with their age."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from freqtrade.exceptions import FreqtradeException
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.data_standing import MarkStanding
from freqtrade_riskkit.core.freshness import PairAge
from freqtrade_riskkit.core.marks import is_rate, unrealised_profit
from freqtrade_riskkit.host.open_fills import is_held, open_fills
from freqtrade_riskkit.host.position_cost import unrealised_funding
from freqtrade_riskkit.host.ticker_feed import SeenTicker, TickerFeed

logger = logging.getLogger("freqtrade_riskkit.marks")

Place = tuple[str, bool]
"""A pair and whether the position is short: the two sides are marked at different rates."""


class RateRule(Protocol):
    """The parts of Freqtrade's exchange that pick an exit's rate out of prices by its `exit_pricing`.

    Its `get_rate`, which puts them together, keeps what it gives for Freqtrade's own use later on.
    """

    def _get_price_side(self, side: str, is_short: bool, conf_strategy: Any) -> str:
        """Say which side of the book counts: bid or ask."""
        ...

    def _get_rate_from_ticker(
        self, side: str, ticker: Any, conf_strategy: Any, price_side: str
    ) -> float | None:
        """Give the rate out of a ticker."""
        ...


class Mark(NamedTuple):
    """A rate and the moment it is of."""

    rate: float
    at: datetime

    def age_seconds(self, now: datetime) -> float:
        """Give the time between the mark and now; one from after now is as doubtful as an old one."""
        return abs((now - self.at).total_seconds())


class MarkedPositions(NamedTuple):
    """The open positions at their marks.

    Attributes
    ----------
    unrealised
        Sum of what they would earn or lose, without what partial exits realised before.
    oldest_age_seconds
        Age of the oldest mark in it; 0 without any.
    missing
        Pairs of positions that were never marked. They count at their cost.
    """

    unrealised: float
    oldest_age_seconds: float
    missing: tuple[str, ...]


class LiveMarks:
    """Keeps the last rate of each open position, what open entry orders have filled so far included.

    Freqtrade fetches a rate for each position in each loop to judge its exit: that one is noted. Where
    none came for as long as between two looks of the feed, or none since the moment that is asked for, after
    a start or where a loop broke off, one is read from the pair's ticker at the beginning of the next loop.

    Parameters
    ----------
    feed
        Tickers of open pairs.
    exchange
        Freqtrade's exchange, which picks the rate out of a ticker as it does for exits.
    exit_pricing
        Freqtrade's section of the config.
    """

    def __init__(self, feed: TickerFeed, exchange: RateRule, exit_pricing: Mapping[str, Any]) -> None:
        self.feed = feed
        self._exchange = exchange
        self._pricing = exit_pricing
        self._marks: dict[Place, Mark] = {}
        self._open: tuple[Place, ...] = ()
        self._told: set[Place] = set()

    def note(self, trade: LocalTrade, rate: float, at: datetime) -> None:
        """Take the rate that Freqtrade judges a position at; what can't be a rate is passed over."""
        if is_rate(rate):
            self._marks[_place(trade)] = Mark(float(rate), at)

    def refresh(self, now: datetime, trades: Sequence[LocalTrade], since: datetime | None = None) -> None:
        """Fetch marks for open positions that have no fresh one. Never raises; old marks stay.

        Parameters
        ----------
        since
            A mark from before this moment is too old, however young it is.
        """
        self._see_open(trades)
        old = [place for place in self._open if self._is_old(place, now, since)]
        if not old:
            return
        self.feed.look([pair for pair, _ in old], now, since)
        for place in old:
            ticker = self.feed.seen(place[0])
            before = self._marks.get(place)
            if ticker is not None and (before is None or ticker.seen_at > before.at):
                self._take(place, ticker)

    def unrealised(self, now: datetime, trades: Sequence[LocalTrade]) -> MarkedPositions:
        """Add up the open positions at their last marks, however old those are.

        Raises
        ------
        ValueError
            Where a figure of a trade isn't finite.
        """
        self._see_open(trades)
        profits, oldest, missing = [], 0.0, []
        for trade in trades:
            if not is_held(trade):
                continue
            self._note_entry(trade, now)
            mark = self._marks.get(_place(trade))
            if mark is None:
                missing.append(trade.pair)
                continue
            oldest = max(oldest, mark.age_seconds(now))
            filling = open_fills(trade)
            profits.append(
                unrealised_profit(
                    mark.rate,
                    trade.amount + filling.amount,
                    trade.open_trade_value + filling.open_value,
                    trade.fee_close or 0.0,
                    bool(trade.is_short),
                    unrealised_funding(trade),
                )
            )
        return MarkedPositions(math.fsum(profits), oldest, tuple(missing))

    def rate(self, trade: LocalTrade) -> float | None:
        """Give the last rate of a position; None where it was never marked."""
        mark = self._marks.get(_place(trade))
        return mark.rate if mark is not None else None

    def ages(self, now: datetime) -> tuple[PairAge, ...]:
        """Give the age of each mark of the positions that were open at the last look."""
        found = [(place, self._marks.get(place)) for place in self._open]
        return tuple(PairAge(place[0], mark.age_seconds(now)) for place, mark in found if mark is not None)

    def missing(self) -> tuple[str, ...]:
        """Give the pairs that were open at the last look and have never been marked."""
        return tuple(place[0] for place in self._open if place not in self._marks)

    def standing(self) -> tuple[MarkStanding, ...]:
        """Give the mark of each position that was open at the last look."""
        found = [(place, self._marks.get(place)) for place in self._open]
        return tuple(
            MarkStanding(*place, mark.rate if mark else None, mark.at if mark else None)
            for place, mark in found
        )

    def recall(self, standing: Iterable[MarkStanding]) -> None:
        """Take marks of an earlier process, as old as they are, where there are none yet."""
        for mark in standing:
            if mark.rate is not None and mark.seen_at is not None:
                self._marks.setdefault((mark.pair, mark.is_short), Mark(mark.rate, mark.seen_at))

    def _see_open(self, trades: Sequence[LocalTrade]) -> None:
        """Learn which positions are open, and forget the marks of those that are gone."""
        self._open = tuple(dict.fromkeys(_place(trade) for trade in trades if is_held(trade)))
        for place in set(self._marks) - set(self._open):
            self._marks.pop(place, None)  # a person's force entry looks too, from another thread

    def _note_entry(self, trade: LocalTrade, now: datetime) -> None:
        """Take what was entered a moment ago as worth what it was entered at, until somebody judges it.

        So entries that come together in one loop don't wait for each other.
        """
        entered_at = trade.open_date_utc
        if _place(trade) not in self._marks and abs(now - entered_at) <= self.feed.every:
            self.note(trade, trade.open_rate, entered_at)

    def _is_old(self, place: Place, now: datetime, since: datetime | None) -> bool:
        mark = self._marks.get(place)
        if mark is None or abs(now - mark.at) > self.feed.every:
            return True
        return since is not None and mark.at < since

    def _take(self, place: Place, ticker: SeenTicker) -> None:
        try:
            rate = self._exit_rate(place, ticker.values)
        except (FreqtradeException, LookupError, TypeError, ValueError) as error:
            rate = math.nan
            reason = str(error)
        else:
            reason = f"{rate} is no rate"
        if is_rate(rate):
            self._marks[place] = Mark(float(rate), ticker.seen_at)
            self._told.discard(place)
        elif place not in self._told:
            self._told.add(place)
            logger.warning("The ticker of %s gives no mark: %s", place[0], reason)

    def _exit_rate(self, place: Place, ticker: Mapping[str, Any]) -> float:
        """Pick the rate out of the best prices as Freqtrade does; where there are none, the last price.

        In place of an order book's level, which a ticker doesn't have, its best price counts.
        """
        last = ticker.get("last")
        best = {"bid": ticker.get("bid") or last, "ask": ticker.get("ask") or last, "last": last}
        side = self._exchange._get_price_side("exit", place[1], self._pricing)
        if self._pricing.get("use_order_book", False):
            rate = best[side]
        else:
            rate = self._exchange._get_rate_from_ticker("exit", best, self._pricing, side)
        return math.nan if rate is None else float(rate)


def _place(trade: LocalTrade) -> Place:
    return trade.pair, bool(trade.is_short)
