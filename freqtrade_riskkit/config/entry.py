"""`riskkit.entry`: how many positions, and how soon after one another."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictBool

from freqtrade_riskkit.config.domains import Candles, PositionLimit, Ratio, Seconds
from freqtrade_riskkit.config.section import Section


class EntryConfig(Section):
    """Limits that each entry is held against."""

    enabled: StrictBool = True
    """False denies every entry while exits go on."""
    preset: Literal["conservative", "moderate", "aggressive"] | None = None
    """A named set of limits and cooldowns; keys written beside it win."""
    max_open_positions: PositionLimit | None = None
    """Most positions open at once; null leaves it to Freqtrade's max_open_trades."""
    max_open_positions_high_confidence: PositionLimit | None = None
    """Most positions open at once where the signal's confidence is high."""
    high_confidence: Ratio = 0.95
    """Confidence (dataframe column `confidence`) from which the higher limit holds."""
    cooldown_seconds: Seconds | None = None
    """Seconds between two entries while nothing is open."""
    cooldown_with_positions_seconds: Seconds | None = None
    """Seconds between two entries while positions are open."""
    cooldown_candles: Candles | None = None
    """Candles between two entries while nothing is open, instead of seconds."""
    cooldown_with_positions_candles: Candles | None = None
    """Candles between two entries while positions are open, instead of seconds."""
