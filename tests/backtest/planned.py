"""Trades that are planned with their profit, and the candles and script that make them happen.

Each trade buys at 100 and sells at the price that gives its profit, with a stake of 1,000 and no fee.
Between trades a pair's price goes back to 100, when nothing of it is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tests.support import candles
from tests.support.backtest import BacktestRun

PAIRS = candles.SYNTHETIC_PAIRS
FIRST, SECOND, THIRD = PAIRS[:3]
NO_FEE: Mapping[str, Any] = {"fee": 0.0}
ENTRY_PRICE, STAKE = 100.0, 1000.0


@dataclass(frozen=True, slots=True)
class Planned:
    """One trade: the hours (``"5 10:00"``, a day of January 2024) of its fills, and its profit in USDT.

    A trade without `exit` is held to the end.
    """

    enter: str
    exit: str | None = None
    profit: float = 0.0
    pair: str = FIRST
    confidence: float | None = None


def hour(text: str) -> pd.Timestamp:
    """Read ``"5 10:00"`` as that day and time of January 2024, UTC."""
    day, clock = text.split()
    return pd.Timestamp(f"2024-01-{int(day):02} {clock}", tz="UTC")


def market(
    planned: Iterable[Planned], *, days: int = 4, also: Iterable[str] = ()
) -> tuple[dict[str, pd.DataFrame], dict[str, dict[str, Any]]]:
    """Build hourly candles and the script of a scripted strategy; `also` names pairs that stand still."""
    dates = pd.date_range("2024-01-01", periods=24 * days, freq="h", tz="UTC")
    opens = {pair: pd.Series(ENTRY_PRICE, index=dates) for pair in also}
    script: dict[str, dict[str, Any]] = {}
    for trade in planned:
        prices = opens.setdefault(trade.pair, pd.Series(ENTRY_PRICE, index=dates))
        words = script.setdefault(trade.pair, {"enter": [], "exit": []})
        enter = hour(trade.enter)
        if _text(enter) in words["exit"]:
            raise ValueError(f"{trade.pair}: Freqtrade drops signals to exit and to enter on one candle")
        prices[enter:] = ENTRY_PRICE
        words["enter"].append(_text(enter))
        if trade.exit is not None:
            prices[hour(trade.exit) :] = ENTRY_PRICE * (1 + trade.profit / STAKE)
            words["exit"].append(_text(hour(trade.exit)))
        if trade.confidence is not None:
            words.setdefault("confidence", {})[_text(enter)] = trade.confidence
    frames = {pair: candles.from_opens(prices.round(4).tolist()) for pair, prices in opens.items()}
    return frames, script


def tagged(script: dict[str, dict[str, Any]], pair: str, tag: str) -> None:
    """Let every entry of a pair carry an enter tag."""
    script[pair]["enter"] = dict.fromkeys(script[pair]["enter"], tag)


def entries(run: BacktestRun, pair: str) -> list[str]:
    """Give the hours at which a pair was entered, ``"5 10:00"``."""
    opened = run.trades.loc[run.trades["pair"] == pair, "open_date"].sort_values()
    return [f"{moment.day} {moment.hour}:00" for moment in opened]


def trips(run: BacktestRun) -> list[tuple[str, str, str | None]]:
    """Give code, moment and end of each trip, ``"5 10:00"``."""
    return [
        (trip["code"], _short(trip["at"]), None if trip["until"] is None else _short(trip["until"]))
        for trip in run.riskkit["trips"]
    ]


def _short(moment: str) -> str:
    return f"{pd.Timestamp(moment):%-d %-H:%M}"


def _text(moment: pd.Timestamp) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
