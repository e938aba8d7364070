"""The rows that the kit has to show, and what a test's feature marker claims of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MODES = ("backtest", "dry_run", "live", "records")
NO_MODE = "no_mode"
"""Stands in for the mode of a row that belongs to none."""


class FeatureError(ValueError):
    """A row file or a feature marker that can't be right, in words for its author."""


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """A test says that it shows `row` in `mode`."""

    row: str
    mode: str


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One row: where it must work, and whether it is left for later."""

    id: str
    name: str
    modes: tuple[str, ...]
    later: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that belong together, under a title."""

    title: str
    rows: tuple[FeatureRow, ...]


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """All sections, in the order of the file."""

    sections: tuple[Section, ...]

    def __iter__(self) -> Iterator[FeatureRow]:
        for section in self.sections:
            yield from section.rows

    def by_id(self) -> dict[str, FeatureRow]:
        """Rows under their ids."""
        return {row.id: row for row in self}

    def claims(self) -> list[Claim]:
        """Every pair of row and mode that could be shown, in the order of the file."""
        return [Claim(row.id, mode) for row in self for mode in row.modes]


def load_rows(path: Path) -> FeatureTable:
    """Read the rows file; a repeated id, an unknown mode or an unknown key is a FeatureError."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    sections = tuple(
        Section(section["title"], tuple(_row(entry) for entry in section["rows"]))
        for section in content["section"]
    )
    table = FeatureTable(sections)
    ids = [row.id for row in table]
    if repeated := sorted({row_id for row_id in ids if ids.count(row_id) > 1}):
        raise FeatureError(f"{path.name}: rows named twice: {', '.join(repeated)}")
    return table


def _row(entry: Mapping[str, object]) -> FeatureRow:
    if unknown := sorted(set(entry) - {"id", "name", "modes", "later"}):
        raise FeatureError(f"row {entry.get('id')}: unknown keys: {', '.join(unknown)}")
    modes = entry["modes"]
    if not isinstance(modes, list) or any(mode not in MODES for mode in modes):
        raise FeatureError(f"row {entry['id']}: modes must be a list out of {', '.join(MODES)}, was {modes}")
    return FeatureRow(
        id=str(entry["id"]),
        name=str(entry["name"]),
        modes=tuple(modes) or (NO_MODE,),
        later=bool(entry.get("later", False)),
    )


def read_marker(args: Sequence[object], table: FeatureTable) -> list[Claim]:
    """Claims of ``feature("D1", "D2", "backtest")``: rows first, their mode last.

    A row that belongs to no mode is named alone: ``feature("A9")``. Whatever the table doesn't have
    is a FeatureError, so that a slip of the pen never counts as shown.
    """
    words = [str(arg) for arg in args]
    mode = words.pop() if words and words[-1] in MODES else NO_MODE
    if not words:
        raise FeatureError(f"feature{tuple(args)} names no row")
    rows = table.by_id()
    for word in words:
        if word not in rows:
            raise FeatureError(
                f"feature{tuple(args)}: {word!r} is no row; rows stand first, "
                f"then one of the modes {', '.join(MODES)}"
            )
    for word in words:
        if mode not in rows[word].modes:
            known = ", ".join(m for m in rows[word].modes if m != NO_MODE) or "no mode: name it alone"
            raise FeatureError(f"feature{tuple(args)}: row {word} belongs to {known}")
    return [Claim(word, mode) for word in words]
