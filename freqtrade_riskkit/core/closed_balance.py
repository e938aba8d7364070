"""What an account is worth by its closed trades, and how far that lies below its peak.

    balance = starting balance + cash flows + profit
    peak = starting balance + cash flows + highest profit so far
    fall = peak - balance, drawdown = fall / peak

Deposits and withdrawals move balance and peak alike: they are no profit, no loss and no way out of a fall.
Each drawdown of closed trades is held against this, after a close, with the flows until then: the metrics of
a running account, its warning and its report (`performance_arrays` says the same for arrays).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.records import TradeRecord

Event = TradeRecord | CashFlow
"""What moves the balance."""


class ClosedBalance:
    """Follows the balance of an account from event to event, in the order of `place`.

    Parameters
    ----------
    start
        Balance before the first event in stake currency, above 0.

    Attributes
    ----------
    profit, high
        Sum of the net profits, and the highest it was so far; at least 0.
    flows
        Deposits less withdrawals so far.

    Raises
    ------
    ValueError
        Where the start isn't above 0.
    """

    __slots__ = ("flows", "high", "profit", "start")

    def __init__(self, start: float) -> None:
        if not (math.isfinite(start) and start > 0):
            raise ValueError(f"starting_balance must be above 0, was {start}")
        self.start = start
        self.profit = self.high = self.flows = 0.0

    def close(self, net_pnl: float) -> None:
        """Take in the net profit of a closed trade; finite."""
        self.profit += net_pnl
        if self.profit > self.high:
            self.high = self.profit

    def cash_flow(self, amount: float) -> None:
        """Take in a deposit (above 0) or a withdrawal (below 0); finite."""
        self.flows += amount

    @property
    def value(self) -> float:
        """The balance."""
        return self.start + self.flows + self.profit

    @property
    def peak(self) -> float:
        """What a fall is measured from."""
        return self.start + self.flows + self.high

    @property
    def fall(self) -> float:
        """How far the balance lies below the peak, in money; at least 0."""
        return self.high - self.profit

    @property
    def drawdown(self) -> float:
        """The fall as a fraction of the peak; 1 where there is nothing above zero to fall from."""
        fall = self.high - self.profit
        if not fall:
            return 0.0
        peak = self.start + self.flows + self.high
        if peak > 0:
            return fall / peak
        return 1.0 if fall > 0 else 0.0


def place(event: Event) -> tuple[datetime, int, int]:
    """Give the place of an event among others: by its moment, flows before closes, closes by their ids."""
    if isinstance(event, CashFlow):
        return event.at, 0, 0
    return event.exit_at, 1, event.trade_id


def in_order(trades: Iterable[TradeRecord], flows: Iterable[CashFlow]) -> list[Event]:
    """Give what moved the balance in the order in which it happened."""
    return sorted((*flows, *trades), key=place)
