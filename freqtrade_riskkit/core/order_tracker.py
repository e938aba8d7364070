"""The open orders of one account: how many, why, and what capital they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskkit.core.order_states import IllegalOrderMove, OrderState, may_move
from freqtrade_riskkit.core.performance import ForeignRecord
from freqtrade_riskkit.core.records import OrderRecord, OrderType, Purpose


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """Open orders of one account.

    Attributes
    ----------
    open
        All open orders.
    by_purpose, by_type, by_pair
        The same, split; kinds that don't occur are left out.
    oldest_age_seconds
        Age of the oldest open order; None where there is none.
    held_capital
        Stake currency reserved by open entry orders.
    locked_amounts
        Base currency that open exits and stops lock, by pair. Of one position the largest counts:
        a stop and a target lock the same coins.
    average_entry_value
        Mean notional of the open entry orders; None where there is none.
    """

    open: int
    by_purpose: dict[Purpose, int]
    by_type: dict[OrderType, int]
    by_pair: dict[str, int]
    oldest_age_seconds: float | None
    held_capital: float
    locked_amounts: dict[str, float]
    average_entry_value: float | None


class OrderTracker:
    """Follows the orders of one account from their placement to their end."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._open: dict[str, OrderRecord] = {}
        self._finished: Counter[tuple[Purpose, OrderState]] = Counter()

    def see(self, order: OrderRecord) -> None:
        """Take in an order as it stands now.

        An order that was seen finished must not be offered again: it is no longer tracked, and
        would count twice.

        Raises
        ------
        ForeignRecord
            For an order of another account.
        IllegalOrderMove
            Where its state can't follow from the one seen before. What was known stays.
        """
        if order.account_id != self._account_id:
            raise ForeignRecord(self._account_id, order.account_id)
        known = self._open.get(order.order_id)
        if known is not None and not may_move(known.state, order.state):
            raise IllegalOrderMove(order.order_id, known.state, order.state)
        if order.state.is_terminal:
            self._open.pop(order.order_id, None)
            self.count_finished(order.purpose, order.state)
        else:
            self._open[order.order_id] = order

    def count_finished(self, purpose: Purpose, state: OrderState, count: int = 1) -> None:
        """Count orders that ended without ever having been seen open."""
        self._finished[purpose, state] += count

    @property
    def open_orders(self) -> tuple[OrderRecord, ...]:
        """The open orders as last seen."""
        return tuple(self._open.values())

    def finished(self) -> dict[str, dict[str, int]]:
        """Count the finished orders by purpose and final state."""
        counts: dict[str, dict[str, int]] = {}
        for (purpose, state), count in sorted(self._finished.items()):
            counts.setdefault(str(purpose), {})[str(state)] = count
        return counts

    def held_capital(self) -> float:
        """Give the stake currency that open entry orders reserve."""
        return sum(order.reserved_capital for order in self._open.values())

    def counts(self, now: datetime) -> OrderCounts:
        """Count the open orders by purpose, type and pair."""
        return count_orders(self._open.values(), now)


def count_orders(orders: Iterable[OrderRecord], now: datetime) -> OrderCounts:
    """Count open orders by purpose, type and pair, and add up what they hold."""
    open_orders = list(orders)
    entries = [order for order in open_orders if order.purpose.adds_risk]
    placed = [order.placed_at for order in open_orders]
    return OrderCounts(
        open=len(open_orders),
        by_purpose=dict(Counter(order.purpose for order in open_orders)),
        by_type=dict(Counter(order.type for order in open_orders)),
        by_pair=dict(Counter(order.pair for order in open_orders)),
        oldest_age_seconds=(now - min(placed)).total_seconds() if placed else None,
        held_capital=sum(order.reserved_capital for order in open_orders),
        locked_amounts=_locked_amounts(order for order in open_orders if not order.purpose.adds_risk),
        average_entry_value=sum(order.value for order in entries) / len(entries) if entries else None,
    )


def _locked_amounts(exits: Iterable[OrderRecord]) -> dict[str, float]:
    largest: dict[tuple[str, int], float] = {}
    for order in exits:
        position = (order.pair, order.trade_id)
        largest[position] = max(largest.get(position, 0.0), order.remaining)
    locked: dict[str, float] = {}
    for (pair, _), amount in largest.items():
        locked[pair] = locked.get(pair, 0.0) + amount
    return locked
