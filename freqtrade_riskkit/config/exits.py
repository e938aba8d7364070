"""`riskkit.exits` and `riskkit.sizing`."""

from __future__ import annotations

from typing import Literal

from freqtrade_riskkit.config.domains import OpenRatio, PositiveNumber
from freqtrade_riskkit.config.section import Section


class BracketConfig(Section):
    """A stop below the entry and a target above it (mirrored for shorts)."""

    stop: OpenRatio = 0.05
    """Risk as a ratio of the stake: the stop's distance from the entry, times the leverage."""
    reward_to_risk: PositiveNumber = 2.0
    """Distance of the target in multiples of the stop's distance."""


class ExitsConfig(Section):
    """Exits that the kit adds to the strategy's own."""

    bracket: BracketConfig | None = None
    """Stop and target of each position; null: none."""


class SizingConfig(Section):
    """The way to an entry's size."""

    method: Literal["freqtrade"] = "freqtrade"
    """`freqtrade`: Freqtrade's stake_amount."""
