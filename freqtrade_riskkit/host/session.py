"""The session: the one place that holds the kit's state for a strategy, and knows both sides."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from freqtrade.exchange import timeframe_to_prev_date, timeframe_to_seconds
from freqtrade.persistence import LocalTrade
from pandas import DataFrame

from freqtrade_riskkit.config import Loaded
from freqtrade_riskkit.core.decisions import Code, Decision
from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.core.order_tracker import OrderCounts, count_orders
from freqtrade_riskkit.core.performance import Metrics
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host import locks, opening, policies
from freqtrade_riskkit.host.account import account_id
from freqtrade_riskkit.host.alerts import Alerts
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_keeper import BotKeeper
from freqtrade_riskkit.host.breaker_desk import WantedLock
from freqtrade_riskkit.host.entry_gate import EntryGate
from freqtrade_riskkit.host.exit_plans import ExitPlans
from freqtrade_riskkit.host.exits import BracketDesk
from freqtrade_riskkit.host.modes import Run, run_of
from freqtrade_riskkit.host.status import Status, status_of
from freqtrade_riskkit.host.trades import held_capital, open_trades
from freqtrade_riskkit.host.translation import order_records

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

logger = logging.getLogger("freqtrade_riskkit.session")


class RiskSession:
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
    acts, enforces
        Whether the kit does anything in this run, and whether its decisions count.
    failure
        Why the books could not be kept in the last loop; entries are denied meanwhile.
    books
        The books of this run; None before its first loop.
    """

    def __init__(self, strategy: IStrategy, load: Callable[[], Loaded], refused: str | None = None) -> None:
        self._strategy = strategy
        self._lock = threading.RLock()
        self._load = load
        self._refused = refused
        self.run: Run = run_of(strategy.config)
        self._is_simulated = self.run.is_simulated
        self.currency: str = strategy.config["stake_currency"]
        self.alerts = Alerts(strategy, self.run)
        self._apply(load())
        self.account_id = account_id(self.config.account_id, strategy.config, self.run)
        self.gate = EntryGate(self.config, strategy, self.run, self.currency)
        self.exits = self._make_exits()
        self.books: AccountBooks | None = None
        self._keeper: BotKeeper | None = None
        self._candle: datetime | None = None
        self.failure: str | None = None
        self._admitted: tuple[object, ...] | None = None
        self._renewed_for: object = None

    @property
    def breaker_simulated(self) -> bool:
        """False where a backtest runs without ``--enable-protections``, or where there is no breaker."""
        flag = self.run.is_trade or bool(self._strategy.config.get("enable_protections"))
        return self.config.circuit_breaker is not None and flag

    def loop(self, now: datetime) -> None:
        """Take in what happened since the last loop, and let time pass.

        Never raises. Where the books can't be kept, entries are denied until a loop succeeds.
        """
        if not self.acts:
            self._release_locks_once(now)
            return
        self._candle = timeframe_to_prev_date(self._strategy.timeframe, now) if self.run.is_trade else now
        try:
            with self._lock:
                if self.run.is_trade:
                    self._keep_bot(now)
                else:
                    self._keep_backtest(now)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
            if failure != self.failure:
                logger.exception("The books of the account could not be kept; entries are denied.")
                self.failure = failure
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
                return self.books.desk.wanted_lock() if self.books.desk is not None else None
        except Exception:
            logger.exception("A closed trade could not be booked; entries are denied until it can be.")
            return None

    def admits(self, pair: str, now: datetime, kind: EntryKind = EntryKind.INITIAL) -> bool:
        """Say whether an entry may go on, and count a denial. Never raises: a bug denies."""
        if not self.acts:
            return True
        question = self._question(pair, now, kind)
        if question is not None and question == self._admitted:
            return True
        try:
            with self._lock:
                decision = self._decide(pair, now, kind)
        except Exception as error:
            logger.exception("A check of an entry on %s failed; the entry is denied.", pair)
            decision = Decision(False, Code.CHECK_FAILED, detail=f"{type(error).__name__}: {error}")
        if decision.allowed:
            self._admitted = question
            return True
        self.gate.denials.deny(pair, decision, self._candle)
        return not self.enforces

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
        """Note an initial entry that passed every check and was confirmed."""
        if not self.acts:
            return
        try:
            self.gate.entered(pair, now)
        except Exception:
            logger.exception("The entry on %s could not be counted.", pair)

    def forget_trade(self, trade_id: int) -> None:
        """Drop what is kept of an open trade, once it closed."""
        if self.exits is not None:
            self.exits.forget(trade_id)

    def close_books(self) -> None:
        """Take in what the end of a backtest closed after its last loop."""
        if self.books is not None:
            self.books.take_new_trades()

    def close(self) -> None:
        """Give back what the session holds open."""
        if self._keeper is not None:
            self._keeper.close()

    def metrics(self) -> Metrics | None:
        """Give the account's performance over its closed trades; None before the first loop."""
        return self.books.metrics() if self.books is not None else None

    def trade_records(self) -> tuple[TradeRecord, ...]:
        """Give the records of the account's closed trades, in the order of their closing."""
        return tuple(self.books.records) if self.books is not None else ()

    def available_capital(self) -> float:
        """Give the stake currency that is free: what open entry orders hold is not."""
        wallets = self._strategy.wallets
        return float(wallets.get_available_stake_amount()) if wallets is not None else 0.0

    def held_capital(self) -> float:
        """Give the stake currency that open entry orders hold."""
        return held_capital(open_trades())

    def open_orders(self, now: datetime) -> OrderCounts:
        """Count the open orders of open trades by purpose, type and pair."""
        records = [
            record
            for trade in open_trades()
            for record in order_records(trade, self.account_id)
            if not record.state.is_terminal
        ]
        return count_orders(records, now)

    def status(self) -> Status:
        """Give every figure against its limit."""
        return status_of(self)

    def _question(self, pair: str, now: datetime, kind: EntryKind) -> tuple[object, ...] | None:
        """Name what an answer depends on in a backtest, where an entry is asked about twice."""
        if not self._is_simulated:
            return None
        return (
            pair,
            now,
            kind,
            LocalTrade.bt_trades,
            len(LocalTrade.bt_trades),
            len(LocalTrade.bt_trades_open),
        )

    def _decide(self, pair: str, now: datetime, kind: EntryKind) -> Decision:
        if self._refused is not None:
            return Decision(False, Code.CONFIG_INVALID, detail=self._refused)
        if self.failure is not None:
            return Decision(False, Code.CHECK_FAILED, detail=self.failure)
        if self.books is None:
            return Decision(False, Code.CHECK_FAILED, detail="no loop was run yet")
        self.books.take_new_trades()
        trouble = self._keeper.decide() if self._keeper is not None else None
        if trouble is not None:
            if not trouble.allowed:
                return trouble
            self.gate.denials.warn(pair, trouble, self._candle)
        return self.gate.decide(pair, now, kind, self.books, self._candle)

    def _keep_bot(self, now: datetime) -> None:
        if self._keeper is None:
            self._keeper = opening.open_bot(self, self._strategy, now)
        self.books = self._keeper.loop(now)

    def _keep_backtest(self, now: datetime) -> None:
        self._renew_for_backtest()
        books = self.books if self.books is not None else self._begin_backtest(now)
        books.pass_time(now)
        if books.desk is not None:
            books.desk.settle_locks(now, people_may_delete=False)

    def _apply(self, loaded: Loaded) -> None:
        self.config = loaded.config
        self.present = loaded.present
        self.acts = self.run is not Run.OTHER and self.config.mode != "off"
        self.enforces = self.acts and self.config.mode == "enforce"

    def _renew_for_backtest(self) -> None:
        """Begin anew where Freqtrade has begun another backtest; signals come before the first loop."""
        if not self._is_simulated or self._renewed_for is LocalTrade.bt_trades:
            return
        self._apply(self._load())
        self.gate = EntryGate(self.config, self._strategy, self.run, self.currency)
        self.exits = self._make_exits()
        self.books = None
        self._admitted = None
        self._renewed_for = LocalTrade.bt_trades

    def _begin_backtest(self, now: datetime) -> AccountBooks:
        candle = timedelta(seconds=timeframe_to_seconds(self._strategy.timeframe))
        self.books = opening.open_backtest(self, self._strategy, now, candle)
        return self.books

    def _make_exits(self) -> ExitPlans | None:
        bracket = policies.bracket(self.config)
        if bracket is None or not self.enforces:
            return None
        return ExitPlans(BracketDesk(bracket), self._strategy, self.alerts)

    def _release_locks_once(self, now: datetime) -> None:
        if self.run.is_trade and self._candle is None:
            self._candle = now
            locks.release(locks.own_locks(now))
