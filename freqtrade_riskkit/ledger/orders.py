"""The orders of an account as last seen; they stay after they have ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, not_, or_, select

from freqtrade_riskkit.core.order_states import OrderState
from freqtrade_riskkit.core.performance import ForeignRecord
from freqtrade_riskkit.core.records import OrderRecord, OrderType, Purpose
from freqtrade_riskkit.ledger.dialect import insert
from freqtrade_riskkit.ledger.errors import RecordRefused
from freqtrade_riskkit.ledger.inputs import aware, escaped, finite, short, whole
from freqtrade_riskkit.ledger.owner import Owner
from freqtrade_riskkit.ledger.periods import within
from freqtrade_riskkit.ledger.schema import ORDERS
from freqtrade_riskkit.ledger.store import Store

_LONGEST_ID = 255
_KEY = [column.name for column in ORDERS.primary_key]
_FINAL = [state.value for state in OrderState if state.is_terminal]


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of one generation of one account."""

    store: Store
    owner: Owner

    def put(self, records: Iterable[OrderRecord]) -> None:
        """Write orders as they stand; an order that has ended never becomes one that lasts."""
        rows = {(row["pair"], row["order_id"]): row for row in map(self._row, records)}
        if not rows:
            return
        with self.store.writing(f"record {len(rows)} orders") as connection:
            adding = insert(connection, ORDERS)
            later = adding.excluded
            statement = adding.on_conflict_do_update(
                index_elements=_KEY,
                set_={
                    column.name: later[column.name] for column in ORDERS.columns if column.name not in _KEY
                },
                where=or_(_is_unfinished(ORDERS.c.state), not_(_is_unfinished(later.state))),
            )
            # In one order for all, so that two writers don't wait for each other.
            connection.execute(statement, [rows[key] for key in sorted(rows)])

    def placed(self, open_only: bool, since: datetime | None) -> list[OrderRecord]:
        """Give the orders in the order of their placement."""
        columns = ORDERS.c
        statement = select(*(column for column in columns if column.name != "generation")).where(
            self.owner.owns(ORDERS), *within(columns.placed_at, since, None)
        )
        if open_only:
            statement = statement.where(_is_unfinished(columns.state))
        action = "read the orders"
        with self.store.reading(action) as connection, self.store.rows_understood(action):
            orders = [_record(row) for row in connection.execute(statement)]
        # Sorted here, because databases order text by their own collations.
        return sorted(orders, key=lambda order: (order.placed_at, order.pair, order.order_id))

    def _row(self, record: OrderRecord) -> dict[str, Any]:
        if record.account_id != self.owner.account_id:
            raise ForeignRecord(self.owner.account_id, record.account_id)
        pair, order_id = escaped(record.pair), escaped(record.order_id)
        trigger, average, finished = record.trigger_price, record.average, record.finished_at
        try:
            return {
                **self.owner.columns(),
                "pair": short("pair", pair),
                "order_id": short("order_id", order_id, _LONGEST_ID),
                "trade_id": whole("trade_id", record.trade_id),
                "side": escaped(record.side),
                "purpose": Purpose(record.purpose).value,
                "type": OrderType(record.type).value,
                "price": finite("price", record.price),
                "trigger_price": None if trigger is None else finite("trigger_price", trigger),
                "amount": finite("amount", record.amount),
                "filled": finite("filled", record.filled),
                "remaining": finite("remaining", record.remaining),
                "average": None if average is None else finite("average", average),
                "value": finite("value", record.value),
                "state": OrderState(record.state).value,
                "placed_at": aware("placed_at", record.placed_at),
                "updated_at": aware("updated_at", record.updated_at),
                "finished_at": None if finished is None else aware("finished_at", finished),
                "reserved_capital": finite("reserved_capital", record.reserved_capital),
            }
        except ValueError as error:
            raise RecordRefused(f"order {order_id} ({pair})", str(error)) from error


def _is_unfinished(state: ColumnElement[str]) -> ColumnElement[bool]:
    # One value each: a list of values can't be sent along with many rows.
    return and_(*(state != final for final in _FINAL))


def _record(row: Row[Any]) -> OrderRecord:
    return OrderRecord(
        account_id=row.account_id,
        order_id=row.order_id,
        trade_id=row.trade_id,
        pair=row.pair,
        side=row.side,
        purpose=Purpose(row.purpose),
        type=OrderType(row.type),
        price=row.price,
        trigger_price=row.trigger_price,
        amount=row.amount,
        filled=row.filled,
        remaining=row.remaining,
        average=row.average,
        value=row.value,
        state=OrderState(row.state),
        placed_at=row.placed_at,
        updated_at=row.updated_at,
        finished_at=row.finished_at,
        reserved_capital=row.reserved_capital,
    )
