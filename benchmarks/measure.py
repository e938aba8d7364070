"""Rounds of runs in alternating order, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
        CPU seconds of each run, in the order of the rounds, process by process.
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
    scenario: Scenario, process: int, root: Path, overlay: Mapping[str, Any], report: Callable[[str], None]
) -> list[Measurement]:
    """Run the rounds of one of a scenario's processes, here.

    Parameters
    ----------
    scenario
        What to run.
    process
        Which of its processes this is, from 0.
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
    report("making candles")
    arena = Arena(scenario, root, overlay)
    seconds: dict[Contender, dict[int, float]] = {contender: {} for contender in Contender}
    plain_trades: pd.DataFrame | None = None
    try:
        for number in range(scenario.rounds):
            trades: dict[Contender, pd.DataFrame] = {}
            for contender in order(scenario, process, number):
                report(f"round {number + 1} of {scenario.rounds}, {contender.value}")
                lap = arena.run(contender)
                seconds[contender][number] = lap.seconds
                trades[contender] = lap.trades
            # After the round: where it ran backwards, the plain strategy came last.
            plain_trades = trades[Contender.PLAIN] if plain_trades is None else plain_trades
            for contender, made in trades.items():
                check(scenario, contender, plain_trades, made)
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


def together(processes: Sequence[Sequence[Measurement]]) -> list[Measurement]:
    """Put the measurements of one scenario's processes together, those of each contender in one.

    Raises
    ------
    TradesDifferError
        Two processes made different trades.
    """
    by_contender: dict[Contender, list[Measurement]] = {}
    for measurements in processes:
        for measurement in measurements:
            by_contender.setdefault(measurement.contender, []).append(measurement)
    return [_joined(parts) for parts in by_contender.values()]


def _joined(parts: Sequence[Measurement]) -> Measurement:
    first = parts[0]
    if any((part.trades, part.in_trade_candles) != (first.trades, first.in_trade_candles) for part in parts):
        raise TradesDifferError(f"{first.scenario}, {first.contender.value}: other trades in another process")
    return replace(
        first,
        seconds=tuple(seconds for part in parts for seconds in part.seconds),
        ratios=tuple(ratio for part in parts for ratio in part.ratios),
    )


def order(scenario: Scenario, process: int, number: int) -> list[Contender]:
    """Give the contenders of a round of a process, both counted from 0.

    Every other round runs backwards, and every other process begins with such a round, so that none is
    always first or last. Control and protections take part in the first rounds of all processes, then in the
    second ones, and so on, until they have had theirs.
    """
    contenders = [Contender.PLAIN, Contender.KIT]
    turn = number * scenario.processes + process
    if turn < scenario.control_rounds:
        contenders.append(Contender.CONTROL)
    if turn < scenario.protections_rounds:
        contenders.append(Contender.PROTECTIONS)
    return contenders[::-1] if (process + number) % 2 else contenders


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
