"""Amounts of money to the last digit: eight decimals, as the exchange keeps them."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

DIGIT = Decimal("0.00000001")
ZERO = Decimal(0)
LARGEST_AMOUNT = Decimal(10) ** 15
_CONTEXT = Context(prec=60)


def worth(price: Decimal, amount: Decimal) -> Decimal:
    """Return the value of an amount at a price, rounded to the nearest eighth decimal."""
    return _CONTEXT.multiply(price, amount).quantize(DIGIT, ROUND_HALF_UP, _CONTEXT)


def worth_at_most(price: Decimal, amount: Decimal) -> Decimal:
    """Return the value of an amount at a price, rounded up: what has to be held ready for it."""
    return _CONTEXT.multiply(price, amount).quantize(DIGIT, ROUND_CEILING, _CONTEXT)


def part(amount: Decimal, fraction: Decimal) -> Decimal:
    """Return a fraction of an amount, rounded down: fees, and shares of orders."""
    return _CONTEXT.multiply(amount, fraction).quantize(DIGIT, ROUND_FLOOR, _CONTEXT)


def converted(value: Decimal, price: Decimal) -> Decimal:
    """Return how much of something a value buys at a price, rounded down."""
    return _CONTEXT.divide(value, price).quantize(DIGIT, ROUND_FLOOR, _CONTEXT)


def in_steps(amount: Decimal, step: Decimal) -> Decimal:
    """Return the amount rounded down to whole steps."""
    return _CONTEXT.multiply(_CONTEXT.divide_int(amount, step), step)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Return whether a value is made of whole steps."""
    return _CONTEXT.remainder(value, step) == 0
