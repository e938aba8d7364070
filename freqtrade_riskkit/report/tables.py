"""How the kit's tables look: lean enough for a terminal of 80 columns."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table


def lean_table(title: str | None) -> Table:
    """Begin a table without vertical lines; the title is taken word for word."""
    return Table(
        title=None if title is None else escape(title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )


def add_moment_column(table: Table, heading: str) -> None:
    """Add a column of moments, which wrap between date and time where the terminal is narrow."""
    table.add_column(heading, min_width=len("2024-08-05"))


def print_table(console: Console, table: Table, above: int = 1) -> None:
    """Print a table with air around it; what is too wide for its column goes on in the next line, uncut."""
    for column in table.columns:
        column.overflow = "fold"
    console.print(Padding(table, (above, 0, 1, 0)))
