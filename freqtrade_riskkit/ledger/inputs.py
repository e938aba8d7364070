"""Checks of what callers hand over: a bad value is refused by name before it gets near the store."""

from __future__ import annotations

import math
from datetime import UTC, datetime

LONGEST = 200
"""Characters in a text that rows are found by; PostgreSQL's index entries end at some 2,700 bytes."""


def aware(name: str, moment: datetime) -> datetime:
    """Return the moment in UTC; ValueError if it has no time zone, for then nobody knows which it is."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"{name} must be aware of its time zone, was the naive {moment.isoformat()}")
    return moment.astimezone(UTC)


def storable(name: str, text: str) -> str:
    """Return the text; ValueError if a database couldn't give it back as it is."""
    if "\0" in text:
        raise ValueError(f"{name} must not hold a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{name} must be valid Unicode, it holds a lone surrogate") from error
    return text


def short(name: str, text: str, longest: int = LONGEST) -> str:
    """Return a text that rows are found by; ValueError if it is blank, too long, or can't be stored."""
    if not text.strip():
        raise ValueError(f"{name} must not be empty")
    if len(text) > longest:
        raise ValueError(f"{name} must have at most {longest} characters, has {len(text)}")
    return storable(name, text)


def escaped(text: str) -> str:
    r"""Return what comes from Freqtrade or an exchange as a database can keep it; nothing is refused.

    A NUL becomes ``\x00`` and a lone surrogate ``\udc00``, spelled out; every other text stays as it is, also
    one that was escaped before.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def finite(name: str, value: float) -> float:
    """Return the number as a plain float, 0.0 for −0.0, whose sign SQLite doesn't keep.

    ValueError if it is infinite or not a number.
    """
    number = float(value) + 0.0
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, was {number}")
    return number


def whole(name: str, value: int, largest: int = 2**63 - 1) -> int:
    """Return the number as a plain int; ValueError if it is below 0 or more than a column holds."""
    number = int(value)
    if not 0 <= number <= largest:
        raise ValueError(f"{name} must be from 0 to {largest}, was {number}")
    return number


def at_least_one(name: str, count: int) -> int:
    """Return the count; ValueError if it is below 1."""
    if count < 1:
        raise ValueError(f"{name} must be 1 or more, was {count}")
    return count
