"""Samples of an account's equity, and which of them age makes superfluous."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

ALL_KEPT = timedelta(days=2)
"""So long every sample is kept."""

HOURS_KEPT = timedelta(days=90)
"""So long the samples of each hour are kept that stand for it; afterwards those of each day."""


@dataclass(frozen=True, slots=True)
class EquitySample:
    """What an account was worth at a moment. Money is in stake currency.

    Attributes
    ----------
    at
        The moment, aware of its time zone.
    equity
        ``realised + unrealised``.
    realised
        Starting balance, cash flows and the profit of everything that was closed.
    unrealised
        Profit of the open positions at their marks; 0 without any.
    peak
        The highest equity so far, this sample included; cash flows move it.
    oldest_mark_seconds
        Age of the oldest mark that was used, ≥ 0; None where no position was open.
    """

    at: datetime
    equity: float
    realised: float
    unrealised: float
    peak: float
    oldest_mark_seconds: float | None


class EquityPoint(NamedTuple):
    """The part of a sample that decides whether it is kept."""

    at: datetime
    equity: float
    peak: float


def surplus(points: Iterable[EquityPoint], now: datetime) -> Iterator[datetime]:
    """Give the moments of the samples that are no longer needed.

    Everything is kept for `ALL_KEPT`. Of each hour that is older, and of each day that is older than
    `HOURS_KEPT`, these are kept: the last, the lowest and the highest equity, and the deepest fall below the
    peak (equity over peak); of equals the first. So no extreme and no drawdown is lost. What is kept once
    is kept again, and thinning hours first and days later leaves what thinning days at once leaves. An
    hour or a day that isn't whole yet at its limit waits. Days are UTC days.

    Parameters
    ----------
    points
        In the order of their moments, which are UTC.
    now
        The present; aware.
    """
    for (length, _), group in groupby(points, lambda point: _bucket(point.at, now)):
        if length is None:
            continue
        bucket = list(group)
        kept = {
            bucket[-1].at,
            min(bucket, key=lambda point: point.equity).at,
            max(bucket, key=lambda point: point.equity).at,
            min(bucket, key=_share_of_peak).at,
        }
        yield from (point.at for point in bucket if point.at not in kept)


def _bucket(at: datetime, now: datetime) -> tuple[timedelta | None, datetime]:
    """Give length and start of the bucket that a sample belongs to; no length where it is too young."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    day = hour.replace(hour=0)
    for length, start, kept in (
        (timedelta(days=1), day, HOURS_KEPT),
        (timedelta(hours=1), hour, ALL_KEPT),
    ):
        if start + length <= now - kept:
            return length, start
    return None, at


def _share_of_peak(point: EquityPoint) -> float:
    return point.equity / point.peak if point.peak > 0 else point.equity
