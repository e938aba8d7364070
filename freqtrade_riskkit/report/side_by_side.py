"""Backtests of the same candles beside each other: what the kit changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape

from freqtrade_riskkit.report.tables import lean_table, print_table
from freqtrade_riskkit.report.wording import money, percent


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One backtest as Freqtrade counted it; money in stake currency, ratios as fractions.

    Attributes
    ----------
    name
        How the run is called in the table.
    profit_ratio
        Of the starting balance.
    max_drawdown
        Fall of the closed trades' equity from its peak, as a ratio of the peak.
    market_change
        Mean change of the pairs' prices over the whole time: what buying and holding would have made.
    days
        Closed profit by day, as ``YYYY-MM-DD``.
    """

    name: str
    currency: str
    trades: int
    wins: int
    losses: int
    draws: int
    profit: float
    profit_ratio: float
    max_drawdown: float
    max_drawdown_abs: float
    longest_loss_streak: int
    market_change: float
    days: Mapping[str, float]

    @property
    def worst_day(self) -> str | None:
        """The day with the least profit, the earlier one of two; None without a day."""
        return min(self.days, key=lambda day: (self.days[day], day), default=None)

    @property
    def worst_profit(self) -> float:
        """The profit of the worst day; 0 without a day."""
        return min(self.days.values(), default=0.0)

    def profit_of(self, day: str) -> float:
        """Give the profit of the trades that closed on a day."""
        return self.days.get(day, 0.0)


Row = tuple[str, Callable[[RunFigures], str]]


def print_side_by_side(console: Console, runs: Sequence[RunFigures], day: str, title: str) -> None:
    """Print one column for each run, and what each made on one day of interest."""
    table = lean_table(title)
    table.add_column("Figure")
    for run in runs:
        table.add_column(escape(run.name), justify="right")
    for label, cell in _rows(day):
        table.add_row(label, *(cell(run) for run in runs))
    print_table(console, table)


def difference(plain: RunFigures, guarded: RunFigures, day: str) -> tuple[str, ...]:
    """Say in sentences what the second run has over the first, for better or for worse.

    Examples
    --------
    >>> plain = RunFigures("off", "USDT", 9, 4, 5, 0, -20.0, -0.02, 0.3, 300.0, 4, 0.5, {"2024-08-05": -80.0})
    >>> guarded = RunFigures("on", "USDT", 8, 4, 4, 0, -30.0, -0.03, 0.2, 200.0, 3, 0.5, {})
    >>> print(*difference(plain, guarded, "2024-08-05"), sep="\\n")
    With the kit the account ended 10.00 USDT lower.
    On 2024-08-05 it fared 80.00 USDT better.
    Its worst day was better: 0.00 USDT against -80.00 USDT.
    Its largest drawdown was smaller: 20.00% against 30.00%.
    """
    currency = plain.currency
    gain, on_day = guarded.profit - plain.profit, guarded.profit_of(day) - plain.profit_of(day)
    worst = _compared(guarded.worst_profit, plain.worst_profit, "worse", "better")
    drawdown = _compared(guarded.max_drawdown, plain.max_drawdown, "smaller", "larger")
    return (
        f"With the kit the account ended {money(abs(gain), currency)} {'higher' if gain >= 0 else 'lower'}.",
        f"On {day} it fared {money(abs(on_day), currency)} {'better' if on_day >= 0 else 'worse'}.",
        f"Its worst day was {worst}: {money(guarded.worst_profit, currency)} against "
        f"{money(plain.worst_profit, currency)}.",
        f"Its largest drawdown was {drawdown}: {percent(guarded.max_drawdown)} against "
        f"{percent(plain.max_drawdown)}.",
    )


def _compared(guarded: float, plain: float, less: str, more: str) -> str:
    if guarded == plain:
        return "the same"
    return less if guarded < plain else more


def _rows(day: str) -> tuple[Row, ...]:
    return (
        ("Trades", lambda run: str(run.trades)),
        ("Wins / losses / draws", lambda run: f"{run.wins} / {run.losses} / {run.draws}"),
        ("Profit", lambda run: f"{money(run.profit, run.currency)} ({percent(run.profit_ratio)})"),
        (
            "Max drawdown",
            lambda run: f"{money(run.max_drawdown_abs, run.currency)} ({percent(run.max_drawdown)})",
        ),
        ("Worst day", _worst_day),
        (f"Profit on {day}", lambda run: money(run.profit_of(day), run.currency)),
        ("Longest losing streak", lambda run: str(run.longest_loss_streak)),
        ("The market meanwhile", lambda run: percent(run.market_change)),
    )


def _worst_day(run: RunFigures) -> str:
    day = run.worst_day
    return "–" if day is None else f"{money(run.worst_profit, run.currency)} ({day})"
