"""The benchmark of the records: its contenders agree, and its verdict says what was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.machine import Machine
from benchmarks.records import BALANCE, RecordsMeasurement, measure_records, synthetic
from benchmarks.records_report import RecordsReport

TAKEN = datetime(2026, 1, 1, tzinfo=UTC)
MACHINE = Machine("a processor", 2, "Linux x86_64", "CPython 3.11.0", {"pandas": "3.0"}, 0.1)
MEASURED = RecordsMeasurement(
    trades=1000,
    import_seconds=0.01,
    import_wall_seconds=0.02,
    unchanged_seconds=0.005,
    read_seconds=0.001,
    kit_seconds=(0.1, 0.2, 0.9),
    pandas_seconds=(0.5, 0.6, 0.7),
    quantstats_seconds=(1.0, 1.0, 9.0),
    report_seconds=2.0,
    memory=300 * 2**20,
)


def test_contenders_when_run_then_they_agree_where_their_figures_mean_the_same(tmp_path: Path) -> None:
    """`measure_records` refuses any difference, so its measurement is the proof."""
    measured = measure_records(tmp_path, lambda what: None, trades=2500, rounds=1)
    assert measured.trades == 2500
    assert measured.rows_a_second > 0
    assert len(measured.kit_seconds) == 1


def test_records_when_made_then_each_id_once_and_in_order() -> None:
    records = [record for portion in synthetic(12_345) for record in portion]
    assert [record.trade_id for record in records] == list(range(1, 12_346))
    assert all(record.net_pnl < BALANCE for record in records)


def test_verdict_when_the_goals_are_met_then_said_with_the_figures() -> None:
    """1000 rows in a hundredth of a second; medians of 0.2 and 1 second."""
    assert RecordsReport(TAKEN, MACHINE, MEASURED).verdict() == (
        "Goal import >= 50,000 rows a second: met, 100,000. "
        "Goal metrics >= 5 times as fast as quantstats: met, 5.0"
    )


@pytest.mark.parametrize(
    ("quantstats", "said"),
    [((0.4, 0.4, 0.4), "quantstats: missed, 2.0"), (None, "quantstats: not measured")],
)
def test_verdict_when_a_goal_is_missed_then_said_so(quantstats: tuple[float, ...] | None, said: str) -> None:
    measured = replace(MEASURED, import_seconds=0.1, quantstats_seconds=quantstats)
    verdict = RecordsReport(TAKEN, MACHINE, measured).verdict()
    assert "missed, 10,000" in verdict
    assert verdict.endswith(said)


def test_markdown_when_written_then_a_row_for_each_time() -> None:
    text = RecordsReport(TAKEN, MACHINE, MEASURED).markdown()
    imported = "| Import of 1,000 trades into SQLite | 0.010 | 100,000 rows a second; 0.020 s by the clock |"
    assert imported in text
    assert "| What quantstats has of them | 1.0 | 5.0 times |" in text
    assert "at most 300 MB" in text
