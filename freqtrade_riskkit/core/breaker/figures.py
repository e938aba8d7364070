"""The figures that the breaker holds against its limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from freqtrade_riskkit.core.breaker.policy import RuleName
from freqtrade_riskkit.core.decisions import Unit

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """One figure beside its limit.

    Attributes
    ----------
    limit, value
        In `unit`. For the two loss rules `share` is what decides, not these two.
    share
        How much of the limit is used up: 1 or more trips, for the order rate more than 1.
    detail
        What the figure was counted from.
    """

    rule: RuleName
    limit: float
    value: float
    unit: Unit
    share: float
    detail: str

    @property
    def trips(self) -> bool:
        """Whether it is where its rule trips: at the limit, for the order rate beyond it."""
        return self.share > 1 if self.rule is RuleName.ORDER_RATE else self.share >= 1


def fall(baseline: float, equity: float) -> float:
    """Give the fall from a baseline as a fraction of it.

    ``(baseline − equity) / baseline``, never below 0. A baseline that is not above zero leaves
    nothing to lose: the fall is then whole, 1, so that no limit reads it as fine.

    Examples
    --------
    >>> fall(1000.0, 950.0)
    0.05
    >>> fall(1000.0, 1100.0)
    0.0
    >>> fall(0.0, 0.0)
    1.0
    """
    if not baseline > 0:
        return 1.0
    return max(0.0, (baseline - equity) / baseline)


def share_of(value: float, limit: float) -> float:
    """Say how much of a limit is used, reading a value within rounding of the limit as reached.

    Examples
    --------
    >>> share_of(0.025, 0.05)
    0.5
    >>> share_of(0.1 + 0.1 + 0.1, 0.3)
    1.0
    """
    share = value / limit
    return 1.0 if math.isclose(share, 1.0, rel_tol=ROUNDING) else share


def loss_figure(baseline: float, equity: float, limit: float, detail: str) -> RuleFigure:
    """Hold a loss since a baseline against a limit that is a fraction of the baseline."""
    share = share_of(fall(baseline, equity), limit)
    loss = max(0.0, baseline - equity)
    return RuleFigure(RuleName.DAILY_LOSS, limit * max(baseline, 0.0), loss, Unit.MONEY, share, detail)
