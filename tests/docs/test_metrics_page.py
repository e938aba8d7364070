"""docs/metrics.md explains every figure, and nothing that there isn't."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from freqtrade_riskkit.core.equity_figures import EquityFigures
from freqtrade_riskkit.core.performance import Metrics
from freqtrade_riskkit.report.metric_rows import EQUITY_ROWS, METRIC_ROWS

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
CLOSED, OPEN = (
    section.split("\n## ")[0]
    for section in re.split(r"\n## (?:Metrics of closed trades|Equity with open positions)\n", PAGE)[1:]
)
ASKED = ("Formula", "Unit", "Undefined", "Freqtrade", "Usual")


def _entries(section: str) -> dict[str, str]:
    """Give the text of each entry by its name."""
    parts = re.split(r"\n### `(\w+)`[^\n]*\n", section)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize(("section", "figures"), [(CLOSED, Metrics), (OPEN, EquityFigures)])
def test_page_when_held_against_the_code_then_each_figure_has_its_entry(
    section: str, figures: type[Metrics] | type[EquityFigures]
) -> None:
    assert set(_entries(section)) == {field.name for field in fields(figures)}


@pytest.mark.parametrize("section", [CLOSED, OPEN], ids=["closed", "open"])
def test_entry_when_read_then_it_has_formula_unit_edge_and_comparison(section: str) -> None:
    lacking = {
        name: [asked for asked in ASKED if f"- {asked}: " not in text]
        for name, text in _entries(section).items()
    }
    assert {name: missing for name, missing in lacking.items() if missing} == {}


def test_tables_when_held_against_the_code_then_no_figure_is_left_out() -> None:
    """Of the equity all but its moments."""
    assert sorted(row.name for row in METRIC_ROWS) == sorted(field.name for field in fields(Metrics))
    moments = {"since", "until", "max_drawdown_at"}
    assert {row.name for row in EQUITY_ROWS} == {field.name for field in fields(EquityFigures)} - moments
