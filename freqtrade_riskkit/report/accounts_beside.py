"""Accounts side by side. Nothing is added up: there is no total, and no figure of one column uses another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console

from freqtrade_riskkit.report.account_report import AccountReport
from freqtrade_riskkit.report.account_table import print_trend
from freqtrade_riskkit.report.blocks import Column, print_in_blocks
from freqtrade_riskkit.report.metric_rows import EQUITY_ROWS, METRIC_ROWS, cell
from freqtrade_riskkit.report.safe_text import for_console, visible
from freqtrade_riskkit.report.wording import minute, money

NEVER_ADDED = "Accounts are never added up: each column stands for itself."


def print_beside(console: Console, reports: Sequence[AccountReport]) -> None:
    """Print one column for each account, in blocks where they are many, then each one's trends."""
    columns = [Column(visible(report.account_id), list(_cells(report)), folds=True) for report in reports]
    print_in_blocks(console, "Accounts side by side", Column("Figure", list(_labels())), columns)
    console.print(NEVER_ADDED)
    for report in reports:
        for note in report.notes:
            console.print(f"Note on {for_console(report.account_id)}: {for_console(note)}")
        print_trend(console, report)


def _labels() -> Iterable[str]:
    yield from ("Generation", "Currency", "Trades taken", "Since (UTC)", "Until (UTC)", "Opening balance")
    yield from (row.words for row in (*METRIC_ROWS, *EQUITY_ROWS))


def _cells(report: AccountReport) -> Iterable[str]:
    """Give one account's column."""
    currency = visible(report.currency)
    yield f"{report.generation} of {report.generations}"
    yield currency
    yield "all" if report.last is None else f"the last {report.last}"
    yield minute(report.total.since)
    yield minute(report.total.until)
    yield money(report.total.opening_balance, currency)
    for row in METRIC_ROWS:
        yield cell(getattr(report.total.metrics, row.name), row.unit, currency)
    for row in EQUITY_ROWS:
        yield cell(getattr(report.equity, row.name, None), row.unit, currency)
