"""What a strategy may ask of its session."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from freqtrade_riskkit.config import RiskKitConfig
from freqtrade_riskkit.core.data_standing import DataStanding
from freqtrade_riskkit.core.order_tracker import OrderCounts, count_orders
from freqtrade_riskkit.core.performance import Metrics
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.host.trades import held_capital, open_trades
from freqtrade_riskkit.host.translation import order_records

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

    from freqtrade_riskkit.host.bot_keeper import BotKeeper


class Inquiries:
    """A strategy's own questions, answered from its books and its wallets as they are at the moment."""

    account_id: str
    books: AccountBooks | None
    config: RiskKitConfig
    run: Run
    _strategy: IStrategy
    _keeper: BotKeeper | None

    @property
    def breaker_simulated(self) -> bool:
        """False where a backtest runs without ``--enable-protections``, or where there is no breaker."""
        flag = self.run.is_trade or bool(self._strategy.config.get("enable_protections"))
        return self.config.circuit_breaker is not None and flag

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

    def data_standing(self) -> DataStanding | None:
        """Say how far what a bot knows can be relied on, as of its last loop; None without one."""
        keeper, books = self._keeper, self.books
        return None if keeper is None or books is None else keeper.standing(books.now)

    def open_orders(self, now: datetime) -> OrderCounts:
        """Count the open orders of open trades by purpose, type and pair."""
        records = [
            record
            for trade in open_trades()
            for record in order_records(trade, self.account_id)
            if not record.state.is_terminal
        ]
        return count_orders(records, now)
