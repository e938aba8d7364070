"""A trade's ladder, read from its orders."""

from __future__ import annotations

from typing import Any

import pytest
from freqtrade.persistence import Order

from freqtrade_riskkit.core.entry.ladder import Ladder
from freqtrade_riskkit.host.ladders import ladder_of
from tests.unit.host.freqtrade_cases import order, trade

OPEN: dict[str, Any] = {"status": "open", "ft_is_open": True, "average": None}
CANCELLED: dict[str, Any] = {"status": "canceled"}


@pytest.mark.parametrize(
    ("orders", "leverage", "first", "added"),
    [
        ([order("buy", 10, 100)], 1.0, 1000, 0),
        ([order("buy", 10, 100), order("buy", 5, 80, hours=1)], 1.0, 1000, 400),
        ([order("buy", 10, 100), order("sell", 5, 120, hours=1)], 1.0, 1000, 0),
        ([order("buy", 10, 100), order("buy", 5, 80, hours=1)], 4.0, 250, 100),
        ([order("buy", 10, 100), order("buy", 5, 80, filled=2, remaining=3, **OPEN)], 1.0, 1000, 400),
        ([order("buy", 10, 100), order("buy", 5, 80, filled=2, remaining=3, **CANCELLED)], 1.0, 1000, 160),
        ([order("buy", 10, 100, filled=4, remaining=6, **OPEN)], 1.0, 1000, 0),
        ([order("buy", 9, 99, filled=0, remaining=9, **CANCELLED), order("buy", 10, 100)], 1.0, 1000, 0),
        ([], 1.0, 0, 0),
    ],
    ids=[
        "one entry",
        "an added one",
        "exits don't count",
        "leverage divides",
        "an open addition counts whole",
        "a cancelled one by its filled part",
        "the first is still filling",
        "a first that never filled is none",
        "nothing yet",
    ],
)
def test_ladder_when_read_from_orders_then_first_and_added_stakes(
    orders: list[Order], leverage: float, first: float, added: float
) -> None:
    assert ladder_of(trade(*orders, leverage=leverage), steps=2) == Ladder(first, 2, added)
