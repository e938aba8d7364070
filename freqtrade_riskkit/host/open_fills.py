"""What open entry orders have filled so far: Freqtrade adds it to a trade once the order is done."""

from __future__ import annotations

from typing import NamedTuple

from freqtrade.persistence import LocalTrade


class OpenFills(NamedTuple):
    """What came of a trade's open entry orders so far.

    Attributes
    ----------
    amount
        In base currency; 0 where nothing has filled.
    open_value
        What it adds to Freqtrade's `open_trade_value`, in stake currency, with the fee that it reckons with.
    """

    amount: float
    open_value: float


NONE = OpenFills(0.0, 0.0)


def open_fills(trade: LocalTrade) -> OpenFills:
    """Add up what a trade's open entry orders have filled.

    A new trade has an amount of 0 until its first order is done, however much of it has filled; what is
    added to a position counts with the order's end as well.
    """
    amount = value = 0.0
    for order in trade.orders:
        if order.ft_is_open and order.filled and order.ft_order_side == trade.entry_side:
            amount += order.safe_amount_after_fee
            value += order.safe_amount_after_fee * order.safe_price
    if not amount:
        return NONE
    fee = trade.fee_open or 0.0
    return OpenFills(amount, value * (1.0 - fee if trade.is_short else 1.0 + fee))


def is_held(trade: LocalTrade) -> bool:
    """Say whether anything of a trade is held: an entry that has not filled at all holds nothing."""
    return bool(trade.amount) or open_fills(trade).amount > 0
