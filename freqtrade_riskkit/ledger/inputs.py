"""Checks of what callers hand over: a bad value is refused by name before it gets near the store."""

from __future__ import annotations

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


def short(name: str, text: str) -> str:
    """Return a text that rows are found by; ValueError if it is blank, too long, or can't be stored."""
    if not text.strip():
        raise ValueError(f"{name} must not be empty")
    if len(text) > LONGEST:
        raise ValueError(f"{name} must have at most {LONGEST} characters, has {len(text)}")
    return storable(name, text)
