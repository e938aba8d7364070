"""What a look through the whole store found, as a table and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from freqtrade_riskkit.report.safe_text import for_console, visible
from freqtrade_riskkit.report.tables import lean_table, print_table

MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One thing that is wrong; `generation` is None where it is about more than one."""

    kind: str
    account_id: str
    generation: int | None
    table: str
    key: str
    text: str


def print_findings(console: Console, findings: Sequence[FindingLine], accounts: int, store: str) -> None:
    """Print the findings, or that there are none."""
    if not findings:
        word = "account" if accounts == 1 else "accounts"
        console.print(f"Clean: {accounts} {word} in the {for_console(store)}, nothing found.")
        return
    table = lean_table(f"Findings in the {visible(store)}")
    for heading in ("What", "Account", "Where", "In words"):
        table.add_column(heading, overflow="fold")
    for line in findings[:MOST_LINES]:
        generation = f", generation {line.generation}" if line.generation is not None else ""
        owner = f"{line.account_id}{generation}" if line.account_id else "–"
        cells = (line.kind, owner, f"{line.table} {line.key}".strip() or "–", line.text)
        table.add_row(*(for_console(cell) for cell in cells))
    print_table(console, table)
    if len(findings) > MOST_LINES:
        console.print(f"{len(findings) - MOST_LINES} more; --json has them all.")
    console.print(f"{len(findings)} finding{'s' if len(findings) > 1 else ''}.")
