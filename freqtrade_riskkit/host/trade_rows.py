"""Closed trades read from Freqtrade's tables by plain SQL: the bot's own, or a file that nobody runs.

Rows have the names of Freqtrade's classes, so that one translation serves both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from freqtrade.persistence import LocalTrade, Order, Trade
from sqlalchemy import ColumnElement, Result, Row, Select, and_, func, select, type_coerce
from sqlalchemy.types import NullType

from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.translation import trade_record, utc
from freqtrade_riskkit.ledger import RecordRefused, trade_digest

Rows = Callable[[Select[Any]], Result[Any]]
"""Executes a query: a session's or a connection's `execute`."""

TRADES = Trade.__table__
ORDERS = Order.__table__


class OrderRow(NamedTuple):
    """What a trade's record needs of one of its orders."""

    ft_trade_id: int
    ft_order_side: str
    side: str | None
    ft_is_open: bool
    filled: float | None
    average: float | None
    price: float | None
    ft_price: float


class TradeRow(NamedTuple):
    """What a trade's record needs of the trade."""

    id: int
    pair: str
    is_short: bool
    open_rate: float
    close_rate: float | None
    amount: float
    stake_amount: float
    max_stake_amount: float | None
    close_profit: float | None
    close_profit_abs: float | None
    fee_open: float | None
    fee_close: float | None
    enter_tag: str | None
    exit_reason: str | None
    leverage: float | None
    open_date: datetime
    close_date: datetime | None
    orders: list[OrderRow]

    @property
    def entry_side(self) -> str:
        """The side of the orders that make the position larger."""
        return "sell" if self.is_short else "buy"


_TRADE_FIELDS = [name for name in TradeRow._fields if name != "orders"]
_MOMENTS = ("open_date", "close_date")
# NullType leaves moments as the driver gives them: one that is none would end the reading of all rows.
_TRADE_COLUMNS: list[ColumnElement[Any]] = [
    type_coerce(TRADES.c[name], NullType()).label(name) if name in _MOMENTS else TRADES.c[name]
    for name in _TRADE_FIELDS
]
_ORDER_COLUMNS = [ORDERS.c[name] for name in OrderRow._fields]
_IDS_AT_ONCE = 10_000
"""SQLite takes 32,766 values in a query, PostgreSQL 65,535."""

NEEDED = {
    "trades": frozenset({"is_open", "exchange", "stake_currency"} | set(_TRADE_FIELDS)),
    "orders": frozenset({"id", "order_id"} | {column.name for column in _ORDER_COLUMNS}),
}
"""Columns without which a database can't be read, by table."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some closed trades.

    Attributes
    ----------
    records
        Those that can be translated, by id.
    unreadable
        Why the others can't, by id.
    last_id
        The highest id among both; None where there are none.
    """

    records: list[TradeRecord]
    unreadable: dict[int, str]
    last_id: int | None

    def digests(self) -> dict[int, str]:
        """Give the digest of each record by its id; what no ledger can take moves to `unreadable`."""
        digests, fine = {}, []
        for record in self.records:
            try:
                digests[record.trade_id] = trade_digest(record)
            except RecordRefused as error:
                self.unreadable[record.trade_id] = str(error)
            else:
                fine.append(record)
        self.records[:] = fine
        return digests


def closed_after(rows: Rows, account_id: str, trade_id: int | None, count: int) -> Portion:
    """Read at most `count` closed trades with higher ids than this, or from the lowest, in their order."""
    chosen = TRADES.c.is_open.is_(False)
    if trade_id is not None:
        chosen = and_(chosen, TRADES.c.id > trade_id)
    trades = rows(select(*_TRADE_COLUMNS).where(chosen).order_by(TRADES.c.id).limit(count)).all()
    if not trades:
        return Portion([], {}, None)
    last_id = int(trades[-1][0])
    return _portion(rows, account_id, trades, and_(chosen, TRADES.c.id <= last_id))


def closed_since(rows: Rows, account_id: str, since: datetime) -> Portion:
    """Read the closed trades whose close date is at a moment or later; an aware one."""
    chosen = and_(TRADES.c.is_open.is_(False), TRADES.c.close_date >= since.replace(tzinfo=None))
    trades = rows(select(*_TRADE_COLUMNS).where(chosen).order_by(TRADES.c.id)).all()
    return _portion(rows, account_id, trades, chosen)


def still_closed(rows: Rows, trade_ids: Iterable[int]) -> set[int]:
    """Give those of some ids that closed trades have."""
    asked, found = list(trade_ids), set[int]()
    for begin in range(0, len(asked), _IDS_AT_ONCE):
        some = asked[begin : begin + _IDS_AT_ONCE]
        chosen = and_(TRADES.c.is_open.is_(False), TRADES.c.id.in_(some))
        found.update(row.id for row in rows(select(TRADES.c.id).where(chosen)))
    return found


def last_closed_at(rows: Rows) -> datetime | None:
    """Give when the newest trade closed, of those whose close date can be read; None where none did."""
    date = type_coerce(TRADES.c.close_date, NullType())
    found = rows(select(func.max(date))).scalar()
    if found is None:
        return None
    try:
        return utc(_moment("close_date", found))
    except ValueError:  # the highest value is no moment: look through all of them
        dates = rows(select(date).where(TRADES.c.close_date.is_not(None))).scalars()
        return max(_readable(dates), default=None)


def _portion(rows: Rows, account_id: str, trades: Sequence[Row[Any]], chosen: ColumnElement[bool]) -> Portion:
    orders: dict[int, list[OrderRow]] = {}
    if trades:
        joined = ORDERS.join(TRADES, ORDERS.c.ft_trade_id == TRADES.c.id)
        query = select(*_ORDER_COLUMNS).select_from(joined).where(chosen).order_by(ORDERS.c.id)
        for order in map(OrderRow._make, rows(query).all()):
            orders.setdefault(order.ft_trade_id, []).append(order)
    records, unreadable = [], {}
    for row in trades:
        try:
            moments = (_moment("open_date", row.open_date), _moment("close_date", row.close_date))
            trade: Any = TradeRow._make((*row[:-2], *moments, orders.get(row.id, [])))
            records.append(trade_record(trade, account_id))
        except (TypeError, ValueError) as error:
            unreadable[row.id] = named(row, error)
    return Portion(records, unreadable, int(trades[-1][0]) if trades else None)


def named(row: Row[Any] | LocalTrade, error: Exception) -> str:
    """Say what is wrong with a trade; a reason that names it already stays as it is."""
    name, reason = f"trade {row.id} ({row.pair})", str(error)
    return reason if reason.startswith(name) else f"{name}: {reason}"


def _moment(name: str, stored: Any) -> Any:
    """Read a moment as the driver gives it: text from SQLite, a moment from PostgreSQL; None stays None."""
    if stored is None or isinstance(stored, datetime):
        return stored
    if not isinstance(stored, str):
        raise ValueError(f"{name} is no date: {stored!r}")
    try:
        return datetime.fromisoformat(stored)
    except ValueError:
        raise ValueError(f"{name} is no date: {stored!r}") from None


def _readable(values: Iterable[Any]) -> Iterator[datetime]:
    for value in values:
        with suppress(ValueError):
            yield utc(_moment("close_date", value))
