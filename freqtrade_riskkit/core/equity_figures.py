"""What the samples of an account's equity say: where it stands, its peak, and its falls between closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskkit.core.equity import EquitySample


@dataclass(frozen=True, slots=True)
class EquityFigures:
    """Figures over an account's equity samples, open positions included. Money is in stake currency.

    Attributes
    ----------
    samples
        How many there are.
    since, until
        Moments of the first and the last of them.
    equity
        At the last sample.
    lowest, highest
        Lowest and highest equity of any sample; a deposit raises them, a withdrawal lowers them.
    peak
        The peak at the last sample: the highest equity since the account began, moved by cash flows.
    current_drawdown, current_drawdown_abs
        Fall from the peak at the last sample, as a fraction of the peak and in money.
    max_drawdown, max_drawdown_abs
        Largest fall from the peak of its moment, as a fraction and in money; they may belong to different
        falls.
    max_drawdown_at
        When `max_drawdown` was reached first.
    """

    samples: int
    since: datetime
    until: datetime
    equity: float
    lowest: float
    highest: float
    peak: float
    current_drawdown: float
    current_drawdown_abs: float
    max_drawdown: float
    max_drawdown_abs: float
    max_drawdown_at: datetime


def equity_figures(samples: Sequence[EquitySample]) -> EquityFigures | None:
    """Give the figures over the samples of one account; None without any.

    Each fall is measured from the peak that was kept with its sample. That peak counts from the account's
    start and moves with cash flows, so a withdrawal is no fall, a deposit no recovery, and a period's falls
    count from a peak before the period, too. Where a peak isn't above zero, any fall from it is whole.

    Parameters
    ----------
    samples
        In the order of their moments.
    """
    if not samples:
        return None
    last = samples[-1]
    deepest = max(samples, key=_ratio)
    return EquityFigures(
        samples=len(samples),
        since=samples[0].at,
        until=last.at,
        equity=last.equity,
        lowest=min(sample.equity for sample in samples),
        highest=max(sample.equity for sample in samples),
        peak=last.peak,
        current_drawdown=_ratio(last),
        current_drawdown_abs=_fall(last),
        max_drawdown=_ratio(deepest),
        max_drawdown_abs=max(_fall(sample) for sample in samples),
        max_drawdown_at=deepest.at,
    )


def _fall(sample: EquitySample) -> float:
    return max(0.0, sample.peak - sample.equity)


def _ratio(sample: EquitySample) -> float:
    fall = _fall(sample)
    if sample.peak > 0:
        return fall / sample.peak
    return 1.0 if fall > 0 else 0.0
