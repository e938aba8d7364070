"""The books of one account for one run: what was taken in so far, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.order_tracker import OrderTracker
from freqtrade_riskkit.core.performance import Metrics, Performance
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.trades import ClosedTrades, open_trades
from freqtrade_riskkit.host.translation import order_records, trade_record, utc


class RealisedEquity:
    """Equity from closed trades and partial exits, positions at their cost.

    Parameters
    ----------
    base
        Equity without the trades that are taken in from now on and without `open_realised`.
    open_realised
        Profit that open trades have realised by partial exits so far, by trade id.
    """

    def __init__(self, base: float, open_realised: dict[int, float]) -> None:
        self.base = base
        self.open_realised = open_realised

    @property
    def value(self) -> float:
        """The equity in stake currency."""
        return self.base + sum(self.open_realised.values())

    def close(self, trade_id: int, net_pnl: float) -> float:
        """Book a closed trade's whole profit and give the equity after it."""
        self.open_realised.pop(trade_id, None)
        self.base += net_pnl
        return self.value

    def see_open(self, trades: Sequence[LocalTrade]) -> bool:
        """Book partial exits; True where the equity moved."""
        realised = {trade.id: float(trade.realized_profit) for trade in trades if trade.realized_profit}
        if realised == self.open_realised:
            return False
        self.open_realised = realised
        return True


class AccountBooks:
    """Takes in each closed trade once and keeps performance, orders and breaker up to date.

    Parameters
    ----------
    account_id
        The account of every record.
    feed
        Closed trades to take in.
    performance
        The account's figures.
    started_at
        Beginning of the period that daily means refer to.
    on_closed
        Called with the id of each trade taken in.
    """

    def __init__(
        self,
        account_id: str,
        feed: ClosedTrades,
        performance: Performance,
        started_at: datetime,
        on_closed: Callable[[int], None],
    ) -> None:
        self.account_id = account_id
        self.feed = feed
        self.performance = performance
        self.orders = OrderTracker(account_id)
        self.desk: BreakerDesk | None = None
        self.equity = RealisedEquity(0.0, {})
        self.started_at = started_at
        self.now = started_at
        self.records: list[TradeRecord] = []
        self.last_closed_entry_at: datetime | None = None
        self._on_closed = on_closed
        self._position_samples = 0
        self._positions_seen = 0

    def attach(self, desk: BreakerDesk, equity: RealisedEquity) -> None:
        """From now on hold what happens against a breaker, counting from this equity."""
        self.desk = desk
        self.equity = equity

    def take_new_trades(self) -> bool:
        """Take in the trades that closed since the last call; True where there were any."""
        new = self.feed.take_new()
        for trade in new:
            record = trade_record(trade, self.account_id)
            self.performance.take(record)
            self.records.append(record)
            for order in order_records(trade, self.account_id):
                self.orders.see(order)
            self.hold_against_breaker(record)
            if self.last_closed_entry_at is None or record.entry_at > self.last_closed_entry_at:
                self.last_closed_entry_at = record.entry_at
            self._on_closed(record.trade_id)
        return bool(new)

    def hold_against_breaker(self, record: TradeRecord) -> None:
        """Book a closed trade's profit and let the breaker judge it."""
        if self.desk is not None:
            equity = self.equity.close(record.trade_id, record.net_pnl)
            self.desk.trade_closed(equity, record.pnl_ratio, record.exit_at)

    def pass_time(self, now: datetime) -> bool:
        """Take in all that happened up to now; True where anything was booked."""
        booked = self.take_new_trades()
        trades = open_trades()
        if self.desk is not None:
            if self.equity.see_open(trades):
                booked = True
                self.desk.equity_moved(self.equity.value, now)
            self.desk.clock(now)
        self.now = max(self.now, now)
        self._position_samples += 1
        self._positions_seen += len(trades)
        return booked

    def last_entry_at(self, trades: Sequence[LocalTrade]) -> datetime | None:
        """Give the first placement of the newest initial entry, of open and closed trades."""
        moments = [utc(trade.open_date) for trade in trades]
        if self.last_closed_entry_at is not None:
            moments.append(self.last_closed_entry_at)
        return max(moments, default=None)

    @property
    def average_positions(self) -> float | None:
        """Mean number of open positions over the loops so far; None before the first."""
        return self._positions_seen / self._position_samples if self._position_samples else None

    def metrics(self) -> Metrics:
        """Give the performance so far."""
        return self.performance.metrics(self.started_at, self.now)
