"""The life of an order, and which moves it may make."""

from __future__ import annotations

from enum import StrEnum


class OrderState(StrEnum):
    """Where an order is in its life."""

    PENDING = "pending"
    SUBMITTED = "submitted"
    OPEN = "open"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """Whether the order can never move again."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {
        OrderState.FILLED,
        OrderState.CANCELLED,
        OrderState.REJECTED,
        OrderState.EXPIRED,
        OrderState.FAILED,
    }
)
_RANK = {
    OrderState.PENDING: 0,
    OrderState.SUBMITTED: 1,
    OrderState.OPEN: 2,
    OrderState.PARTIALLY_FILLED: 3,
}


class IllegalOrderMove(ValueError):
    """An order was seen in a state that its last state cannot lead to.

    Attributes
    ----------
    order_id, current, wanted
        The order and the two states.
    """

    def __init__(self, order_id: str, current: OrderState, wanted: OrderState) -> None:
        super().__init__(f"order {order_id} cannot move from {current} to {wanted}")
        self.order_id = order_id
        self.current = current
        self.wanted = wanted


def may_move(current: OrderState, wanted: OrderState) -> bool:
    """Say whether an order may go from one state to another.

    An order moves forward only (pending, submitted, open, partially filled), may skip steps,
    may end in any terminal state, and never leaves one. Staying where it is is no move and
    always allowed.

    Examples
    --------
    >>> may_move(OrderState.OPEN, OrderState.FILLED)
    True
    >>> may_move(OrderState.FILLED, OrderState.OPEN)
    False
    """
    if current is wanted:
        return True
    if current.is_terminal:
        return False
    return wanted.is_terminal or _RANK[wanted] > _RANK[current]
