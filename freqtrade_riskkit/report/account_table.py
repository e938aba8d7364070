"""The report of one account as tables."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from freqtrade_riskkit.core.account_history import Stretch
from freqtrade_riskkit.core.performance import Metrics
from freqtrade_riskkit.core.trends import Period
from freqtrade_riskkit.report.account_report import AccountReport
from freqtrade_riskkit.report.blocks import Column, print_in_blocks
from freqtrade_riskkit.report.metric_rows import EQUITY_ROWS, METRIC_ROWS, cell
from freqtrade_riskkit.report.safe_text import for_console, visible
from freqtrade_riskkit.report.tables import lean_table, print_table
from freqtrade_riskkit.report.wording import minute, money, percent, plain

_TREND_HEADINGS = ("Trades", "W / L / D", "Net profit", "Win rate", "Expectancy", "Factor", "Drawdown")


def print_account(console: Console, report: AccountReport) -> None:
    """Print an account's period, all its metrics with their units, and its trends."""
    currency, total = visible(report.currency), report.total
    console.print(f"[bold]{escape(headline(report))}[/]")
    console.print(f"{extent(report)} UTC, opened with {escape(money(total.opening_balance, currency))}.")
    print_notes(console, report)
    table = lean_table("Closed trades")
    table.add_column("Figure")
    table.add_column("Value", justify="right")
    for row in METRIC_ROWS:
        table.add_row(row.words, escape(cell(getattr(total.metrics, row.name), row.unit, currency)))
    print_table(console, table)
    if report.equity is not None:
        table = lean_table(
            f"Equity with open positions, {minute(report.equity.since)} to {minute(report.equity.until)} UTC"
        )
        table.add_column("Figure")
        table.add_column("Value", justify="right")
        for row in EQUITY_ROWS:
            table.add_row(row.words, escape(cell(getattr(report.equity, row.name), row.unit, currency)))
        print_table(console, table)
    print_trend(console, report)


def headline(report: AccountReport) -> str:
    """Name an account and its generation."""
    return (
        f"Account {visible(report.account_id)}, generation {report.generation} of {report.generations}, "
        f"{visible(report.currency)}"
    )


def extent(report: AccountReport) -> str:
    """Say from when to when, and whether that is the last trades only."""
    trades = f"Last {report.last} trades, " if report.last is not None else ""
    return f"{trades}{minute(report.total.since)} to {minute(report.total.until)}"


def print_notes(console: Console, report: AccountReport) -> None:
    """Print what a reader should know besides."""
    for note in report.notes:
        console.print(f"Note: {for_console(note)}")


def print_trend(console: Console, report: AccountReport) -> None:
    """Print one line for each calendar period; nothing where none were asked for."""
    if report.by is None:
        return
    currency = visible(report.currency)
    title = f"By {report.by} (UTC), {visible(report.account_id)}, in {currency}"
    periods = Column(str(report.by).capitalize(), [named(stretch, report.by) for stretch in report.trend])
    rows = [_trend_row(stretch.metrics) for stretch in report.trend]
    columns = [
        Column(heading, [row[number] for row in rows]) for number, heading in enumerate(_TREND_HEADINGS)
    ]
    print_in_blocks(console, title, periods, columns)
    if not report.trend:
        console.print("No trade closed in the period.")


def named(stretch: Stretch, by: Period) -> str:
    """Name a calendar period by its date, its ISO week or its month."""
    if by is Period.MONTH:
        return f"{stretch.since:%Y-%m}"
    return f"{stretch.since:%G-W%V}" if by is Period.WEEK else f"{stretch.since:%Y-%m-%d}"


def _trend_row(metrics: Metrics) -> tuple[str, ...]:
    return (
        str(metrics.trades),
        f"{metrics.wins} / {metrics.losses} / {metrics.draws}",
        _amount(metrics.net_profit),
        percent(metrics.win_rate),
        _amount(metrics.expectancy),
        plain(metrics.profit_factor),
        percent(metrics.max_drawdown),
    )


def _amount(value: float | None) -> str:
    """Write an amount without its currency, which the title names."""
    return money(value, "").strip()
