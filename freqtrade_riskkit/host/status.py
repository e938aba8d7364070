"""How the account stands: every figure against its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from freqtrade_riskkit.core.breaker import BreakerState, RuleFigure, Trip
from freqtrade_riskkit.core.data_standing import DataStanding
from freqtrade_riskkit.core.performance import Metrics
from freqtrade_riskkit.host.trades import open_trades

if TYPE_CHECKING:
    from freqtrade_riskkit.host.session import RiskSession


@dataclass(frozen=True, slots=True)
class Status:
    """The account at the last loop.

    Attributes
    ----------
    breaker
        State of the breaker; None where none is in force or simulated.
    equity, peak, day_loss
        Equity with the open positions at their marks, its peak, and the loss since the day's opening, in
        stake currency; None without a breaker.
    mark_age_seconds
        Age of the oldest mark in the equity; 0 with nothing open.
    unmarked
        Pairs of open positions that were never marked and count at their cost.
    figures
        Every figure beside its limit.
    trips
        Trips that hold at the moment.
    denials
        Denied entries by code.
    open_positions
        Positions and unfilled first entries.
    data
        Marks of open positions, and what can't be relied on; None in a backtest and before the first loop.
    """

    account_id: str
    mode: str
    breaker: BreakerState | None
    equity: float | None
    peak: float | None
    day_loss: float | None
    mark_age_seconds: float
    unmarked: tuple[str, ...]
    figures: tuple[RuleFigure, ...]
    trips: tuple[Trip, ...]
    denials: dict[str, int]
    open_positions: int
    data: DataStanding | None
    metrics: Metrics | None


def status_of(session: RiskSession) -> Status:
    """Gather the status of a session."""
    books = session.books
    desk, marks = (books.desk, books.marks) if books is not None else (None, None)
    breaker = desk.breaker if desk is not None else None
    return Status(
        account_id=session.account_id,
        mode=session.config.mode,
        breaker=breaker.state if breaker else None,
        equity=breaker.equity if breaker else None,
        peak=breaker.peak if breaker else None,
        day_loss=breaker.day_loss if breaker else None,
        mark_age_seconds=marks.oldest_age_seconds if marks is not None else 0.0,
        unmarked=marks.missing if marks is not None else (),
        figures=breaker.figures() if breaker else (),
        trips=breaker.active_trips if breaker else (),
        denials=dict(session.gate.denials.denied),
        open_positions=len(open_trades()),
        data=session.data_standing(),
        metrics=session.metrics(),
    )
