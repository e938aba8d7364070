"""What one account has done since it began, and its metrics over any stretch of that."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.performance import Metrics
from freqtrade_riskkit.core.performance_arrays import Floats, metrics_of_arrays

Moments = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The metrics of one account over a part of its life.

    Attributes
    ----------
    since, until
        From when to when; half-open, UTC. Daily means refer to it.
    opening_balance
        Starting balance, profit of the trades closed before, and cash flows before; stake currency. Ratios
        refer to it.
    metrics
        Of the trades that closed within.
    """

    since: datetime
    until: datetime
    opening_balance: float
    metrics: Metrics


@dataclass(frozen=True, eq=False)
class AccountHistory:
    """The closed trades and cash flows of one account, in the order in which they happened.

    Parameters
    ----------
    starting_balance
        Before the first trade, in stake currency, above 0.
    started_at
        When the account began; aware. An entry before it moves it there.
    net_pnl, fees, holding_seconds
        One value for each trade in the order of closing, shape ``(n,)``, finite.
    exit_at
        Moments of closing, UTC, ``datetime64[us]``, ascending.
    cash_flows
        Deposits and withdrawals since the start.

    Raises
    ------
    ValueError
        Where the balance isn't above 0, `started_at` is naive, shapes differ or the closes aren't in order.
    """

    starting_balance: float
    started_at: datetime
    net_pnl: Floats
    fees: Floats
    holding_seconds: Floats
    exit_at: Moments
    cash_flows: tuple[CashFlow, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.starting_balance) and self.starting_balance > 0):
            raise ValueError(f"starting_balance must be above 0, was {self.starting_balance}")
        if self.started_at.utcoffset() is None:
            raise ValueError(f"started_at must be aware of its time zone, was {self.started_at.isoformat()}")
        columns = (self.net_pnl, self.fees, self.holding_seconds, self.exit_at)
        if len({column.shape for column in columns}) != 1 or self.net_pnl.ndim != 1:
            raise ValueError(f"one value a trade is needed: shapes {[column.shape for column in columns]}")
        if (self.exit_at[1:] < self.exit_at[:-1]).any():
            raise ValueError("trades must be in the order of their closing")

    @property
    def trades(self) -> int:
        """Number of closed trades."""
        return int(self.net_pnl.size)

    @cached_property
    def began_at(self) -> datetime:
        """The start, or the first entry where that is earlier; UTC."""
        started = self.started_at.astimezone(UTC)
        if not self.trades:
            return started
        held = np.round(self.holding_seconds * 1e6).astype("timedelta64[us]")
        return min(started, moment(np.min(self.exit_at - held)))

    def places(self, since: datetime | None, until: datetime | None) -> tuple[int, int]:
        """Give the first and one past the last place of the trades that closed in a half-open period."""
        first = 0 if since is None else int(np.searchsorted(self.exit_at, plain(since), side="left"))
        stop = self.trades if until is None else int(np.searchsorted(self.exit_at, plain(until), side="left"))
        return first, max(first, stop)

    def end(self, until: datetime | None, now: datetime) -> datetime:
        """Give the end of a period: `until`, else now, or just after a close that a clock put later."""
        if until is not None:
            return until.astimezone(UTC)
        now = now.astimezone(UTC)
        return max(now, moment(self.exit_at[-1]) + timedelta(microseconds=1)) if self.trades else now

    def stretch(self, first: int, stop: int, since: datetime, until: datetime) -> Stretch:
        """Give the metrics of the trades at places `first` to `stop` (excluded), as a period of the account.

        The period's ratios refer to the balance that it opened with: the starting balance, the profit of
        all trades before, and the cash flows before `since`. Flows within shift the peak as they come.
        Where the opening balance isn't above zero, max_drawdown, current_drawdown and calmar are None.
        """
        flows = self._flows_until(np.array([plain(since)], dtype="datetime64[us]"), "left")[0]
        opening = self.starting_balance + float(self._earned[first]) + float(flows)
        part = slice(first, stop)
        within = self._flows_until(self.exit_at[part], "right") - flows if self.cash_flows else None
        columns = (self.net_pnl[part], self.fees[part], self.holding_seconds[part])
        if opening > 0:
            metrics = metrics_of_arrays(opening, *columns, since, until, within)
        else:
            of_one = metrics_of_arrays(1.0, *columns, since, until, within)
            peak = opening + of_one.peak_equity - 1.0
            metrics = replace(of_one, max_drawdown=None, current_drawdown=None, calmar=None, peak_equity=peak)
        return Stretch(since, until, opening, metrics)

    @cached_property
    def _earned(self) -> Floats:
        """Profit before each place, shape ``(n + 1,)``."""
        return np.concatenate(([0.0], np.cumsum(self.net_pnl)))

    @cached_property
    def _flow_sums(self) -> tuple[Moments, Floats]:
        """Moments of the flows in order, and what came before each of them and after the last."""
        flows = sorted(self.cash_flows, key=lambda flow: flow.at)
        moments = np.array([plain(flow.at) for flow in flows], dtype="datetime64[us]")
        return moments, np.concatenate(([0.0], np.cumsum([flow.amount for flow in flows], dtype=np.float64)))

    def _flows_until(self, moments: Moments, side: str) -> Floats:
        """Sum the flows before each moment; with side "right" those of the moment itself, too."""
        at, sums = self._flow_sums
        places = np.searchsorted(at, moments, side="right" if side == "right" else "left")
        return np.asarray(sums[places], dtype=np.float64)


def plain(at: datetime) -> np.datetime64:
    """Give an aware moment as numpy has it: UTC without saying so; ValueError for a naive one."""
    if at.utcoffset() is None:
        raise ValueError(f"a moment must be aware of its time zone, was {at.isoformat()}")
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")


def moment(at: np.datetime64) -> datetime:
    """Give back an aware moment in UTC."""
    naive: datetime = at.astype("datetime64[us]").item()
    return naive.replace(tzinfo=UTC)
