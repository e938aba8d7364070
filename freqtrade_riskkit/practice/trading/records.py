"""What the exchange remembers of its accounts: orders, fills, order lists, transfers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from freqtrade_riskkit.practice.trading.amounts import ZERO

NO_LIST = -1


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "BUY"
    SELL = "SELL"


class OrderType(StrEnum):
    """Binance's types of spot orders."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    LIMIT_MAKER = "LIMIT_MAKER"
    STOP_LOSS = "STOP_LOSS"
    STOP_LOSS_LIMIT = "STOP_LOSS_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"


STOPS = frozenset({OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT})
TARGETS = frozenset({OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT})
ALGO = STOPS | TARGETS
"""Types that wait for a price before they trade; MAX_NUM_ALGO_ORDERS counts them."""


class TimeInForce(StrEnum):
    """How long an order stays: until cancelled, what fills at once, or all at once or nothing."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class Status(StrEnum):
    """Where an order is in its life."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


@dataclass(slots=True)
class Balance:
    """What an account holds of one asset: free, and held ready for open orders."""

    free: Decimal = ZERO
    locked: Decimal = ZERO


@dataclass(slots=True)
class Order:
    """One order, from its acceptance on.

    Attributes
    ----------
    order_id, client_id
        The exchange's number, and the client's own name for it.
    list_id
        The order list it belongs to; -1 for none.
    price
        Limit in quote currency; 0 where it has none.
    stop_price
        Price it waits for; 0 where it has none.
    amount
        In base currency; of a market order over a quote amount what was filled.
    quote_amount
        What a market order over a quote amount is to spend or bring in; 0 for others.
    filled, filled_value
        Filled so far, in base and in quote currency.
    locked
        What is held ready for it: quote currency for a buy, base for a sell.
    working_ms
        When it entered the book; -1 as long as it waits for its stop price.
    fill_share
        A fault: no more than this part of the amount is ever filled; 1 without one.
    """

    order_id: int
    account: str
    symbol: str
    client_id: str
    list_id: int
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    price: Decimal
    stop_price: Decimal
    amount: Decimal
    quote_amount: Decimal
    created_ms: int
    updated_ms: int
    working_ms: int
    filled: Decimal = ZERO
    filled_value: Decimal = ZERO
    locked: Decimal = ZERO
    status: Status = Status.NEW
    fill_share: Decimal = Decimal(1)

    @property
    def is_open(self) -> bool:
        """Whether it may still be filled or cancelled."""
        return self.status in (Status.NEW, Status.PARTIALLY_FILLED)

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its stop price."""
        return self.is_open and self.working_ms < 0

    @property
    def remaining(self) -> Decimal:
        """What isn't filled yet, in base currency."""
        return self.amount - self.filled

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return self.side is Side.BUY


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade of an order; amount and value in base and quote currency."""

    trade_id: int
    order_id: int
    list_id: int
    account: str
    symbol: str
    price: Decimal
    amount: Decimal
    value: Decimal
    fee: Decimal
    fee_asset: str
    at_ms: int
    is_buyer: bool
    is_maker: bool


@dataclass(slots=True)
class OrderList:
    """Two orders of which one cancels the other (OCO)."""

    list_id: int
    account: str
    symbol: str
    client_id: str
    first_id: int
    second_id: int
    at_ms: int
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that came from outside (amount above 0) or went there (below 0)."""

    transfer_id: int
    account: str
    asset: str
    amount: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order as a client asks for it; None for whatever it doesn't say."""

    symbol: str
    side: Side
    type: OrderType
    amount: Decimal | None = None
    quote_amount: Decimal | None = None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce | None = None
    client_id: str | None = None
