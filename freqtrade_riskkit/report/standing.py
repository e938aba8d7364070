"""How an account stands, from its records alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from rich.console import Console
from rich.markup import escape

from freqtrade_riskkit.core.breaker import BreakerState, RuleFigure, Trip
from freqtrade_riskkit.core.data_standing import DataStanding
from freqtrade_riskkit.report.breaker_explained import ACTION_WORDS, RULE_WORDS, WAY_WORDS
from freqtrade_riskkit.report.safe_text import for_console
from freqtrade_riskkit.report.tables import add_moment_column, lean_table, print_table
from freqtrade_riskkit.report.wording import minute, money, of_limit


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that the breaker did, as it was recorded."""

    at: datetime
    kind: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's breaker.

    Attributes
    ----------
    generation
        Which bot database of the account this is, from 1.
    mode
        Mode of the kit in the config.
    as_of, now
        When the figures were recorded, and the moment that times are held against.
    breaker
        Its state now; None where the config has no breaker.
    cooldown_until
        End of the cooldown; None outside of one.
    equity, peak, day_loss
        In stake currency, open positions at their marks; None without a breaker.
    oldest_mark_at
        Moment of the oldest mark in them; None where nothing was open or marked.
    unmarked
        Pairs of open positions that had no mark and counted at their cost.
    near
        Share of a limit from which a figure is called near.
    figures, trips
        Every figure beside its limit, and the trips that hold.
    data
        Marks of open positions, and what the bot could not rely on, as recorded.
    notes
        What a reader should know besides.
    explanation, history
        How the rules work and what happened so far, oldest first; empty where nobody asked.
    """

    account_id: str
    generation: int
    mode: str
    currency: str
    as_of: datetime | None
    now: datetime
    breaker: BreakerState | None
    cooldown_until: datetime | None
    equity: float | None
    peak: float | None
    day_loss: float | None
    oldest_mark_at: datetime | None
    unmarked: tuple[str, ...]
    near: float
    figures: tuple[RuleFigure, ...]
    trips: tuple[Trip, ...]
    data: DataStanding
    notes: tuple[str, ...]
    explanation: tuple[str, ...]
    history: tuple[HistoryLine, ...]

    @property
    def is_open(self) -> bool:
        """Whether a trip holds in a kit that acts or observes."""
        return self.breaker is BreakerState.OPEN and self.mode != "off"


_ADAPTER = TypeAdapter(Standing)


def to_json(standing: Standing) -> Mapping[str, Any]:
    """Give a standing as plain values; each trip with its code, each mark with its age now."""
    data: dict[str, Any] = _ADAPTER.dump_python(standing, mode="json")
    for trip, values in zip(standing.trips, data["trips"], strict=True):
        values["code"] = str(trip.code)
    for mark, values in zip(standing.data.marks, data["data"]["marks"], strict=True):
        values["age_seconds"] = mark.age_seconds(standing.now)
    return data


def print_standing(console: Console, standing: Standing) -> None:
    """Print state, figures and trips; then what was asked for besides."""
    console.print(f"[bold]{for_console(_headline(standing))}[/]")
    if standing.as_of is not None:
        console.print(
            f"Figures as recorded on {minute(standing.as_of)} UTC, {_age(standing, standing.as_of)} ago; "
            f"it is {minute(standing.now)} UTC."
        )
    for note in standing.notes:
        console.print(f"Note: {for_console(note)}")
    if standing.figures:
        _print_figures(console, standing)
    if standing.trips:
        _print_trips(console, standing)
    for sentence in standing.explanation:
        console.print(f"• {escape(sentence)}")
    if standing.history:
        _print_history(console, standing)


def _headline(standing: Standing) -> str:
    account = f"Account {standing.account_id}, generation {standing.generation}, mode {standing.mode}"
    if standing.breaker is None:
        return f"{account}: no breaker"
    until = f" until {minute(standing.cooldown_until)} UTC" if standing.cooldown_until else ""
    meaning = {
        BreakerState.CLOSED: "entries pass",
        BreakerState.OPEN: "entries are denied",
        BreakerState.COOLDOWN: f"entries are denied{until}",
    }[standing.breaker]
    if standing.mode == "observe" and standing.breaker is not BreakerState.CLOSED:
        meaning = "entries would be denied"
    return f"{account}: breaker {standing.breaker}, {meaning}"


def _print_figures(console: Console, standing: Standing) -> None:
    table = lean_table("Figures")
    table.add_column("Figure")
    table.add_column("Value of limit", justify="right", no_wrap=True)
    table.add_column("Used", justify="right")
    table.add_column("Counted")
    for figure in standing.figures:
        style = "red" if figure.share >= 1 else "yellow" if figure.share >= standing.near else ""
        value = of_limit(figure.value, figure.limit, figure.unit, standing.currency)
        table.add_row(
            RULE_WORDS[figure.rule], value, f"{figure.share:.0%}", for_console(figure.detail), style=style
        )
    print_table(console, table)
    amounts = (standing.equity, standing.peak, standing.day_loss)
    equity, peak, lost = (money(amount, standing.currency) for amount in amounts)
    console.print(f"Equity {equity}, peak {peak}, lost today {lost}; open positions included.")
    if standing.oldest_mark_at is not None:
        age = _age(standing, standing.oldest_mark_at)
        console.print(f"The oldest price of an open position is {age} old.")
    if standing.unmarked:
        console.print(f"Without a price, and counted at cost: {for_console(', '.join(standing.unmarked))}.")


def _print_trips(console: Console, standing: Standing) -> None:
    table = lean_table("Trips that hold")
    add_moment_column(table, "At (UTC)")
    table.add_column("Rule", no_wrap=True)
    table.add_column("Value of limit", no_wrap=True, justify="right")
    add_moment_column(table, "Held until")
    for trip in standing.trips:
        value = of_limit(trip.value, trip.limit, trip.unit, standing.currency)
        until = "a person resets it" if trip.until is None else minute(trip.until)
        table.add_row(minute(trip.at), trip.code, "–" if trip.is_manual else value, until)
    print_table(console, table)
    for trip in standing.trips:
        detail = f" ({trip.detail})" if trip.detail else ""
        done = "It is only observed." if standing.mode == "observe" else ACTION_WORDS[trip.action]
        text = f"{trip.code}: tripped by {WAY_WORDS[trip.way]}{detail}. {done}"
        console.print(for_console(text))


def _age(standing: Standing, moment: datetime) -> str:
    """Write how long before now a moment was; a clock that was set back doesn't make it negative."""
    seconds = max(0, round((standing.now - moment).total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _print_history(console: Console, standing: Standing) -> None:
    table = lean_table("What happened")
    add_moment_column(table, "At (UTC)")
    table.add_column("What")
    table.add_column("In words")
    for line in standing.history:
        table.add_row(minute(line.at), line.kind.replace("_", " "), for_console(line.text))
    print_table(console, table)
