"""What is counted of the entries that passed."""

from __future__ import annotations

import logging

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.entry.positions import PositionLimit

logger = logging.getLogger("freqtrade_riskkit.entries")


class EntryCounts:
    """Counts entries and those of high confidence, and warns when one slot is left.

    Parameters
    ----------
    level
        Logging level of the warning; a backtest uses a quiet one.
    limit
        How many positions may be open.
    """

    def __init__(self, level: int, limit: PositionLimit) -> None:
        self._limit = limit
        self.total = 0
        self.high_confidence = 0
        self.one_slot_left = 0
        self._level = level

    def note(self, pair: str, open_now: int, confidence: float | None) -> None:
        """Note an entry that passed, with the open positions it makes and its signal's confidence."""
        self.total += 1
        self.high_confidence += confidence is not None and confidence >= self._limit.high_confidence
        if self._limit.least - open_now > 1:  # whatever the confidence, more than a slot is left
            return
        limit = self._limit.limit_for(confidence)
        if limit - open_now == 1:
            self.one_slot_left += 1
            logger.log(
                self._level,
                "%s: one slot is left after the entry on %s (%d of %.0f positions).",
                Code.LIMIT_NEAR,
                pair,
                open_now,
                limit,
            )

    @property
    def high_confidence_share(self) -> float | None:
        """Share of high-confidence entries; None before the first entry."""
        return self.high_confidence / self.total if self.total else None
