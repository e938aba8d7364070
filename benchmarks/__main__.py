"""``python -m benchmarks``: time the kit in real backtests, and its records."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from freqtrade.system import gc_set_threshold
from rich.console import Console

from benchmarks.machine import this_machine
from benchmarks.measure import TradesDifferError
from benchmarks.processes import ProcessEndedError, measure_in_processes
from benchmarks.progress import Progress
from benchmarks.records import ROUNDS, FiguresDifferError, measure_records
from benchmarks.records_report import RECORDS_MARKERS, RecordsReport
from benchmarks.report import BACKTEST_MARKERS, Report, placed
from benchmarks.scenarios import SCENARIOS, Scenario

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
RECORDS_RESULTS = FOLDER / "records.json"
RECORDS = "records"
README = FOLDER.parent / "README.md"


def main() -> int:
    """Run what the command line asks for; 1 where nothing can be compared, 2 for wrong usage."""
    options = _options()
    scenarios = [_chosen(scenario, options) for scenario in SCENARIOS if options.only in scenario.name]
    records = options.only in RECORDS
    if not scenarios and not records:
        print(f"--only: no run is called {options.only!r}", file=sys.stderr)
        return 2
    gc_set_threshold()  # as the freqtrade command does; the processes of the backtests do so themselves
    console = Console()
    if options.write_readme:
        try:
            for markers in (BACKTEST_MARKERS, RECORDS_MARKERS):
                placed(README.read_text(encoding="utf-8"), "", markers)
        except ValueError as error:
            print(f"--write-readme: {error}", file=sys.stderr)
            return 2
    try:
        if scenarios:
            _run_backtests(scenarios, options, console)
        if records:
            _run_records(options, console)
    except (TradesDifferError, FiguresDifferError) as error:
        print(f"The times can't be compared: {error}", file=sys.stderr)
        return 1
    except ProcessEndedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run_backtests(scenarios: Sequence[Scenario], options: argparse.Namespace, console: Console) -> None:
    taken, machine, progress = datetime.now(UTC), this_machine(), Progress()
    measured = [m for scenario in scenarios for m in measure_in_processes(scenario, progress)]
    progress("done")
    report = Report(taken, machine, measured)
    console.print(report.table(), report.verdict(), sep="\n")
    if options.only or options.rounds is not None:
        console.print("Only a part was run: nothing was written.")
        return
    _write(RESULTS, report.json(), console)
    if options.write_readme:
        _write(README, placed(README.read_text(encoding="utf-8"), report.markdown()), console)


def _run_records(options: argparse.Namespace, console: Console) -> None:
    """Take the times of the records; they are one run, so that `--only records` writes them, too."""
    machine = this_machine()
    progress = Progress()
    with TemporaryDirectory(prefix="riskkit-bench-") as root:
        measured = measure_records(Path(root), progress, rounds=options.rounds or ROUNDS)
    progress("done")
    report = RecordsReport(datetime.now(UTC), machine, measured)
    console.print(report.table(), report.verdict(), sep="\n")
    if options.rounds is not None:
        console.print("Other rounds than usual: nothing was written.")
        return
    _write(RECORDS_RESULTS, report.json(), console)
    if options.write_readme:
        text = README.read_text(encoding="utf-8")
        _write(README, placed(text, report.markdown(), RECORDS_MARKERS), console)


def _write(file: Path, text: str, console: Console) -> None:
    file.write_text(text, encoding="utf-8")
    console.print(f"Written: {file.relative_to(FOLDER.parent)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time the kit in real backtests, and a million of its records.",
    )
    parser.add_argument("--write-readme", action="store_true", help="put the table into README.md")
    parser.add_argument(
        "--only", default="", metavar="NAME", help="only runs whose name contains NAME; records are one"
    )
    parser.add_argument(
        "--rounds", type=int, metavar="N", help="N rounds of everything that is run, in each of its processes"
    )
    parser.add_argument(
        "--all-protections",
        action="store_true",
        help="run Freqtrade's protections at every size, once (20,000 trades take some twenty minutes)",
    )
    options = parser.parse_args()
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def _chosen(scenario: Scenario, options: argparse.Namespace) -> Scenario:
    asked = options.rounds
    return replace(
        scenario,
        rounds=asked or scenario.rounds,
        control_rounds=asked * scenario.processes if asked else scenario.control_rounds,
        protections_rounds=max(scenario.protections_rounds, int(options.all_protections)),
    )


if __name__ == "__main__":
    sys.exit(main())
