"""The kit's table after a backtest."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from freqtrade_riskkit.report.run_result import RunResult, TripLine
from freqtrade_riskkit.report.tables import add_moment_column, lean_table, print_table
from freqtrade_riskkit.report.wording import minute, money, of_limit, percent, plain

MOST_TRIPS = 20


def print_backtest(console: Console, results: Mapping[str, RunResult]) -> None:
    """Print the kit's findings, one strategy after the other; accounts are never added up."""
    for name, result in results.items():
        print_table(console, _summary(name, result))
        if result.trips:
            print_table(console, _trips(result))


def _summary(name: str, result: RunResult) -> Table:
    table = lean_table(f"RISKKIT — {name} (account {result.account_id})")
    table.add_column("Figure")
    table.add_column("Value", justify="right")
    if result.breaker_configured and not result.breaker_simulated:
        table.add_row(
            "[bold red]BREAKER NOT SIMULATED[/]", "[bold red]run again with --enable-protections[/]"
        )
    if result.failure:
        table.add_row("[bold red]BOOKS NOT KEPT[/]", f"[bold red]{escape(result.failure)}[/]")
    if not result.configured:
        table.add_row("Section riskkit", "missing: records only")
    verb = "Would deny" if result.mode == "observe" else "Denied"
    metrics, equity = result.metrics, result.equity
    table.add_row("Mode", result.mode)
    table.add_row(
        "Trades (wins / losses / draws)",
        f"{metrics.trades} ({metrics.wins} / {metrics.losses} / {metrics.draws})",
    )
    table.add_row("Net profit", money(metrics.net_profit, result.currency))
    table.add_row("Expectancy a trade", money(metrics.expectancy, result.currency))
    table.add_row("Profit factor", plain(metrics.profit_factor))
    table.add_row(
        "Max drawdown (closed trades)",
        f"{percent(equity.max_drawdown)} ({money(equity.max_drawdown_abs, result.currency)})",
    )
    if equity.marked_max_drawdown is not None:
        table.add_row(
            "Max drawdown (open positions too)",
            f"{percent(equity.marked_max_drawdown)} (within candles {percent(equity.adverse_max_drawdown)})",
        )
        table.add_row(
            "Peak, fall from it at the end",
            f"{money(equity.marked_peak, result.currency)}, {percent(equity.marked_current_drawdown)}",
        )
    if equity.worst_day_loss is not None:
        table.add_row(
            "Worst day's loss (open positions too)",
            f"{percent(equity.worst_day_loss)} (within candles {percent(equity.adverse_worst_day_loss)})",
        )
    worst = f" on {equity.worst_day}" if equity.worst_day else ""
    table.add_row("Worst day (closed trades)", money(equity.worst_day_profit, result.currency) + worst)
    table.add_row("Longest losing streak", str(metrics.longest_loss_streak))
    table.add_row("Average open positions", plain(result.entries.average_positions))
    table.add_row("Breaker trips", str(len(result.trips)))
    for code, count in sorted(result.denials.items(), key=lambda item: -item[1]):
        table.add_row(f"{verb}: {code}", str(count))
    for code, count in sorted(result.warnings.items(), key=lambda item: -item[1]):
        table.add_row(f"Warned: {code}", str(count))
    return table


def _trips(result: RunResult) -> Table:
    would = "would trip" if result.mode == "observe" else "tripped"
    table = lean_table(f"Breaker {would}")
    add_moment_column(table, "At (UTC)")
    table.add_column("Rule", no_wrap=True)
    table.add_column("Value of limit", no_wrap=True, justify="right")
    add_moment_column(table, "Held until")
    for trip in result.trips[:MOST_TRIPS]:
        value = of_limit(trip.value, trip.limit, trip.unit, result.currency)
        table.add_row(minute(trip.at), trip.code, value, _held(trip))
    if len(result.trips) > MOST_TRIPS:
        table.add_row("…", f"{len(result.trips) - MOST_TRIPS} more in the file", "", "")
    return table


def describe_trip(trip: TripLine, result: RunResult) -> str:
    """Say in a sentence when a rule tripped, at which figure, and for how long."""
    would = "would have tripped" if result.mode == "observe" else "tripped"
    value = of_limit(trip.value, trip.limit, trip.unit, result.currency)
    return f"The breaker {would} on {minute(trip.at)} UTC: {trip.code}, {value}, held until {_held(trip)}."


def _held(trip: TripLine) -> str:
    if trip.until is not None:
        return f"{minute(trip.until)} (only observed)" if trip.let_go else minute(trip.until)
    return "the end (too many trips in a day)" if trip.latched else "the end (waits for a person)"
