"""Seeded trades at random on made-up pairs: many wins and losses, at all hours, several at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.support import candles


def random_market(
    seed: int, *, pairs: int = 8, days: int = 25, volatility: float = 0.02
) -> tuple[dict[str, pd.DataFrame], dict[str, dict[str, Any]]]:
    """Build walks, and a script that enters and leaves each pair every few hours."""
    random = np.random.default_rng(seed)
    frames, script = {}, dict[str, dict[str, Any]]()
    for number, pair in enumerate(candles.SYNTHETIC_PAIRS[:pairs]):
        frame = candles.walk(24 * days, seed=seed * 100 + number, volatility=volatility)
        moments: dict[str, list[str]] = {"enter": [], "exit": []}
        at = 1
        while (at := at + int(random.integers(1, 12))) + 24 < len(frame):
            moments["enter"].append(_text(frame["date"][at]))
            at += int(random.integers(1, 18))
            moments["exit"].append(_text(frame["date"][at]))
        frames[pair], script[pair] = frame, moments
    return frames, script


def _text(moment: pd.Timestamp) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
