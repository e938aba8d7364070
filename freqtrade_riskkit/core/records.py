"""What is kept of a closed trade and of an order. One record belongs to one account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from freqtrade_riskkit.core.order_states import OrderState


class Side(StrEnum):
    """Direction of a position."""

    LONG = "long"
    SHORT = "short"


class Purpose(StrEnum):
    """Why an order exists."""

    ENTRY = "entry"
    ADDED_ENTRY = "added_entry"
    EXIT = "exit"
    PARTIAL_EXIT = "partial_exit"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    TRAILING_STOP = "trailing_stop"
    UNKNOWN = "unknown"

    @property
    def adds_risk(self) -> bool:
        """Whether a fill makes the position larger."""
        return self in (Purpose.ENTRY, Purpose.ADDED_ENTRY)


class OrderType(StrEnum):
    """How an order is executed."""

    MARKET = "market"
    LIMIT = "limit"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    TRAILING_STOP = "trailing_stop"
    UNKNOWN = "unknown"


class TradeRecord(NamedTuple):
    """One closed trade of one account. A named tuple, since one is made for every trade of a backtest.

    Money is in stake currency, times are timezone-aware UTC, ratios are fractions.

    Attributes
    ----------
    gross_pnl, fees, net_pnl
        ``net_pnl = gross_pnl − fees``; `net_pnl` is the host's realised profit of the whole trade,
        partial exits and funding included.
    pnl_ratio
        Net profit over the stake put in, as the host reports it.
    stake
        The largest stake the trade had, before leverage.
    realised_slippage
        Cost against the requested rates over all fills, positive when worse; None where no
        requested rate is known.
    """

    account_id: str
    trade_id: int
    pair: str
    side: Side
    entry_rate: float
    exit_rate: float
    amount: float
    stake: float
    gross_pnl: float
    pnl_ratio: float
    fees: float
    net_pnl: float
    entry_at: datetime
    exit_at: datetime
    enter_tag: str | None
    exit_reason: str | None
    leverage: float
    fills: int
    realised_slippage: float | None

    @property
    def holding_seconds(self) -> float:
        """Seconds between the first entry and the last exit."""
        return (self.exit_at - self.entry_at).total_seconds()

    @property
    def is_win(self) -> bool:
        """Whether the trade ended with a net profit above zero."""
        return self.net_pnl > 0


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One order of one account, as last seen.

    Money is in stake currency, amounts in base currency, times are timezone-aware UTC.

    Attributes
    ----------
    trigger_price
        Price at which a stop or target becomes active; None for plain orders.
    value
        Notional of the whole order, price times amount.
    reserved_capital
        Stake currency that the order holds: the unfilled part of an open entry order at its price,
        divided by the leverage; zero for everything else.
    """

    account_id: str
    order_id: str
    trade_id: int
    pair: str
    side: str
    purpose: Purpose
    type: OrderType
    price: float
    trigger_price: float | None
    amount: float
    filled: float
    remaining: float
    average: float | None
    value: float
    state: OrderState
    placed_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    reserved_capital: float
