"""Fills a running bot's ledger: trades, orders, equity, cash flows, and what is told of its course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskkit.config import AlertsConfig
from freqtrade_riskkit.core.account_alarms import AlarmLimits
from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.host.account_basis import AccountBasis
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.host.bot_marks import BotMarks
from freqtrade_riskkit.host.equity_samples import EquitySamples
from freqtrade_riskkit.host.kept_orders import KeptOrders
from freqtrade_riskkit.host.namesakes import Namesakes
from freqtrade_riskkit.host.reconcile import Reconcile
from freqtrade_riskkit.host.told_alarms import ToldAlarms


@dataclass(slots=True)
class AccountRecords:
    """Brings the ledger up to date at the end of a loop, as far as it answers.

    Nothing here stands in an exit's way: what a ledger in trouble misses is read again from Freqtrade's
    database, or waits.

    Attributes
    ----------
    ledger
        Where all goes.
    basis
        What the account began with, and its cash flows.
    marks
        Of the open positions.
    trades, orders, equity
        The parts that follow one kind of record each.
    namesakes
        Watches for other bots of the same name.
    alarms
        What is told of closed trades; None where nothing is.
    """

    ledger: BotLedger
    basis: AccountBasis
    marks: BotMarks
    trades: Reconcile
    orders: KeptOrders
    equity: EquitySamples
    namesakes: Namesakes
    alarms: ToldAlarms | None
    _openings: int = -1

    def cash_flows(self, books: AccountBooks, flows: Sequence[CashFlow]) -> None:
        """Take in deposits and withdrawals, before the state that counts them as known is saved."""
        self.ledger.note_flows(flows)
        self.basis.cash_flows(books, flows)
        for flow in flows:
            self.equity.cash_flow(flow.amount)

    def follow(self, books: AccountBooks, open_trades: Sequence[LocalTrade], now: datetime) -> None:
        """Record what happened since the last loop.

        Parameters
        ----------
        books
            Holding all closed trades.
        open_trades
            The open trades. While one was never marked the equity isn't known, and no sample taken.
        """
        if self.ledger.openings != self._openings:
            self._begin_anew()
        unrealised = self.marks.unrealised(now, open_trades)
        if not self.marks.missing:
            oldest = self.marks.oldest_age_seconds if open_trades else None
            self.equity.see(_realised(books, open_trades), unrealised, oldest, now)
        for write in (
            lambda: self.orders.follow(open_trades, now),
            lambda: self.trades.follow(books.records, now),
            lambda: self.equity.write(now),
            lambda: self.namesakes.look(now),
            lambda: self._look_at_course(books, now),
        ):
            if not self.ledger.answers:
                return
            write()

    def _begin_anew(self) -> None:
        """Offer everything again, for the ledger that was opened may be another file."""
        self._openings = self.ledger.openings
        self.orders.begin_anew()
        self.trades.begin_anew()
        self.namesakes.begin_anew()
        if self.alarms is not None:
            self.alarms.begin_anew()

    def _look_at_course(self, books: AccountBooks, now: datetime) -> None:
        if self.alarms is not None and self.basis.is_known:
            self.alarms.follow(books.records, books.performance.starting_balance, self.basis.flows, now)


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
        AccountBasis(ledger, currency, alert),
        marks,
        Reconcile(ledger, orders, account_id, lambda query: Trade.session.execute(query), alert),
        orders,
        EquitySamples(ledger, timedelta(seconds=equity_interval_seconds)),
        Namesakes(ledger, account_id, alert),
        alarms,
    )


def _realised(books: AccountBooks, open_trades: Sequence[LocalTrade]) -> float:
    """Give the equity without what is open: the breaker's where there is one, for it knows of cash flows."""
    if books.desk is not None:
        return books.equity.value
    partial_exits = sum(float(trade.realized_profit or 0.0) for trade in open_trades)
    return books.performance.balance + partial_exits
