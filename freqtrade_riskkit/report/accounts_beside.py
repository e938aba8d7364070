"""Accounts side by side. Nothing is added up: there is no total, and no figure of one column uses another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape

from freqtrade_riskkit.report.account_report import AccountReport
from freqtrade_riskkit.report.account_table import extent, print_trend
from freqtrade_riskkit.report.metric_rows import EQUITY_ROWS, METRIC_ROWS, cell
from freqtrade_riskkit.report.safe_text import for_console, visible
from freqtrade_riskkit.report.tables import lean_table, print_table
from freqtrade_riskkit.report.wording import money

NEVER_ADDED = "Accounts are never added up: each column stands for itself."


def print_beside(console: Console, reports: Sequence[AccountReport]) -> None:
    """Print one column for each account, then each one's trends."""
    table = lean_table("Accounts side by side")
    table.add_column("Figure", min_width=18)
    columns = [list(_cells(report)) for report in reports]
    for report in reports:
        table.add_column(for_console(report.account_id), justify="right", overflow="fold")
    for number, label in enumerate(_labels()):
        table.add_row(label, *(escape(column[number]) for column in columns))
    print_table(console, table)
    console.print(NEVER_ADDED)
    for report in reports:
        for note in report.notes:
            console.print(f"Note on {for_console(report.account_id)}: {for_console(note)}")
        print_trend(console, report)


def _labels() -> Iterable[str]:
    yield from ("Generation", "Currency", "Period (UTC)", "Opening balance")
    yield from (row.words for row in (*METRIC_ROWS, *EQUITY_ROWS))


def _cells(report: AccountReport) -> Iterable[str]:
    """Give one account's column."""
    currency = visible(report.currency)
    yield f"{report.generation} of {report.generations}"
    yield currency
    yield extent(report)
    yield money(report.total.opening_balance, currency)
    for row in METRIC_ROWS:
        yield cell(getattr(report.total.metrics, row.name), row.unit, currency)
    for row in EQUITY_ROWS:
        yield cell(getattr(report.equity, row.name, None), row.unit, currency)
