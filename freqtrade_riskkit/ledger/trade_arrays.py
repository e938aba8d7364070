"""The figures of many trades at once, as arrays: a million rows without a million records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Connection, cast, extract, select, type_coerce
from sqlalchemy.types import NullType

from freqtrade_riskkit.ledger.schema import TRADES

_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class TradeArrays:
    """One value for each trade, shape ``(n,)``, in the order of closing (exit, then trade id).

    Attributes
    ----------
    trade_id
        int64.
    net_pnl, fees
        Stake currency.
    holding_seconds
        As `TradeRecord.holding_seconds`.
    pnl_ratio
        Fraction of the stake.
    exit_at
        UTC, ``datetime64[us]``.
    """

    trade_id: NDArray[np.int64]
    net_pnl: NDArray[np.float64]
    fees: NDArray[np.float64]
    holding_seconds: NDArray[np.float64]
    pnl_ratio: NDArray[np.float64]
    exit_at: NDArray[np.datetime64]


def read_arrays(connection: Connection, wanted: ColumnElement[bool]) -> TradeArrays:
    """Read the figures of the wanted trades; ValueError for a row that holds something else."""
    columns = TRADES.c
    moments = [_plain_moment(connection, column) for column in (columns.entry_at, columns.exit_at)]
    statement = select(columns.trade_id, columns.net_pnl, columns.fees, columns.pnl_ratio, *moments)
    result = connection.execute(statement.where(wanted), execution_options={"yield_per": _ROWS_AT_ONCE})
    parts: list[tuple[NDArray[Any], ...]] = [_part([])]
    parts.extend(_part(rows) for rows in result.partitions())
    trade_id, net_pnl, fees, pnl_ratio, entry_at, exit_at = (
        np.concatenate([part[place] for part in parts]) for place in range(6)
    )
    order = np.lexsort((trade_id, exit_at))
    held = (exit_at - entry_at).astype(np.int64) / 1e6
    return TradeArrays(
        trade_id[order], net_pnl[order], fees[order], held[order], pnl_ratio[order], exit_at[order]
    )


def _plain_moment(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give a moment as numpy reads it fastest: SQLite's text as it is, else microseconds since 1970."""
    if connection.dialect.name == "sqlite":
        return type_coerce(column, NullType())
    return cast(extract("epoch", column) * 1_000_000, BigInteger)


def _part(rows: Any) -> tuple[NDArray[Any], ...]:
    places = list(zip(*rows, strict=True)) or [()] * 6
    return (
        np.array(places[0], dtype=np.int64),
        *(np.array(values, dtype=np.float64) for values in places[1:4]),
        *(np.array(values, dtype="datetime64[us]") for values in places[4:]),
    )
