"""How the account stands: every figure against its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from freqtrade_riskkit.core.breaker import BreakerState, RuleFigure, Trip
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
        Realised equity, its peak, and the loss since the day's opening, in stake currency; None
        without a breaker.
    figures
        Every figure beside its limit.
    trips
        Trips that hold at the moment.
    denials
        Denied entries by code.
    open_positions
        Positions and unfilled first entries.
    """

    account_id: str
    mode: str
    breaker: BreakerState | None
    equity: float | None
    peak: float | None
    day_loss: float | None
    figures: tuple[RuleFigure, ...]
    trips: tuple[Trip, ...]
    denials: dict[str, int]
    open_positions: int
    metrics: Metrics | None


def status_of(session: RiskSession) -> Status:
    """Gather the status of a session."""
    desk = session.books.desk if session.books is not None else None
    breaker = desk.breaker if desk is not None else None
    return Status(
        account_id=session.account_id,
        mode=session.config.mode,
        breaker=breaker.state if breaker else None,
        equity=breaker.equity if breaker else None,
        peak=breaker.peak if breaker else None,
        day_loss=breaker.day_loss if breaker else None,
        figures=breaker.figures() if breaker else (),
        trips=breaker.active_trips if breaker else (),
        denials=dict(session.gate.denials.denied),
        open_positions=len(open_trades()),
        metrics=session.metrics(),
    )
