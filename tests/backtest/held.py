"""One position of 5,000 USDT, 50 bought at 100 without a fee, and the opens that mark it.

A dollar of price is 50 USDT of equity, half a percent of the 10,000 that the account starts with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tests.backtest.planned import FIRST, hour
from tests.support import candles

CONFIG: Mapping[str, Any] = {"fee": 0.0, "stake_amount": 5000}
ENTERED = "2024-01-01 02:00"


def held(opens: Mapping[str, float], *, days: int = 4) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Give hourly candles and the script of a position that is entered at 02:00 of the 1st and kept.

    Parameters
    ----------
    opens
        Price from an hour on, ``{"1 5:00": 90.0}``; 100 before the first.
    """
    dates = pd.date_range("2024-01-01", periods=24 * days, freq="h", tz="UTC")
    prices = pd.Series(100.0, index=dates)
    for moment, price in opens.items():
        prices[hour(moment) :] = price
    return {FIRST: candles.from_opens(prices.tolist())}, {FIRST: {"enter": [ENTERED]}}


def beside(
    frames: dict[str, pd.DataFrame], script: dict[str, Any], pair: str, *entries: str
) -> dict[str, Any]:
    """Let another pair, which stands still, signal at these hours; what is entered is left an hour later."""
    frames[pair] = candles.flat(100.0, len(frames[FIRST]))
    moments = [hour(entry) for entry in entries]
    script[pair] = {
        "enter": [f"{moment:%Y-%m-%d %H:%M}" for moment in moments],
        "exit": [f"{moment + pd.Timedelta(hours=1):%Y-%m-%d %H:%M}" for moment in moments],
    }
    return script


def only(rule: str, **keys: Any) -> dict[str, Any]:
    """Write a section whose breaker watches one rule alone."""
    rules = dict.fromkeys(("daily_loss", "drawdown", "loss_streak", "order_rate"))
    return {"circuit_breaker": {**rules, rule: keys}}
