"""Samples of a running bot's equity, taken now and then and kept in the ledger."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from freqtrade_riskkit.core.equity import ALL_KEPT, EquitySample
from freqtrade_riskkit.host.bot_ledger import BotLedger

MOST_WAITING = 10_000
"""So many samples wait for a ledger that doesn't answer; of more, the oldest go."""
_THINNED_EVERY = timedelta(days=1)


class EquitySamples:
    """Takes a sample of the equity once an interval.

    Parameters
    ----------
    ledger
        Where they go.
    every
        The interval, above 0; a sample is taken in the first loop after its end.
    """

    def __init__(self, ledger: BotLedger, every: timedelta) -> None:
        self._ledger = ledger
        self._every = every
        self._waiting: deque[EquitySample] = deque(maxlen=MOST_WAITING)
        self._peak: float | None = None
        self._sampled_at: datetime | None = None
        self._thinned_at: datetime | None = None

    def cash_flow(self, amount: float) -> None:
        """Let a deposit or a withdrawal move the peak."""
        if self._peak is not None:
            self._peak += amount

    def see(
        self, realised: float, unrealised: float, oldest_mark_seconds: float | None, now: datetime
    ) -> None:
        """Take in the equity of a loop: it counts for the peak, and as a sample where one is due."""
        equity = realised + unrealised
        if self._peak is None:
            before = self._last_peak(now)
            if not self._ledger.answers:
                return
            self._peak = equity if before is None else before
        self._peak = max(self._peak, equity)
        if self._sampled_at is None or not timedelta(0) <= now - self._sampled_at < self._every:
            self._sampled_at = now
            self._waiting.append(
                EquitySample(now, equity, realised, unrealised, self._peak, oldest_mark_seconds)
            )

    def write(self, now: datetime) -> None:
        """Write what waits, and once a day remove what age makes superfluous."""
        if self._waiting:
            samples = tuple(self._waiting)
            self._ledger.use(now, lambda ledger: ledger.add_equity(samples))
            if not self._ledger.answers:
                return
            self._waiting.clear()
        if self._thinned_at is None or not timedelta(0) <= now - self._thinned_at < _THINNED_EVERY:
            self._ledger.use(now, lambda ledger: ledger.thin_equity(now))
            if self._ledger.answers:
                self._thinned_at = now

    def _last_peak(self, now: datetime) -> float | None:
        """Give the peak of the last sample in the ledger; None where there is none."""
        recent = self._ledger.use(now, lambda ledger: ledger.equity(now - ALL_KEPT))
        if not recent and self._ledger.answers:
            recent = self._ledger.use(now, lambda ledger: ledger.equity())
        return recent[-1].peak if recent else None
