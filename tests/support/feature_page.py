"""docs/features.md: writing it from what tests showed, and reading back what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tests.support.feature_rows import MODES, NO_MODE, Claim, FeatureRow, FeatureTable

COLUMNS = (*MODES, NO_MODE)
TITLES = {
    "backtest": "backtest",
    "dry_run": "dry-run",
    "live": "live",
    "records": "records",
    NO_MODE: "no mode",
}
SHOWN, NOT_YET, LATER, OUTSIDE = "shown", "not yet", "later", "–"

INTRODUCTION = """\
# What is shown

Each row is something the kit is to do, in the modes where it must work. A cell says *shown* when tests that
drive the real Freqtrade through that row in that mode passed, and none failed; the tests stand below the
tables. *Records* means: on records already kept, without a bot. *Later* rows are not being built yet.

`make features` writes this page; edits by hand are overwritten.
"""


def render_page(table: FeatureTable, shown: Mapping[Claim, Sequence[str]]) -> str:
    """Write the page.

    Parameters
    ----------
    table
        All rows; their order is the page's order.
    shown
        The tests behind each claim that was shown. The same content in any order gives the same page.
    """
    due = [claim for row in table if not row.later for claim in _claims(row)]
    reached = sum(claim in shown for claim in due)
    lines = [INTRODUCTION, f"Shown: {reached} of {len(due)} cells that are not *later*.", ""]
    for section in table.sections:
        lines += [f"## {section.title}", "", _line(["row", "what", *TITLES.values()])]
        lines.append(_line(["---"] * (2 + len(COLUMNS))))
        lines += [_line([row.id, row.name, *_cells(row, shown)]) for row in section.rows]
        lines.append("")
    return "\n".join([*lines, *_proofs(table, shown)]).rstrip("\n") + "\n"


def read_page(text: str) -> set[Claim]:
    """Every claim that the page's tables call shown."""
    claims = set()
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"[A-Z]\d+", cells[0]):
            marks = zip(COLUMNS, cells[2:], strict=True)
            claims |= {Claim(cells[0], mode) for mode, mark in marks if mark == SHOWN}
    return claims


def _claims(row: FeatureRow) -> list[Claim]:
    return [Claim(row.id, mode) for mode in row.modes]


def _cells(row: FeatureRow, shown: Mapping[Claim, Sequence[str]]) -> list[str]:
    cells = []
    for mode in COLUMNS:
        if mode not in row.modes:
            cells.append(OUTSIDE)
        elif Claim(row.id, mode) in shown:
            cells.append(SHOWN)
        else:
            cells.append(LATER if row.later else NOT_YET)
    return cells


def _proofs(table: FeatureTable, shown: Mapping[Claim, Sequence[str]]) -> list[str]:
    lines = ["## Tests behind each row", ""]
    for row in table:
        for claim in _claims(row):
            if claim in shown:
                lines.append(f"- **{row.id}**, {TITLES[claim.mode]}:")
                lines += [f"    - `{test}`" for test in sorted(set(shown[claim]))]
    if not shown:
        lines.append("None yet.")
    return lines


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
