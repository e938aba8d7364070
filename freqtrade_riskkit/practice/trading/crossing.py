"""When a price path reaches a price."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from freqtrade_riskkit.practice.paths import PricePath

ROUNDING = Decimal("0.499")
"""Prices are rounded to the tick: a price this much of a tick beyond another is still shown as that one."""


def first_at_most(path: PricePath, price: Decimal, tick: Decimal, start_ms: int, end_ms: int) -> int | None:
    """Return the first moment in [start_ms, end_ms] at which the price shown is at most `price`.

    Parameters
    ----------
    path
        The price path, whose prices are shown rounded to the tick.
    price
        A multiple of the tick.
    tick
        Smallest step of the pair's prices.
    start_ms, end_ms
        Milliseconds since 1970 (UTC).
    """
    return _first(path, float(price + tick * ROUNDING), 1, start_ms, end_ms)


def first_at_least(path: PricePath, price: Decimal, tick: Decimal, start_ms: int, end_ms: int) -> int | None:
    """Return the first moment in [start_ms, end_ms] at which the price shown is at least `price`."""
    return _first(path, float(price - tick * ROUNDING), -1, start_ms, end_ms)


def _first(path: PricePath, bound: float, sign: int, start_ms: int, end_ms: int) -> int | None:
    """Return when sign × price is at most sign × bound first."""
    if start_ms > end_ms:
        return None
    if sign * path.price_at(start_ms) <= sign * bound:
        return start_ms
    lines = path.lines(start_ms, end_ms)
    if len(lines) == 0:
        return None
    begin = np.maximum(lines.start_ms, start_ms)
    finish = np.minimum(lines.end_ms, end_ms)
    slope = (lines.end_price - lines.start_price) / (lines.end_ms - lines.start_ms)
    first = lines.start_price + slope * (begin - lines.start_ms)
    last = np.where(
        finish == lines.end_ms, lines.end_price, lines.start_price + slope * (finish - lines.start_ms)
    )
    nearest = np.minimum(sign * first, sign * last)
    reached = np.flatnonzero((nearest <= sign * bound) & (finish > begin))
    if len(reached) == 0:
        return None
    line = int(reached[0])
    at_ms = int(begin[line]) + 1
    if sign * first[line] > sign * bound:
        at_ms = int(begin[line]) + math.ceil((bound - first[line]) / slope[line])
    return min(max(at_ms, start_ms), int(finish[line]))
