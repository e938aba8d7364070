"""An account's metrics by day, week and month, and over its last trades."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from freqtrade_riskkit.core.account_history import AccountHistory, Moments, Stretch, moment


class Period(StrEnum):
    """Lengths of a calendar period, in UTC; a week begins on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def whole(history: AccountHistory, since: datetime | None, until: datetime | None, now: datetime) -> Stretch:
    """Give the metrics of the trades that closed in a half-open period; None leaves an end open.

    Parameters
    ----------
    history
        The account.
    since, until
        Aware. Without `since` the period begins with the account, without `until` it ends at `now`.
    now
        The present; aware.
    """
    begin, end = _ends(history, since, until, now)
    return history.stretch(*history.places(since, until), begin, end)


def last_trades(
    history: AccountHistory, count: int, since: datetime | None, until: datetime | None, now: datetime
) -> Stretch:
    """Give the metrics of the last `count` trades of a period, of all its trades where there are fewer.

    Their period begins at the close of the trade before them.

    Raises
    ------
    ValueError
        Where `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"count must be 1 or more, was {count}")
    begin, end = _ends(history, since, until, now)
    first, stop = history.places(since, until)
    if stop - first > count:
        first = stop - count
        begin = moment(history.exit_at[first - 1])
    return history.stretch(first, stop, begin, end)


def by_period(
    history: AccountHistory, period: Period, since: datetime | None, until: datetime | None, now: datetime
) -> list[Stretch]:
    """Give the metrics of each calendar period in which a trade closed, in order; others are left out.

    Each trade counts in the period of its closing, whenever it was entered. A period that begins before
    `since` or the account, or ends after `until` or now, is as short as that leaves it.
    """
    begin, end = _ends(history, since, until, now)
    first, stop = history.places(since, until)
    if first == stop:
        return []
    starts, places = np.unique(_starts(history.exit_at[first:stop], period), return_index=True)
    edges = [*(first + int(place) for place in places), stop]
    return [
        history.stretch(edges[number], edges[number + 1], max(begin, opens), min(end, _next(opens, period)))
        for number, opens in enumerate(moment(start) for start in starts)
    ]


def _ends(
    history: AccountHistory, since: datetime | None, until: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """Give the period that daily means refer to: no longer than the account's life, never backwards."""
    end = history.end(until, now)
    begin = history.began_at if since is None else max(since.astimezone(end.tzinfo), history.began_at)
    return min(begin, end), end


def _starts(exits: Moments, period: Period) -> Moments:
    """Give the start of the period that each moment lies in."""
    if period is Period.MONTH:
        return exits.astype("datetime64[M]").astype("datetime64[us]")
    days = exits.astype("datetime64[D]")
    if period is Period.WEEK:
        # Day 0 of 1970 was a Thursday, the fourth day of its week.
        days = days - ((days.astype(np.int64) + 3) % 7).astype("timedelta64[D]")
    return days.astype("datetime64[us]")


def _next(start: datetime, period: Period) -> datetime:
    if period is Period.MONTH:
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=7 if period is Period.WEEK else 1)
