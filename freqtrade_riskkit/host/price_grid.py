"""A pair's grid of prices, as Freqtrade rounds a stop to it, without the cost of its string arithmetic."""

from __future__ import annotations

import functools
from decimal import Context, Decimal

from ccxt import TICK_SIZE
from freqtrade.exchange import ROUND_DOWN, ROUND_UP, price_to_precision
from freqtrade.persistence import LocalTrade

_EXACT = Context(prec=100)
_DIGITS = 14
"""Digits behind the point that Freqtrade keeps of a price."""
_MOST_STEPS, _NEAR = 1e8, 1e-6
"""Up to so many ticks, a rate that is so far from the grid (in ticks) can't be on it by rounding."""


def stop_on_grid(rate: float, trade: LocalTrade) -> float:
    """Round a stop's price to the trade's grid, towards the entry: the same as Freqtrade's own rounding."""
    if trade.precision_mode_price != TICK_SIZE or trade.price_precision is None:
        mode = ROUND_DOWN if trade.is_short else ROUND_UP
        return price_to_precision(rate, trade.price_precision, trade.precision_mode_price, rounding_mode=mode)
    ticks_a_unit = _ticks_a_unit(trade.price_precision)
    if ticks_a_unit is not None:
        ticks = rate * ticks_a_unit
        if 0 < ticks < _MOST_STEPS and _NEAR < ticks % 1 < 1 - _NEAR:
            below = int(ticks)
            # As near to the price as a float can be, and so are its first 14 digits behind the point.
            return (below if trade.is_short else below + 1) / ticks_a_unit
    exact, tick = Decimal(str(rate)), _tick(trade.price_precision)
    beyond = _EXACT.remainder(exact, tick)
    if not beyond:
        return rate
    on_grid = _EXACT.subtract(exact, beyond)
    return round(float(on_grid if trade.is_short else _EXACT.add(on_grid, tick)), _DIGITS)


@functools.lru_cache(maxsize=1024)
def _tick(size: float) -> Decimal:
    return Decimal(str(size))


@functools.lru_cache(maxsize=1024)
def _ticks_a_unit(size: float) -> int | None:
    """Give how many ticks make 1; None where that is no whole number, or has digits that are cut off."""
    ticks = _EXACT.divide(Decimal(1), _tick(size))
    return int(ticks) if ticks == int(ticks) and 10**_DIGITS % int(ticks) == 0 else None
