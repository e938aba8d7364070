"""One account: its balances, its orders, its trades, and every movement of its money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from freqtrade_riskkit.practice.trading.amounts import ZERO
from freqtrade_riskkit.practice.trading.fees import FeeSchedule
from freqtrade_riskkit.practice.trading.records import Balance, Fill, Order, OrderList, Transfer
from freqtrade_riskkit.practice.trading.refusal import TOO_LITTLE_MONEY, Refusal, rejected_order


@dataclass(slots=True)
class Changed:
    """What differs from what was last written down, by its key."""

    balances: set[str] = field(default_factory=set)
    orders: set[int] = field(default_factory=set)
    lists: set[int] = field(default_factory=set)
    fills: list[Fill] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.balances or self.orders or self.lists or self.fills or self.transfers)


class Account:
    """An account. No balance of it is ever below zero.

    Parameters
    ----------
    name
        Its name among the exchange's accounts.
    number
        Its number there, from 1.
    fees
        What its trades cost.
    """

    def __init__(self, name: str, number: int, fees: FeeSchedule) -> None:
        self.name = name
        self.number = number
        self.fees = fees
        self.balances: dict[str, Balance] = {}
        self.orders: dict[int, Order] = {}
        self.lists: dict[int, OrderList] = {}
        self.fills: list[Fill] = []
        self.transfers: list[Transfer] = []
        self.updated_ms = 0
        self.changed = Changed()
        self._open: dict[int, Order] = {}

    def free(self, asset: str) -> Decimal:
        """Return what is free of an asset."""
        return self.balances[asset].free if asset in self.balances else ZERO

    def held(self, asset: str) -> Decimal:
        """Return what is held ready for open orders of an asset."""
        return self.balances[asset].locked if asset in self.balances else ZERO

    def open_orders(self, symbol: str | None = None) -> list[Order]:
        """Return the open orders, oldest first; of one symbol or of all."""
        return [order for order in self._open.values() if symbol in (None, order.symbol)]

    def by_client_id(self, symbol: str, client_id: str) -> Order | None:
        """Return the newest order of that name."""
        for order in reversed(self.orders.values()):
            if order.client_id == client_id and order.symbol == symbol:
                return order
        return None

    def fills_of(self, order: Order) -> Iterator[Fill]:
        """Return the trades of an order, oldest first."""
        return (fill for fill in self.fills if fill.order_id == order.order_id)

    def add_order(self, order: Order) -> None:
        """Take a new order into the books."""
        self.orders[order.order_id] = order
        self.touch(order)

    def add_list(self, order_list: OrderList) -> None:
        """Take a new order list into the books, or note that it changed."""
        self.lists[order_list.list_id] = order_list
        self.changed.lists.add(order_list.list_id)

    def touch(self, order: Order) -> None:
        """Note that an order changed."""
        self.updated_ms = max(self.updated_ms, order.updated_ms)
        self.changed.orders.add(order.order_id)
        if order.is_open:
            self._open[order.order_id] = order
        else:
            self._open.pop(order.order_id, None)

    def transfer(self, transfer: Transfer, is_listed: bool = True) -> None:
        """Take a deposit in, or pay a withdrawal out of what is free.

        Parameters
        ----------
        is_listed
            False leaves it out of the history, as if the money had come or gone by itself.

        Raises
        ------
        Refusal
            Where more is asked for than is free.
        """
        if self.free(transfer.asset) + transfer.amount < 0:
            raise Refusal(-4026, "User has insufficient balance.")
        self._move(transfer.asset, free=transfer.amount)
        if is_listed:
            self.transfers.append(transfer)
            self.changed.transfers.append(transfer)
        self.updated_ms = max(self.updated_ms, transfer.at_ms)

    def lock(self, order: Order, asset: str, amount: Decimal) -> None:
        """Hold so much more of an asset ready for an order; refused where that much isn't free."""
        if amount > self.free(asset):
            raise rejected_order(TOO_LITTLE_MONEY)
        order.locked += amount
        self._move(asset, free=-amount, locked=amount)

    def unlock(self, order: Order, asset: str, amount: Decimal) -> None:
        """Set so much free of what is held ready for an order."""
        order.locked -= amount
        self._move(asset, free=amount, locked=-amount)

    def settle(self, order: Order, fill: Fill, base: str, quote: str) -> None:
        """Exchange the money of one fill, out of what is locked for its order, and pay its fee."""
        paid, given = (quote, fill.value) if fill.is_buyer else (base, fill.amount)
        received, taken = (base, fill.amount) if fill.is_buyer else (quote, fill.value)
        order.locked -= given
        self._move(paid, locked=-given)
        self._move(received, free=taken)
        self._move(fill.fee_asset, free=-fill.fee)
        order.filled += fill.amount
        order.filled_value += fill.value
        self.fills.append(fill)
        self.changed.fills.append(fill)

    def restore_order(self, order: Order) -> None:
        """Take an order from an earlier run back into the books."""
        self.orders[order.order_id] = order
        self.updated_ms = max(self.updated_ms, order.updated_ms)
        if order.is_open:
            self._open[order.order_id] = order

    def restore_balance(self, asset: str, free: Decimal, locked: Decimal) -> None:
        """Take a balance from an earlier run back into the books."""
        self.balances[asset] = Balance(free, locked)

    def forget_changes(self) -> None:
        """Note that all changes are written down."""
        self.changed = Changed()

    def _move(self, asset: str, free: Decimal = ZERO, locked: Decimal = ZERO) -> None:
        balance = self.balances.setdefault(asset, Balance())
        balance.free += free
        balance.locked += locked
        if balance.free < 0 or balance.locked < 0:
            raise RuntimeError(f"account {self.name} would hold {balance} of {asset}")
        self.changed.balances.add(asset)
