"""What a running bot's breaker is told besides closed trades: marks, errors, people's wishes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.config import BreakerConfig
from freqtrade_riskkit.core.breaker import ResetWay, Trip
from freqtrade_riskkit.core.decisions import Decision
from freqtrade_riskkit.core.freshness import Freshness, look_every
from freqtrade_riskkit.host import exchange_clock, ticker_feed, wallet_check
from freqtrade_riskkit.host.balances import Balances
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.host.bot_marks import BotMarks
from freqtrade_riskkit.host.bot_watch import BotWatch
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.data_watch import DataWatch
from freqtrade_riskkit.host.error_watch import ErrorSeen
from freqtrade_riskkit.host.exchange_clock import ExchangeClock
from freqtrade_riskkit.host.flag_file import FlagFile
from freqtrade_riskkit.host.hand import Hand
from freqtrade_riskkit.host.hand_deeds import HandReset, HandTrip, answer_to, take
from freqtrade_riskkit.host.marks_live import LiveMarks
from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.host.pause import is_paused
from freqtrade_riskkit.host.ticker_feed import TickerFeed
from freqtrade_riskkit.host.wallet_check import WalletCheck

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy


class BotFeeds:
    """Gathers, once a loop, what the breaker is to know.

    Parameters
    ----------
    marks
        Marks of open positions.
    data
        Watch over the freshness of what the exchange says; None where it is switched off.
    watch
        Errors and successes of the bot; None where nothing listens.
    hand
        What people want.
    """

    def __init__(self, marks: BotMarks, data: DataWatch | None, watch: BotWatch | None, hand: Hand) -> None:
        self.marks = marks
        self._data = data
        self._watch = watch
        self._hand = hand
        self._answers: list[tuple[int, str]] = []

    def people(self, desk: BreakerDesk, now: datetime, takes_requests: bool) -> None:
        """Let people's wishes be done: a lock that was deleted, requests, the flag file, locks, a pause.

        A breaker that another will take the place of leaves requests to that one.
        """
        self._after_reset(desk, desk.notice_deletion(now), ResetWay.LOCK_DELETED, now)
        for deed in self._hand.look(now, desk.breaker.active_trips, takes_requests):
            held = desk.breaker.active_trips
            events = take(deed, desk.breaker, now)
            desk.take_events(events)
            if isinstance(deed, HandReset):
                still = desk.breaker.active_trips
                self._after_reset(desk, [trip for trip in held if trip not in still], ResetWay.COMMAND, now)
            if isinstance(deed, HandTrip | HandReset) and deed.number is not None:
                self._answers.append((deed.number, answer_to(deed, events, desk.breaker.active_trips)))

    def _after_reset(self, desk: BreakerDesk, ended: Sequence[Trip], way: ResetWay, now: datetime) -> None:
        """Take away what the ended trips hung on, and trip again where that can't be done."""
        for deed in self._hand.after_reset(ended, way, now):
            desk.take_events(take(deed, desk.breaker, now))

    def errors(self, desk: BreakerDesk) -> None:
        """Tell the breaker of errors and successes since the last time.

        Raises
        ------
        WatchFailed
            Where one could not be noted.
        """
        if self._watch is None:
            return
        for seen in self._watch.take():
            if isinstance(seen, ErrorSeen):
                desk.error(seen.kind, seen.at)
            else:
                desk.succeeded(seen.kinds, seen.at)

    def look_at_data(self, now: datetime, trades: Sequence[LocalTrade]) -> None:
        """Look at what is due of the exchange. Never raises."""
        if self._data is not None:
            self._data.look(now, trades)

    def decide(self, now: datetime) -> Decision | None:
        """Say why entries are denied for what the exchange says; None where they aren't."""
        return self._data.decide(now) if self._data is not None else None

    def give_answers(self, now: datetime) -> None:
        """Answer what people asked for, once what came of it is safe in the ledger."""
        answers, self._answers = self._answers, []
        for number, text in answers:
            self._hand.answer(number, text, now)


def feeds_of(
    section: BreakerConfig,
    strategy: IStrategy,
    run: Run,
    ledger: BotLedger,
    marks: BotMarks,
    watch: BotWatch | None,
    reads: Balances,
    alert: Callable[[str], None],
) -> BotFeeds:
    """Give the feeds of a bot's breaker."""
    config, exchange = strategy.config, strategy.dp._exchange
    data = None
    if section.data is not None:
        oldest, skew = section.data.max_mark_age_seconds, section.data.max_clock_skew_seconds
        is_spot_wallet = run is Run.LIVE and str(config.get("trading_mode") or "spot") == "spot"
        data = DataWatch(
            Freshness(oldest, skew),
            marks.live,
            marks.live.feed,
            ExchangeClock(exchange, skew, reads.budget, every=look_every(oldest, exchange_clock.EVERY)),
            WalletCheck(reads, look_every(oldest, wallet_check.EVERY)) if is_spot_wallet else None,
            lambda: next(iter(strategy.dp.current_whitelist()), None),
        )
    hand = Hand(
        ledger,
        FlagFile(Path(config["user_data_dir"]) / section.manual.flag_file),
        partial(is_paused, strategy) if section.manual.pause else None,
        alert,
    )
    return BotFeeds(marks, data, watch, hand)


def marks_of(
    strategy: IStrategy,
    section: BreakerConfig | None,
    reads: Balances,
    unknown: Callable[[], tuple[str, ...]],
) -> BotMarks:
    """Give the marks of a bot's positions; its equity is known without a breaker, too."""
    exchange = strategy.dp._exchange
    data = section.data if section is not None else None
    oldest = data.max_mark_age_seconds if data is not None else math.inf
    feed = TickerFeed(exchange, reads.budget, every=look_every(oldest, ticker_feed.EVERY))
    live = LiveMarks(feed, exchange, strategy.config["exit_pricing"])
    return BotMarks(live, strategy.timeframe, unknown)
