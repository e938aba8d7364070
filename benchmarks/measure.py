"""Rounds of runs in alternating order, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from benchmarks.arena import Arena, differences
from benchmarks.scenarios import Contender, Scenario


class TradesDifferError(Exception):
    """A contender made other trades than the plain strategy: its time says nothing."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one contender needed in one scenario.

    Attributes
    ----------
    scenario, contender
        Who and what.
    trades, in_trade_candles
        Closed trades, and candles over which a position was open, summed over the trades.
    seconds
        CPU seconds of each run, in the order run.
    ratios
        Each run's seconds by those of the plain run of the same round; slow drifts of the machine
        cancel out.
    """

    scenario: str
    contender: Contender
    trades: int
    in_trade_candles: int
    seconds: tuple[float, ...]
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return median(self.ratios)

    @property
    def microseconds_per_trade(self) -> float:
        """The median run's microseconds, by closed trades."""
        return median(self.seconds) / self.trades * 1e6


def measure(
    scenario: Scenario, root: Path, overlay: Mapping[str, Any], report: Callable[[str], None]
) -> list[Measurement]:
    """Run a scenario's rounds.

    Parameters
    ----------
    scenario
        What to run.
    root
        An empty folder for candles and configs.
    overlay
        The config part of the practice exchange.
    report
        Told before each run what is about to happen.

    Raises
    ------
    TradesDifferError
        A contender's trades are not those of the plain strategy, or not as many as planned.
    """
    report(f"{scenario.name}: making candles")
    arena = Arena(scenario, root, overlay)
    seconds: dict[Contender, dict[int, float]] = {contender: {} for contender in Contender}
    plain_trades: pd.DataFrame | None = None
    try:
        for number in range(scenario.rounds):
            for contender in order(scenario, number):
                report(f"{scenario.name}: round {number + 1} of {scenario.rounds}, {contender.value}")
                lap = arena.run(contender)
                seconds[contender][number] = lap.seconds
                plain_trades = lap.trades if plain_trades is None else plain_trades
                check(scenario, contender, plain_trades, lap.trades)
    finally:
        arena.close()
    assert plain_trades is not None
    candles = in_trade_candles(plain_trades, scenario.timeframe)
    plain = seconds[Contender.PLAIN]
    return [
        Measurement(
            scenario=scenario.name,
            contender=contender,
            trades=len(plain_trades),
            in_trade_candles=candles,
            seconds=tuple(taken.values()),
            ratios=tuple(value / plain[number] for number, value in taken.items()),
        )
        for contender, taken in seconds.items()
        if taken
    ]


def order(scenario: Scenario, number: int) -> list[Contender]:
    """Give the contenders of a round; every other round runs backwards, so that none is always last."""
    contenders = [Contender.PLAIN, Contender.KIT]
    if number < scenario.control_rounds:
        contenders.append(Contender.CONTROL)
    if number < scenario.protections_rounds:
        contenders.append(Contender.PROTECTIONS)
    return contenders[::-1] if number % 2 else contenders


def check(scenario: Scenario, contender: Contender, plain: pd.DataFrame, trades: pd.DataFrame) -> None:
    """Refuse a run whose trades are not the planned ones."""
    if len(plain) != scenario.trades:
        raise TradesDifferError(f"{scenario.name}: {len(plain)} trades were made, {scenario.trades} planned")
    difference = differences(plain, trades)
    if difference:
        raise TradesDifferError(f"{scenario.name}, {contender.value}: {difference}")


def in_trade_candles(trades: pd.DataFrame, timeframe: str) -> int:
    """Count the candles of all trades, from the one of the entry to the one before the exit."""
    return int(((trades["close_date"] - trades["open_date"]) / pd.to_timedelta(timeframe)).sum())
