"""Numbers and moments that can be read as such; everything else is refused."""

from __future__ import annotations

import math
from datetime import UTC, datetime


def finite(value: float, name: str) -> float:
    """Give a number back; NaN and infinities raise a ValueError that names it."""
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, was {value}")
    return value


def utc_moment(moment: datetime) -> datetime:
    """Give a moment in UTC; one without a timezone raises a ValueError."""
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"a moment must have a timezone, was {moment.isoformat()}")
    return moment.astimezone(UTC)


def whole_minute(moment: datetime) -> datetime:
    """Give the beginning of a moment's minute."""
    return moment.replace(second=0, microsecond=0)
