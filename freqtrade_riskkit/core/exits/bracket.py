"""A stop and a target around the entry price."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bracket:
    """Closes a position at a fixed risk below its entry, or at a multiple of that risk above it.

    Attributes
    ----------
    stop
        Risk as a fraction of the stake, in (0, 1), before fees. With leverage the price moves by
        ``stop / leverage``.
    reward_to_risk
        The target's distance over the stop's, above 0.
    """

    stop: float
    reward_to_risk: float

    def plan(self, entry_rate: float, is_short: bool, leverage: float) -> tuple[float, float]:
        """Give the two prices at which a position is closed: those of the stop and of the target.

        ``stop = entry × (1 ∓ stop / leverage)``,
        ``target = entry × (1 ± stop × reward_to_risk / leverage)``; the upper sign is for long.
        A short target never falls below zero. For a long position ``stop < entry < target``, for a short one
        the reverse.

        Raises
        ------
        ValueError
            For an entry rate or a leverage that is not a finite number above 0.

        Examples
        --------
        >>> Bracket(0.25, 2.0).plan(100.0, is_short=False, leverage=1.0)
        (75.0, 150.0)
        """
        if not (0 < entry_rate < math.inf and 0 < leverage < math.inf):
            raise ValueError(f"entry_rate and leverage must be above 0, were {entry_rate} and {leverage}")
        risk = -self.stop / leverage if is_short else self.stop / leverage
        target_rate = entry_rate * (1 + risk * self.reward_to_risk)
        return entry_rate * (1 - risk), target_rate if target_rate > 0 else 0.0
