"""Keeps what an account's ledger has of its orders equal to Freqtrade's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from freqtrade.persistence import LocalTrade, Trade
from sqlalchemy import select

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.order_states import OrderState
from freqtrade_riskkit.core.records import OrderRecord
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.host.translation import order_records
from freqtrade_riskkit.ledger import RecordRefused


class KeptOrders:
    """Records the orders of a bot's trades whenever they have changed.

    Parameters
    ----------
    ledger
        Where the records go.
    account_id
        Whose they are.
    alert
        Tells the user.
    """

    def __init__(self, ledger: BotLedger, account_id: str, alert: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._account_id = account_id
        self._alert = alert
        self._told: set[str] = set()
        self._known: dict[int, list[OrderRecord]] | None = None

    def begin_anew(self) -> None:
        """Ask the ledger again what it has, for it may be another file."""
        self._known = None

    def follow(self, trades: Sequence[LocalTrade], now: datetime) -> None:
        """Record what changed since the last call.

        Parameters
        ----------
        trades
            The open trades.
        now
            The moment of the loop; aware.
        """
        known = self._known if self._known is not None else self._unfinished(now)
        if known is None:
            return
        records = {trade.id: order_records(trade, self._account_id) for trade in trades}
        changed = [
            record
            for trade_id, orders in records.items()
            if orders != known.get(trade_id)
            for record in orders
        ]
        ended = [trade_id for trade_id in known if trade_id not in records]
        if self._put([*changed, *self._of_ended(ended, known, now)], now):
            self._known = records

    def put_of(self, trade_ids: Sequence[int], now: datetime) -> bool:
        """Record the orders of some trades as they stand; False where the ledger didn't answer."""
        records = [
            record for trade in _trades(trade_ids) for record in order_records(trade, self._account_id)
        ]
        return self._put(records, now)

    def _unfinished(self, now: datetime) -> dict[int, list[OrderRecord]] | None:
        """Give what the ledger takes for unfinished, by trade."""
        stored = self._ledger.use(now, lambda ledger: ledger.orders(open_only=True))
        if stored is None:
            return None
        found: dict[int, list[OrderRecord]] = {}
        for record in stored:
            found.setdefault(record.trade_id, []).append(record)
        return found

    def _of_ended(
        self, trade_ids: Sequence[int], known: dict[int, list[OrderRecord]], now: datetime
    ) -> Iterable[OrderRecord]:
        """Give the orders of trades that are open no longer.

        Freqtrade deletes a trade whose entry never filled, and with it its orders: they were cancelled.
        """
        left = set(trade_ids)
        for trade in _trades(trade_ids):
            left.discard(trade.id)
            yield from order_records(trade, self._account_id)
        for trade_id in left:
            for record in known[trade_id]:
                if not record.state.is_terminal:
                    yield replace(
                        record,
                        state=OrderState.CANCELLED,
                        updated_at=now,
                        finished_at=now,
                        reserved_capital=0.0,
                    )

    def _put(self, records: Sequence[OrderRecord], now: datetime) -> bool:
        """Write records, those that can be; False where the ledger didn't answer."""
        if not records:
            return self._ledger.answers
        try:
            self._ledger.use(now, lambda ledger: ledger.put_orders(records))
        except RecordRefused as error:
            if len(records) == 1:
                self._tell(f"{Code.RECORD_REFUSED}: not recorded: {error}")
            else:
                return all(self._put([record], now) for record in records)
        return self._ledger.answers

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._alert(text)


def _trades(trade_ids: Sequence[int]) -> Sequence[Trade]:
    if not trade_ids:
        return []
    return Trade.session.scalars(select(Trade).where(Trade.id.in_(trade_ids))).unique().all()
