"""The exchange's numbers for orders, trades, lists and transfers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Numbers:
    """The last number given out of each kind."""

    order: int = 0
    trade: int = 0
    order_list: int = 0
    transfer: int = 0

    def next_order(self) -> int:
        """Return the next order's number."""
        self.order += 1
        return self.order

    def next_trade(self) -> int:
        """Return the next trade's number."""
        self.trade += 1
        return self.trade

    def next_list(self) -> int:
        """Return the next order list's number."""
        self.order_list += 1
        return self.order_list

    def next_transfer(self) -> int:
        """Return the next transfer's number."""
        self.transfer += 1
        return self.transfer
