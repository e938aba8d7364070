"""The benchmark's processes: the figures of all of them count, and none outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import pytest

from benchmarks.measure import TradesDifferError
from benchmarks.processes import ProcessEndedError, measure_in_processes
from benchmarks.progress import Progress
from benchmarks.scenarios import SCENARIOS, Contender, Scenario
from tests.live.waiting import wait_for
from tests.support.command import clean_environment

pytestmark = pytest.mark.timeout(180)

ROOT = Path(__file__).parents[2]
TINY = Scenario(
    *("tiny", 40, 4, 8, "1h", 0.004),
    processes=2,
    rounds=2,
    control_rounds=2,
    protections_rounds=1,
)


def test_processes_when_there_are_two_then_the_rounds_of_both_count(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Two rounds each, the protections in one of all four; every step is told, the second process's too."""
    measurements = measure_in_processes(TINY, Progress())

    assert {m.contender: (len(m.seconds), len(m.ratios)) for m in measurements} == {
        Contender.PLAIN: (4, 4),
        Contender.KIT: (4, 4),
        Contender.CONTROL: (2, 2),
        Contender.PROTECTIONS: (1, 1),
    }
    told = [line.partition(" s  ")[2] for line in capfd.readouterr().out.splitlines()]
    assert told[:3] == [
        "tiny, process 1 of 2: warming up",
        "tiny, process 1 of 2: making candles",
        "tiny, process 1 of 2: round 1 of 2, Plain",
    ]
    assert told[-1] == "tiny, process 2 of 2: round 2 of 2, WithKit"
    assert active_children() == []


def test_processes_when_trades_differ_in_one_then_the_caller_is_told() -> None:
    """41 trades don't divide over eight pairs: 40 are made."""
    with pytest.raises(TradesDifferError, match="^tiny: 40 trades were made, 41 planned$"):
        measure_in_processes(replace(TINY, trades=41), Progress())
    assert active_children() == []


def test_processes_when_one_breaks_off_then_the_caller_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    """A timeframe that is none; what the error was, the process has said itself."""
    with pytest.raises(ProcessEndedError, match="^tiny: process 1 ended with exit code 1$"):
        measure_in_processes(replace(TINY, timeframe="1x"), Progress())
    assert "Traceback" in capfd.readouterr().err


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A benchmark whose first process is at work, in a process group of its own as a terminal's is."""
    benchmark = subprocess.Popen(
        [sys.executable, "-m", "benchmarks", "--only", "20,000 trades"],
        cwd=ROOT,
        env=clean_environment({"TMPDIR": str(tmp_path)}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert benchmark.stdout is not None
        assert f"process 1 of {SCENARIOS[2].processes}: warming up" in benchmark.stdout.readline()
        yield benchmark
    finally:
        if _group_lives(benchmark.pid):
            os.killpg(benchmark.pid, signal.SIGKILL)
        benchmark.communicate()


def test_processes_when_interrupted_then_neither_process_nor_file_is_left(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Only the first process is told, so that the other can't have ended by itself."""
    running.send_signal(signal.SIGINT)

    running.communicate(timeout=30)
    assert running.returncode == -signal.SIGINT
    wait_for("the group to end", lambda: not _group_lives(running.pid), seconds=30)
    assert list(tmp_path.iterdir()) == []


def test_processes_when_the_first_one_is_killed_then_the_other_ends_too(
    running: subprocess.Popen[str],
) -> None:
    """Its rounds take more than a minute, and nobody would take their times."""
    running.kill()
    running.wait()

    wait_for("the group to end", lambda: not _group_lives(running.pid), seconds=30)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
