"""The session: the one place that holds the kit's state for a strategy, and knows both sides."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from freqtrade.enums import ExitCheckTuple
from freqtrade.exchange import timeframe_to_prev_date
from freqtrade.persistence import LocalTrade
from pandas import DataFrame

from freqtrade_riskkit.config import Loaded
from freqtrade_riskkit.core.decisions import Code, Decision
from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host import force_entries, making, opening
from freqtrade_riskkit.host.account import account_id
from freqtrade_riskkit.host.alerts import Alerts
from freqtrade_riskkit.host.asked import Asked
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_keeper import BotKeeper
from freqtrade_riskkit.host.breaker_desk import WantedLock
from freqtrade_riskkit.host.entry_gate import EntryGate
from freqtrade_riskkit.host.inquiries import Inquiries
from freqtrade_riskkit.host.modes import Run, run_of
from freqtrade_riskkit.host.pair_candles import BacktestCandles
from freqtrade_riskkit.host.status import Status, status_of
from freqtrade_riskkit.host.trades import open_trades

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

logger = logging.getLogger("freqtrade_riskkit.session")


class RiskSession(Inquiries):
    """What a strategy asks, and what its bot's loop drives.

    Parameters
    ----------
    strategy
        The strategy that the session belongs to; its wallets and data provider are used as they are
        at the moment of a call.
    load
        Gives the configuration in force. It is asked again at each backtest, since parameters of the
        strategy may feed it.
    refused
        Why the configuration was refused, where the bot runs for its exits only.

    Attributes
    ----------
    is_simulated, acts, enforces
        Whether this is a backtest, with trades in memory; whether the kit does anything, and decides.
    books, failure
        The books of this run, None before its first loop; why they could not be kept in the last loop, for
        which entries are denied meanwhile.
    actions, watch
        What trips do to orders and positions, None where the kit changes nothing; errors and orders of a
        running bot, None in a backtest and without a breaker.
    candles
        Freqtrade's candles of the backtest in course.
    counts_orders, marks_trades
        Whether a backtest's placed orders are wanted, and the rates at which a bot's positions are judged.
    exits_behind, may_rest
        The exit check behind the mixin's, Freqtrade's or another base's; whether nothing stands before it.
    """

    exits_behind: Callable[..., list[ExitCheckTuple]]
    may_rest: bool

    def __init__(self, strategy: IStrategy, load: Callable[[], Loaded], refused: str | None = None) -> None:
        self._strategy = strategy
        self._lock = threading.RLock()
        self._load = load
        self._refused = refused
        self.run: Run = run_of(strategy.config)
        self.is_simulated = self.run.is_simulated
        self.currency: str = strategy.config["stake_currency"]
        self.alerts = Alerts(strategy, self.run)
        self._apply(load())
        self.account_id = account_id(self.config.account_id, strategy.config, self.run)
        self.gate = EntryGate(self.config, strategy, self.run, self.currency)
        self.exits = making.exits(self, self._strategy)
        self.actions = making.actions(self)
        self.watch = making.watch(self)
        self.books: AccountBooks | None = None
        self.candles: BacktestCandles | None = None
        self._keeper: BotKeeper | None = None
        self._candle: datetime | None = None
        self.failure: str | None = None
        self._renewed_for: object = None

    def loop(self, now: datetime) -> None:
        """Take in what happened since the last loop, and let time pass.

        Never raises. Where the books can't be kept, entries are denied until a loop succeeds.
        """
        if not self.acts:
            return
        try:
            if self.is_simulated:
                self._candle, exits = now, self.exits
                if exits is not None:
                    exits.rest.proposed = None
                    if exits.rest.until is not None and now >= exits.rest.until:
                        exits.rest.end()
                with self._lock:
                    if self._renewed_for is not LocalTrade.bt_trades:
                        self._renew_for_backtest()
                    if (books := self.books) is None:
                        books = self.books = opening.open_backtest(self, self._strategy, now)
                    if not books.loop(now) or (self.actions is not None and self.actions.is_acting):
                        self._follow_breaker(books)
                if exits is not None and exits.rest.proposed is not None:
                    exits.rest.begin()
            else:
                self._candle = timeframe_to_prev_date(self._strategy.timeframe, now)
                self._keep_bot(now)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
            if failure != self.failure:
                logger.exception("The books of the account could not be kept; entries are denied.")
                self.alerts.send(f"{Code.CHECK_FAILED}: entries are denied: {failure}", logging.ERROR)
                self.failure = failure
            if self.exits is not None:
                self.exits.rest.end()
        else:
            self.failure = None

    def trade_closed(self) -> WantedLock | None:
        """Take in a close at once; give the lock that ought to stand now.

        Never raises, for an exit is under way: what fails here fails the next check of an entry too.
        """
        if not self.acts or self.books is None:
            return None
        try:
            with self._lock:
                self.books.take_new_trades()
                desk = self.books.desk
                if desk is None or desk.breaker.course.is_closed:
                    return None
                return desk.wanted_lock()
        except Exception:  # Freqtrade is about to finish an exit, which nothing may keep from happening
            logger.exception("A closed trade could not be booked; entries are denied until it can be.")
            return None

    def admits(self, asked: Asked, enters: bool = False) -> bool:
        """Say whether an entry may go on, and count a denial. Never raises: a bug denies.

        Where it `enters`, nobody is asked any more: an initial entry that may go on is noted as `entered`.
        """
        if not self.acts:
            return True
        try:
            with self._lock:
                books = self.books
                if books is None or self._refused is not None or self.failure is not None:
                    decision = self._unable()
                else:
                    books.take_new_trades()
                    trouble = self._trouble(asked) if self._keeper is not None else None
                    decision = trouble or self.gate.decide(asked, books, self._candle, enters)
                if decision.allowed:
                    if self.exits is not None and self.exits.rest.until is not None:
                        self.exits.rest.end()  # the new position's plan is made at its first exit check
                    return True
                is_overridden = self._is_overridden(decision, asked)
        except Exception as error:
            logger.exception("A check of an entry on %s failed; the entry is denied.", asked.pair)
            decision = Decision(False, Code.CHECK_FAILED, detail=f"{type(error).__name__}: {error}")
            is_overridden = False
        if not is_overridden:
            self.gate.denials.deny(asked.pair, decision, self._candle)
        passes = is_overridden or not self.enforces
        if passes and enters:
            self.entered(asked.pair, asked.now)
        return passes

    def learn_signals(self, pair: str, dataframe: DataFrame) -> None:
        """Read the confidence of a dataframe's signals. Never raises: what can't be read is NaN."""
        if not self.acts:
            return
        try:
            self._renew_for_backtest()
            self.gate.learn_signals(pair, dataframe)
        except Exception as error:
            logger.exception("The confidence of the signals on %s could not be read.", pair)
            self.alerts.once(f"{Code.CHECK_FAILED}: confidence of {pair}: {error}")
            self.gate.distrust_signals(pair)

    def entered(self, pair: str, now: datetime) -> None:
        """Note an initial entry that passed every check and was confirmed; a backtest places its order now.

        Never raises. Where its order can't be counted, entries are denied until a loop succeeds.
        """
        if not self.acts:
            return
        try:
            with self._lock:
                self.gate.entered(pair, now, self.books)
        except Exception as error:
            logger.exception("The entry on %s could not be counted.", pair)
            self.failure = f"{type(error).__name__}: {error}"

    def order_placed(self, kind: EntryKind, at: datetime) -> None:
        """Count an order that adds risk, at its first placement; any thread may tell.

        A ValueError where it can't be counted: who tells keeps that from the order itself.
        """
        with self._lock:
            books = self.books
            if books is not None and books.desk is not None:
                books.desk.order_placed(books.now if at == books.given else at)

    def judged(self, trade: LocalTrade, rate: float, at: datetime) -> None:
        """Note the rate at which Freqtrade judges an open position of a bot."""
        if self._keeper is not None:
            self._keeper.records.marks.live.note(trade, rate, at)

    def close_books(self) -> None:
        """Take in what a backtest's end closed after its last loop."""
        if self.books is not None:
            self.books.close()

    def close(self) -> None:
        """Give back what the session holds open."""
        if self._keeper is not None:
            self._keeper.close(datetime.now(UTC))
        if self.watch is not None:
            self.watch.detach()

    def status(self) -> Status:
        """Give every figure against its limit."""
        return status_of(self)

    def _is_overridden(self, denial: Decision, asked: Asked) -> bool:
        """Say whether a person lets the entry pass all the same; that is recorded first."""
        if not force_entries.is_overridden(denial, asked.enter_tag):
            return False
        if self._keeper is None:
            raise RuntimeError("an override can't be recorded before the bot's first loop")
        if force_entries.is_news(denial):
            self._keeper.note_override(asked.pair, denial, asked.now)
        return True

    def _trouble(self, asked: Asked) -> Decision | None:
        found = self._keeper.decide(asked.now) if self._keeper is not None else None
        if found is not None and found.allowed:
            self.gate.denials.warn(asked.pair, found, self._candle)
            return None
        return found

    def _unable(self) -> Decision:
        if self._refused is not None:
            return Decision(False, Code.CONFIG_INVALID, detail=self._refused)
        return Decision(False, Code.CHECK_FAILED, detail=self.failure or "no loop was run yet")

    def _keep_bot(self, now: datetime) -> None:
        with self._lock:
            if self._keeper is None:
                self._keeper = opening.open_bot(self, self._strategy, now)
        self._keeper.look(now)
        with self._lock:
            self.books = self._keeper.books
            self._keeper.loop(now)

    def _follow_breaker(self, books: AccountBooks) -> None:
        """Bring a backtest's locks, orders and positions in line with the breaker."""
        if books.desk is not None:
            books.desk.settle_locks(books.now)
            if self.actions is not None:
                self.actions.look(books.desk.breaker, open_trades(), books.rate_of)
                if self.actions.is_flattening and self.exits is not None:
                    self.exits.rest.end()

    def _apply(self, loaded: Loaded) -> None:
        self.config = loaded.config
        self.present = loaded.present
        self.acts = self.run is not Run.OTHER and self.config.mode != "off"
        self.enforces = self.acts and self.config.mode == "enforce"
        section = self.config.circuit_breaker
        self.counts_orders = self.acts and section is not None and section.order_rate is not None
        self.marks_trades = self.acts and self.run.is_trade

    def _renew_for_backtest(self) -> None:
        """Begin anew where Freqtrade has begun another backtest; signals come before the first loop."""
        if not self.is_simulated or self._renewed_for is LocalTrade.bt_trades:
            return
        self._apply(self._load())
        self.gate = EntryGate(self.config, self._strategy, self.run, self.currency)
        if self.exits is not None:
            self.exits.end()
        self.exits = making.exits(self, self._strategy)
        self.actions = making.actions(self)
        self.books = None
        self._renewed_for = LocalTrade.bt_trades
