"""Tables with more columns than the terminal is wide, one block of columns after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from freqtrade_riskkit.report.tables import lean_table, print_table

_GAP = 3
"""Cells between two columns of a lean table."""
_NARROW_LABELS = 18
"""So narrow may the first column become for the sake of the others; it wraps between words."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as plain text: no markup, no control characters.

    Attributes
    ----------
    heading
        Wraps where it is wider than the cells.
    cells
        Never cut or wrapped, but where a single column is wider than the terminal.
    folds
        Whether the heading is a name, which may be long and go on in the next line at any letter.
    """

    heading: str
    cells: Sequence[str]
    folds: bool = False

    @property
    def least(self) -> int:
        """The width that its cells need, and the words of its heading."""
        words = () if self.folds else self.heading.split()
        return max((cell_len(text) for text in (*words, *self.cells)), default=1)

    @property
    def most(self) -> int:
        """The width at which its heading stands in one line too."""
        return max(self.least, cell_len(self.heading))


def print_in_blocks(console: Console, title: str, labels: Column, columns: Sequence[Column]) -> None:
    """Print blocks of as many columns as fit beside each other, the labels repeated in each."""
    narrow = max(1, min(labels.most, _NARROW_LABELS, console.width // 2 - _GAP))
    blocks = list(_blocks(columns, console.width - narrow))
    for number, block in enumerate(blocks, start=1):
        widths = _widths(block, console.width - narrow)
        left = console.width - sum(width + _GAP for width in widths)
        heading = title if len(blocks) == 1 else f"{title} ({number} of {len(blocks)})"
        console.print(Padding(f"[bold]{escape(heading)}[/]", (1, 0, 0, 0)))  # may be wider than its table
        table = lean_table(None)
        table.add_column(escape(labels.heading), width=max(narrow, min(labels.most, left)))
        for column, width in zip(block, widths, strict=True):
            table.add_column(escape(column.heading), width=width, justify="right")
        for label, *cells in zip(labels.cells, *(column.cells for column in block), strict=True):
            table.add_row(escape(label), *map(escape, cells))
        print_table(console, table, above=0)


def _blocks(columns: Sequence[Column], room: int) -> Iterator[list[Column]]:
    """Part the columns into blocks that fit; a column that is too wide has a block of its own."""
    block: list[Column] = []
    left = room
    for column in columns:
        if block and column.least + _GAP > left:
            yield block
            block, left = [], room
        block.append(column)
        left -= column.least + _GAP
    yield block


def _widths(block: Sequence[Column], room: int) -> list[int]:
    """Give each column what it needs, and of the room that is left a share for its heading."""
    widths = [max(1, min(column.least, room - _GAP)) for column in block]
    spare = room - sum(width + _GAP for width in widths)
    for number, column in enumerate(block):
        more = max(0, min(column.most - widths[number], spare // (len(block) - number)))
        widths[number] += more
        spare -= more
    return widths
