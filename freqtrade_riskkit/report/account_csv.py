"""Reports as lines of CSV, one for each account or for each of its calendar periods."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from freqtrade_riskkit.core.account_history import Stretch
from freqtrade_riskkit.report.account_report import AccountReport
from freqtrade_riskkit.report.metric_rows import EQUITY_ROWS, METRIC_ROWS
from freqtrade_riskkit.report.safe_text import for_spreadsheet

_HEAD = ("account_id", "generation", "currency", "by", "since", "until", "opening_balance")
_METRICS = tuple(row.name for row in METRIC_ROWS)
_EQUITY = tuple(row.name for row in EQUITY_ROWS)


def write_csv(file: TextIO, reports: Iterable[AccountReport]) -> None:
    """Write a head line, then the lines of one account after the other; nothing is added up.

    Numbers stand as they are, an undefined one as an empty cell, moments in ISO 8601. Texts pass
    `for_spreadsheet`: no name is taken for a formula. The columns ``equity_…`` are empty in lines of a trend.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*_HEAD, *_METRICS, *(f"equity_{name}" for name in _EQUITY)))
    for report in reports:
        writer.writerows(_lines(report))


def _lines(report: AccountReport) -> Iterator[Sequence[object]]:
    if report.by is None:
        yield [*_line(report, report.total), *(getattr(report.equity, name, None) for name in _EQUITY)]
        return
    for stretch in report.trend:
        yield [*_line(report, stretch), *(None for _ in _EQUITY)]


def _line(report: AccountReport, stretch: Stretch) -> Iterator[object]:
    yield for_spreadsheet(report.account_id)
    yield report.generation
    yield for_spreadsheet(report.currency)
    yield report.by
    yield stretch.since.isoformat()
    yield stretch.until.isoformat()
    yield stretch.opening_balance
    for name in _METRICS:
        yield getattr(stretch.metrics, name)
