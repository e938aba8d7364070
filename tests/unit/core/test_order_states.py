"""Every move an order may make, and every move it may not."""

from __future__ import annotations

import pytest

from freqtrade_riskkit.core.order_states import IllegalOrderMove, OrderState, may_move

# A column for each state the order is to move to, in the order of the enumeration:
#                pending submitted open partial filled cancelled rejected expired failed
TABLE = """
pending              y        y     y      y      y         y        y       y      y
submitted            n        y     y      y      y         y        y       y      y
open                 n        n     y      y      y         y        y       y      y
partially_filled     n        n     n      y      y         y        y       y      y
filled               n        n     n      n      y         n        n       n      n
cancelled            n        n     n      n      n         y        n       n      n
rejected             n        n     n      n      n         n        y       n      n
expired              n        n     n      n      n         n        n       y      n
failed               n        n     n      n      n         n        n       n      y
"""
MOVES = [
    (OrderState(row.split()[0]), wanted, answer == "y")
    for row in TABLE.strip().splitlines()
    for wanted, answer in zip(OrderState, row.split()[1:], strict=True)
]


@pytest.mark.parametrize(("current", "wanted", "allowed"), MOVES)
def test_move_when_asked_for_then_as_the_table_says(
    current: OrderState, wanted: OrderState, allowed: bool
) -> None:
    assert may_move(current, wanted) is allowed


def test_table_when_counted_then_it_holds_all_pairs() -> None:
    assert {(current, wanted) for current, wanted, _ in MOVES} == {
        (a, b) for a in OrderState for b in OrderState
    }


def test_terminal_states_when_listed_then_they_are_these_five() -> None:
    terminal = {state.value for state in OrderState if state.is_terminal}
    assert terminal == {"filled", "cancelled", "rejected", "expired", "failed"}


def test_illegal_move_when_reported_then_it_names_the_order_and_both_states() -> None:
    error = IllegalOrderMove("17", OrderState.FILLED, OrderState.OPEN)

    assert str(error) == "order 17 cannot move from filled to open"
    assert (error.order_id, error.current, error.wanted) == ("17", OrderState.FILLED, OrderState.OPEN)
