"""The figures that the breaker holds against its limits."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from freqtrade_riskkit.core.breaker.policy import RuleName
from freqtrade_riskkit.core.decisions import Unit

DAY = timedelta(hours=24)
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """One figure beside its limit.

    Attributes
    ----------
    limit, value
        In `unit`. For the two loss rules `share` is what decides, not these two.
    share
        How much of the limit is used up: 1 or more trips.
    detail
        What the figure was counted from.
    """

    rule: RuleName
    limit: float
    value: float
    unit: Unit
    share: float
    detail: str


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


class RollingBaseline:
    """Equity as it stood 24 hours ago.

    The baseline at a moment is the last sample at least 24 hours old; before there is one, the
    oldest sample. Each sample enters and leaves once, so that a look costs O(1) amortised.
    """

    __slots__ = ("_samples",)

    def __init__(self, samples: Iterable[tuple[datetime, float]] = ()) -> None:
        self._samples: deque[tuple[datetime, float]] = deque(samples)

    def add(self, at: datetime, equity: float) -> None:
        """Note the equity from a moment on; a second one at the same moment replaces the first."""
        samples = self._samples
        if len(samples) > 1 and samples[-1][0] == at:
            samples[-1] = (at, equity)
        elif not samples or samples[-1][1] != equity:
            samples.append((at, equity))
        self._forget_before(at)

    def restart(self, at: datetime, equity: float) -> None:
        """Forget what was before and count from here."""
        self._samples.clear()
        self._samples.append((at, equity))

    def baseline(self, now: datetime) -> float:
        """Give the equity that the loss of the last 24 hours is counted from."""
        self._forget_before(now)
        return self._samples[0][1]

    @property
    def moves_at(self) -> datetime | None:
        """The moment at which the baseline moves if nothing is added; None while it stays."""
        return self._samples[1][0] + DAY if len(self._samples) > 1 else None

    def samples(self) -> tuple[tuple[datetime, float], ...]:
        """Give all samples, oldest first."""
        return tuple(self._samples)

    def _forget_before(self, now: datetime) -> None:
        samples, oldest = self._samples, now - DAY
        while len(samples) > 1 and samples[1][0] <= oldest:
            samples.popleft()
