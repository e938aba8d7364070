"""The figures of the records as a table for a terminal, as JSON, and as a table in the README."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median

from rich.table import Table

from benchmarks.machine import Machine
from benchmarks.records import RecordsMeasurement

ROWS_A_SECOND = 50_000
TIMES_QUANTSTATS = 5.0
RECORDS_MARKERS = ("<!-- bench-records:start -->", "<!-- bench-records:end -->")
COLUMNS = ("What", "Seconds", "Beside it")


@dataclass(frozen=True, slots=True)
class RecordsReport:
    """What the records of one account cost, when and on what."""

    taken: datetime
    machine: Machine
    measured: RecordsMeasurement

    def rows(self) -> list[tuple[str, str, str]]:
        """Give what was timed, its seconds, and what that means."""
        taken = self.measured
        quantstats, by_clock = taken.quantstats_seconds, _seconds(taken.import_wall_seconds)
        return [
            (
                f"Import of {taken.trades:,} trades into SQLite",
                _seconds(taken.import_seconds),
                f"{taken.rows_a_second:,.0f} rows a second; {by_clock} s by the clock",
            ),
            ("The same offered again", _seconds(taken.unchanged_seconds), "nothing to write"),
            ("Reading them as arrays", _seconds(taken.read_seconds), ""),
            ("All metrics", _seconds(median(taken.kit_seconds)), ""),
            (
                "The same with pandas (Freqtrade's functions)",
                _seconds(median(taken.pandas_seconds)),
                f"{taken.times_pandas:.1f} times",
            ),
            (
                "What quantstats has of them",
                _seconds(median(quantstats)) if quantstats else "–",
                f"{taken.times_quantstats:.1f} times" if quantstats else "not installed",
            ),
            ("A whole `riskkit report --by day`", _seconds(taken.report_seconds), ""),
        ]

    def verdict(self) -> str:
        """Say whether the goals were met."""
        rows, times = self.measured.rows_a_second, self.measured.times_quantstats
        imported = "met" if rows >= ROWS_A_SECOND else "missed"
        said = f"Goal import >= {ROWS_A_SECOND:,} rows a second: {imported}, {rows:,.0f}. "
        if times is None:
            return f"{said}Goal metrics >= {TIMES_QUANTSTATS:.0f} times as fast as quantstats: not measured"
        faster = "met" if times >= TIMES_QUANTSTATS else "missed"
        return (
            f"{said}Goal metrics >= {TIMES_QUANTSTATS:.0f} times as fast as quantstats: {faster}, {times:.1f}"
        )

    def table(self) -> Table:
        """Make the table for a terminal."""
        table = Table(
            title="CPU time of an account's records", box=None, padding=(0, 1, 0, 0), pad_edge=False
        )
        table.add_column(COLUMNS[0])
        table.add_column(COLUMNS[1], justify="right")
        table.add_column(COLUMNS[2])
        for row in self.rows():
            table.add_row(*row)
        return table

    def json(self) -> str:
        """Write everything, each round's seconds included."""
        content = {
            "taken": self.taken.isoformat(timespec="seconds"),
            "machine": asdict(self.machine),
            "goals": {"rows_a_second": ROWS_A_SECOND, "times_quantstats": TIMES_QUANTSTATS},
            "rows_a_second": round(self.measured.rows_a_second),
            "times_pandas": round(self.measured.times_pandas, 2),
            "times_quantstats": _rounded(self.measured.times_quantstats),
            "measured": asdict(self.measured),
        }
        return json.dumps(content, indent=2) + "\n"

    def markdown(self) -> str:
        """Write the table and its circumstances for the README."""
        lines = ["| " + " | ".join(COLUMNS) + " |", "|---|---:|---|"]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows()]
        machine, megabytes = self.machine, self.measured.memory / 2**20
        beside = [name for name in ("pandas", "quantstats") if name in machine.packages]
        versions = ", ".join(f"{name} {machine.packages[name]}" for name in beside)
        lines += [
            "",
            f"Measured on {self.taken:%Y-%m-%d} with `make bench`: {machine.cpus} × {machine.cpu}, "
            f"{machine.python}, {versions}. CPU time; at most {megabytes:,.0f} MB of memory, the other "
            "libraries' included.",
        ]
        return "\n".join(lines)


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.1f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
