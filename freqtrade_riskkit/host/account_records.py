"""Fills a running bot's ledger: trades, orders, equity, cash flows, and what the account began with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskkit.config import AlertsConfig
from freqtrade_riskkit.core.account_alarms import AlarmLimits
from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.host.bot_marks import BotMarks
from freqtrade_riskkit.host.equity_samples import EquitySamples
from freqtrade_riskkit.host.kept_orders import KeptOrders
from freqtrade_riskkit.host.reconcile import Reconcile
from freqtrade_riskkit.host.told_alarms import ToldAlarms
from freqtrade_riskkit.ledger import AccountFacts, AccountLedger, facts_to_text
from freqtrade_riskkit.ledger.account_facts import STATE_NAME as FACTS


@dataclass(slots=True)
class AccountRecords:
    """Brings the ledger up to date at the end of a loop, as far as it answers.

    Nothing here stands in an exit's way: what a ledger in trouble misses is read again from Freqtrade's
    database, or waits.

    Attributes
    ----------
    ledger
        Where all goes.
    currency
        Stake currency.
    marks
        Of the open positions.
    trades, orders, equity
        The parts that follow one kind of record each.
    alarms
        What is told of closed trades; None where nothing is.
    """

    ledger: BotLedger
    currency: str
    marks: BotMarks
    trades: Reconcile
    orders: KeptOrders
    equity: EquitySamples
    alarms: ToldAlarms | None
    _openings: int = -1
    _has_facts: bool = False

    def cash_flows(self, flows: Sequence[CashFlow]) -> None:
        """Take in deposits and withdrawals, before the state that counts them as known is saved."""
        self.ledger.note_flows(flows)
        for flow in flows:
            self.equity.cash_flow(flow.amount)

    def follow(
        self,
        books: AccountBooks,
        starting_balance: float,
        open_trades: Sequence[LocalTrade],
        now: datetime,
    ) -> None:
        """Record what happened since the last loop.

        Parameters
        ----------
        books
            Holding all closed trades.
        starting_balance
            Before the first trade, in stake currency.
        open_trades
            The open trades. While one was never marked the equity isn't known, and no sample taken.
        """
        if self.ledger.openings != self._openings:
            self._begin_anew()
        unrealised = self.marks.unrealised(now, open_trades)
        if not self.marks.missing:
            oldest = self.marks.oldest_age_seconds if open_trades else None
            self.equity.see(_realised(books, starting_balance, open_trades), unrealised, oldest, now)
        for write in (
            lambda: self._write_facts(books, starting_balance, now),
            lambda: self.orders.follow(open_trades, now),
            lambda: self.trades.follow(books.records, now),
            lambda: self.equity.write(now),
            lambda: self._look_at_course(books, starting_balance, now),
        ):
            if not self.ledger.answers:
                return
            write()

    def _begin_anew(self) -> None:
        """Offer everything again, for the ledger that was opened may be another file."""
        self._openings = self.ledger.openings
        self._has_facts = False
        self.orders.begin_anew()
        self.trades.begin_anew()
        if self.alarms is not None:
            self.alarms.begin_anew()

    def _write_facts(self, books: AccountBooks, starting_balance: float, now: datetime) -> None:
        """Say once with what the account began; a balance that can't be one waits for another start."""
        if self._has_facts or not (math.isfinite(starting_balance) and starting_balance > 0):
            return
        started_at = min((record.entry_at for record in books.records), default=books.started_at)
        facts = AccountFacts(starting_balance, self.currency, min(started_at, books.started_at))
        self.ledger.use(now, lambda ledger: write_facts_once(ledger, facts, now))
        self._has_facts = self.ledger.answers

    def _look_at_course(self, books: AccountBooks, starting_balance: float, now: datetime) -> None:
        if self.alarms is not None:
            self.alarms.follow(books.records, starting_balance, now)


def write_facts_once(ledger: AccountLedger, facts: AccountFacts, now: datetime) -> bool:
    """Keep what an account began with where that isn't known yet; True where it was written."""
    if ledger.load_state(FACTS) is not None:
        return False
    ledger.save_state(FACTS, facts_to_text(facts), now)
    return True


def records_of(
    ledger: BotLedger,
    account_id: str,
    currency: str,
    marks: BotMarks,
    equity_interval_seconds: float,
    alerts: AlertsConfig | None,
    alert: Callable[[str], None],
) -> AccountRecords:
    """Give what fills the ledger of a bot."""
    orders = KeptOrders(ledger, account_id, alert)
    alarms = None
    if alerts is not None:
        limits = AlarmLimits(alerts.drawdown, alerts.expectancy_every)
        alarms = ToldAlarms(ledger, limits, currency, alert)
    return AccountRecords(
        ledger,
        currency,
        marks,
        Reconcile(ledger, orders, account_id, lambda query: Trade.session.execute(query), alert),
        orders,
        EquitySamples(ledger, timedelta(seconds=equity_interval_seconds)),
        alarms,
    )


def _realised(books: AccountBooks, starting_balance: float, open_trades: Sequence[LocalTrade]) -> float:
    """Give the equity without what is open: the breaker's where there is one, for it knows of cash flows."""
    if books.desk is not None:
        return books.equity.value
    partial_exits = sum(float(trade.realized_profit or 0.0) for trade in open_trades)
    return starting_balance + books.performance.net_profit + partial_exits
