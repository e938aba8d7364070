"""Denials and warnings: counted by code, told once a candle."""

from __future__ import annotations

import logging
from collections import Counter

from freqtrade_riskkit.core.decisions import Decision

logger = logging.getLogger("freqtrade_riskkit.denials")


class Denials:
    """Counts what was denied and logs each reason once a candle and pair.

    Parameters
    ----------
    currency
        Stake currency for the messages.
    level
        Logging level; a backtest uses a quiet one.
    would
        True where the kit only observes: then it says what it would have denied.
    """

    def __init__(self, currency: str, level: int, would: bool) -> None:
        self.denied: Counter[str] = Counter()
        self.warned: Counter[str] = Counter()
        self._currency = currency
        self._level = level
        self._verb = "would be denied" if would else "denied"
        self._told: set[tuple[str, str, bool]] = set()
        self._candle: object = None

    def deny(self, pair: str, decision: Decision, candle: object) -> None:
        """Note a denial; a second one of the same pair and code within a candle doesn't count."""
        if self._is_new(pair, decision, candle):
            self.denied[str(decision.code)] += 1
            self._log(pair, self._verb, decision)

    def warn(self, pair: str, decision: Decision, candle: object) -> None:
        """Note a warning that let the entry pass."""
        if self._is_new(pair, decision, candle):
            self.warned[str(decision.code)] += 1
            self._log(pair, "passed with a warning", decision)

    def _is_new(self, pair: str, decision: Decision, candle: object) -> bool:
        if candle != self._candle:
            self._candle = candle
            self._told.clear()
        key = (pair, str(decision.code), decision.allowed)
        if key in self._told:
            return False
        self._told.add(key)
        return True

    def _log(self, pair: str, verb: str, decision: Decision) -> None:
        if logger.isEnabledFor(self._level):
            logger.log(self._level, "Entry on %s %s: %s", pair, verb, decision.message(self._currency))
