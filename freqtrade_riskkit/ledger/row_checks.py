"""Whether single rows are what the kit wrote. They are read as they lie, so that a bad one is named."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, select, type_coerce
from sqlalchemy.types import NullType

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.order_states import OrderState
from freqtrade_riskkit.core.records import OrderType, Purpose, Side, TradeRecord
from freqtrade_riskkit.ledger.alerts import alert_digest
from freqtrade_riskkit.ledger.decisions import decision_digest
from freqtrade_riskkit.ledger.findings import Finding, FindingKind
from freqtrade_riskkit.ledger.inputs import finite
from freqtrade_riskkit.ledger.schema import ALERTS, CASH_FLOWS, DECISIONS, EQUITY, ORDERS, TRADES
from freqtrade_riskkit.ledger.trade_form import trade_digest

_ROWS_AT_ONCE = 10_000
_CLOCKS_APART = timedelta(minutes=5)

Complaint = tuple[FindingKind, str]


def check_rows(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Look at every row that has a digest, figures or moments which can be wrong."""
    checks: dict[Table, Callable[[Row[Any], datetime], Iterator[Complaint]]] = {
        TRADES: _trade,
        EQUITY: _sample,
        CASH_FLOWS: _flow,
        ORDERS: _order,
        DECISIONS: _decision,
        ALERTS: _alert,
    }
    for table, check in checks.items():
        key = [column.name for column in table.primary_key][2:]
        # NullType leaves values as the driver gives them.
        columns = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
        rows: Any = connection.execute(select(*columns), execution_options={"yield_per": _ROWS_AT_ONCE})
        for row in rows:
            for kind, text in _complaints(check, row, now):
                name = " ".join(str(getattr(row, part)) for part in key)
                yield Finding(kind, row.account_id, row.generation, table.name, name, text)


def _complaints(
    check: Callable[[Row[Any], datetime], Iterator[Complaint]], row: Row[Any], now: datetime
) -> list[Complaint]:
    try:
        return list(check(row, now))
    except (ValueError, TypeError) as error:
        return [(FindingKind.UNREADABLE, f"a value is none that the kit writes: {error}")]


def _trade(row: Row[Any], now: datetime) -> Iterator[Complaint]:
    values = row._mapping
    record = TradeRecord(**{name: values[name] for name in TradeRecord._fields})
    record = record._replace(
        side=Side(record.side), entry_at=_moment(row.entry_at), exit_at=_moment(row.exit_at)
    )
    if trade_digest(record) != row.digest:
        yield FindingKind.ALTERED, f"the trade on {row.pair} isn't what was recorded: its digest differs"
    if record.exit_at < record.entry_at:
        yield FindingKind.OUT_OF_ORDER, f"the exit {record.exit_at} is before the entry {record.entry_at}"
    yield from _not_ahead("exit_at", record.exit_at, now)
    size = abs(record.gross_pnl) + abs(record.fees)
    if not math.isclose(record.gross_pnl - record.fees, record.net_pnl, rel_tol=1e-9, abs_tol=1e-9 * size):
        yield FindingKind.MISMATCHED, f"net_pnl {record.net_pnl} isn't {record.gross_pnl} − {record.fees}"


def _sample(row: Row[Any], now: datetime) -> Iterator[Complaint]:
    yield from _not_ahead("at", _moment(row.at), now)
    equity, peak = finite("equity", row.equity), finite("peak", row.peak)
    finite("realised", row.realised)
    finite("unrealised", row.unrealised)
    if equity > peak and not math.isclose(equity, peak, rel_tol=1e-9):
        yield FindingKind.MISMATCHED, f"the equity {equity} is above its peak {peak}"


def _flow(row: Row[Any], now: datetime) -> Iterator[Complaint]:
    flow = CashFlow(finite("amount", row.amount), _moment(row.at), row.flow_id)
    yield from _not_ahead("at", flow.at, now)


def _order(row: Row[Any], now: datetime) -> Iterator[Complaint]:
    Purpose(row.purpose)
    OrderType(row.type)
    state = OrderState(row.state)
    for name in ("price", "amount", "filled", "remaining", "value", "reserved_capital"):
        finite(name, row._mapping[name])
    placed = _moment(row.placed_at)
    yield from _not_ahead("placed_at", placed, now)
    if row.finished_at is not None and _moment(row.finished_at) < placed:
        yield FindingKind.OUT_OF_ORDER, f"it ended at {row.finished_at}, before it was placed at {placed}"
    if state.is_terminal and row.reserved_capital:
        yield FindingKind.MISMATCHED, f"it is {state} and still reserves {row.reserved_capital}"


def _decision(row: Row[Any], now: datetime) -> Iterator[Complaint]:
    at = _moment(row.at)
    yield from _not_ahead("at", at, now)
    if decision_digest(row.kind, row.code, at, row.text, row.body) != row.digest:
        yield FindingKind.ALTERED, f"the decision {row.code} isn't what was recorded: its digest differs"


def _alert(row: Row[Any], now: datetime) -> Iterator[Complaint]:
    at = _moment(row.at)
    yield from _not_ahead("at", at, now)
    if alert_digest(row.code, at, row.text, row.body) != row.digest:
        yield FindingKind.ALTERED, f"the alert {row.code} isn't what was recorded: its digest differs"


def _not_ahead(name: str, moment: datetime, now: datetime) -> Iterator[Complaint]:
    if moment > now + _CLOCKS_APART:
        yield FindingKind.OUT_OF_ORDER, f"{name} is {moment}, in the future"


def _moment(stored: Any) -> datetime:
    """Read a moment as the driver gives it: text in UTC from SQLite, an aware one from PostgreSQL."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
