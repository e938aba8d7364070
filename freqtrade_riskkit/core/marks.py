"""What an open position would earn or lose if it were closed at a rate: its unrealised profit."""

from __future__ import annotations

import math


def is_rate(rate: float) -> bool:
    """Say whether a number can be a rate: above 0 and finite.

    NaN, infinities, 0 and negative numbers can't.

    Examples
    --------
    >>> is_rate(0.5), is_rate(0.0), is_rate(float("nan"))
    (True, False, False)
    """
    return 0.0 < rate < math.inf


def profit_line(
    amount: float, open_value: float, fee_close: float, is_short: bool, funding_fees: float = 0.0
) -> tuple[float, float]:
    """Give slope and base of a position's profit, which is a straight line over the rate.

    ``profit = slope × rate + base``, with

    - long: ``slope = amount × (1 − fee_close)``, ``base = funding_fees − open_value``
    - short: ``slope = −amount × (1 + fee_close)``, ``base = funding_fees + open_value``

    Parameters
    ----------
    amount
        Base currency that is held or owed, leverage included; at least 0.
    open_value
        What the position was opened for, in stake currency: amount × open rate, plus the entry's fee for
        a long one, minus it for a short one. Freqtrade's ``open_trade_value``.
    fee_close
        Fee of the exit as a ratio.
    is_short
        Whether the amount is owed.
    funding_fees
        Funding received (positive) or paid (negative) so far, in stake currency.

    Returns
    -------
    tuple of float
        Slope and base. Leverage isn't in it: it scales the stake, not the profit. Interest on borrowed
        margin isn't either, since Freqtrade trades spot and futures only.
    """
    if is_short:
        return -amount * (1.0 + fee_close), funding_fees + open_value
    return amount * (1.0 - fee_close), funding_fees - open_value


def unrealised_profit(
    rate: float,
    amount: float,
    open_value: float,
    fee_close: float,
    is_short: bool,
    funding_fees: float = 0.0,
) -> float:
    """Give the profit that closing a position at a rate would realise, in stake currency.

    It equals Freqtrade's ``calc_profit(rate)`` up to the eighth decimal, at which that one is rounded.
    What partial exits have realised before isn't in it.

    Parameters
    ----------
    rate
        Price of the exit, above 0 and finite.
    amount, open_value, fee_close, is_short, funding_fees
        As in `profit_line`.

    Raises
    ------
    ValueError
        Where the rate can't be one, or a figure of the position isn't finite.

    Examples
    --------
    Ten bought at 100 and sold at 110, with a fee of 0.1 % a side: 100 less 1.00 and 1.10.

    >>> round(unrealised_profit(110.0, 10.0, 1001.0, 0.001, is_short=False), 8)
    97.9
    """
    if not is_rate(rate):
        raise ValueError(f"a position can't be marked at a rate of {rate}")
    slope, base = profit_line(amount, open_value, fee_close, is_short, funding_fees)
    profit = slope * rate + base
    if not math.isfinite(profit):
        raise ValueError(f"a position of {amount} opened for {open_value} has no profit at {rate}")
    return profit
