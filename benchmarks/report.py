"""The figures as a table for a terminal, as JSON, and as a table in the README."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median

from rich.table import Table

from benchmarks.machine import Machine
from benchmarks.measure import Measurement
from benchmarks.scenarios import Contender

GOAL = 1.10
START_MARKER = "<!-- bench:start -->"
END_MARKER = "<!-- bench:end -->"
BACKTEST_MARKERS = (START_MARKER, END_MARKER)
COLUMNS = (
    "Trades",
    "In-trade candles",
    "Plain, µs a trade",
    "Kit, µs a trade",
    "Kit / plain",
    "Plain / plain",
    "Protections / plain",
)
# So that a terminal of 80 columns breaks headings, not figures.
WIDTHS = {"In-trade candles": 9, **dict.fromkeys(COLUMNS[4:], 11)}


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured, when and on what."""

    taken: datetime
    machine: Machine
    measurements: Sequence[Measurement]

    def rows(self) -> list[tuple[str, ...]]:
        """Give one row a scenario, in the order of `COLUMNS`."""
        return [self._row(scenario) for scenario in dict.fromkeys(m.scenario for m in self.measurements)]

    def verdict(self) -> str:
        """Say whether the kit kept to its goal."""
        kit = [m for m in self.measurements if m.contender is Contender.KIT]
        missed = [f"{m.scenario} ({m.ratio:.2f})" for m in kit if round(m.ratio, 2) > GOAL]
        if missed:
            return f"Goal kit / plain <= {GOAL:.2f}: missed at {', '.join(missed)}"
        return f"Goal kit / plain <= {GOAL:.2f}: met everywhere, worst {max(m.ratio for m in kit):.2f}"

    def table(self) -> Table:
        """Make the table for a terminal."""
        title = "CPU time of Freqtrade's backtest loop, the same trades each time"
        table = Table(title=title, box=None, padding=(0, 1, 0, 0), pad_edge=False)
        for column in COLUMNS:
            table.add_column(column, justify="right", min_width=WIDTHS.get(column))
        for row in self.rows():
            table.add_row(*(cell.replace(" (", "\n(") for cell in row))
        return table

    def json(self) -> str:
        """Write everything, each run's seconds included."""
        runs = [
            {
                **asdict(m),
                "ratio": round(m.ratio, 4),
                "median_seconds": round(median(m.seconds), 4),
                "microseconds_per_trade": round(m.microseconds_per_trade, 1),
            }
            for m in self.measurements
        ]
        content = {
            "taken": self.taken.isoformat(timespec="seconds"),
            "machine": asdict(self.machine),
            "goal": GOAL,
            "runs": runs,
        }
        return json.dumps(content, indent=2) + "\n"

    def markdown(self) -> str:
        """Write the table and its circumstances for the README."""
        lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---:|" * len(COLUMNS)]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows()]
        machine = self.machine
        lines += [
            "",
            f"Measured on {self.taken:%Y-%m-%d} with `make bench`: {machine.cpus} × {machine.cpu}, "
            f"{machine.python}, Freqtrade {machine.packages['freqtrade']}. CPU time of the backtest loop, "
            "medians of interleaved runs in several processes, with the range in brackets. Plain / plain is "
            "the noise of the measurement; the protections are Freqtrade's own four; “–” was not run.",
        ]
        return "\n".join(lines)

    def _row(self, scenario: str) -> tuple[str, ...]:
        by_contender = {m.contender: m for m in self.measurements if m.scenario == scenario}
        plain = by_contender[Contender.PLAIN]
        return (
            f"{plain.trades:,}",
            f"{plain.in_trade_candles:,}",
            f"{plain.microseconds_per_trade:,.0f}",
            f"{by_contender[Contender.KIT].microseconds_per_trade:,.0f}",
            *(
                _ratio(by_contender.get(contender))
                for contender in (Contender.KIT, Contender.CONTROL, Contender.PROTECTIONS)
            ),
        )


def _ratio(measurement: Measurement | None) -> str:
    if measurement is None:
        return "–"
    if len(measurement.ratios) == 1:
        return _digits(measurement.ratio)
    smallest, largest = min(measurement.ratios), max(measurement.ratios)
    return f"{_digits(measurement.ratio)} ({_digits(smallest)}–{_digits(largest)})"


def _digits(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def placed(text: str, table: str, markers: tuple[str, str] = BACKTEST_MARKERS) -> str:
    """Give a README's text with `table` between its two markers.

    Raises
    ------
    ValueError
        A marker is missing, or they are in the wrong order.
    """
    begin, close = markers
    before, start, rest = text.partition(begin)
    _, end, after = rest.partition(close)
    if not start or not end:
        raise ValueError(f"README.md needs the lines {begin} and {close}, in this order")
    return f"{before}{start}\n{table}\n{end}{after}"
