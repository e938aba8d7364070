"""`riskkit demo`: what a new user sees first, run as that user runs it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.waiting import wait_for
from tests.support.command import clean_environment
from tests.support.riskkit_command import command_line, riskkit

pytestmark = pytest.mark.timeout(300)

CRASH_DAY = "2024-08-05"
DEADLINE_SECONDS = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path has spaces."""
    return tmp_path_factory.mktemp("a path with spaces") / "riskkit demo"


@pytest.fixture(scope="module")
def first(folder: Path) -> subprocess.CompletedProcess[str]:
    """The first run, printed for a person."""
    return riskkit("demo", "--dir", folder, cwd=folder.parent)


@pytest.fixture(scope="module")
def second(folder: Path, first: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The run after it, in the same folder, as JSON."""
    done = riskkit("demo", "--dir", folder, "--json", cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def processes_of(folder: Path) -> list[int]:
    """Give the processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                place = (entry / "cwd").readlink()
            except OSError:
                continue
            if place.is_relative_to(folder):
                found.append(int(entry.name))
    return found


def exchange_answers(folder: Path) -> bool:
    """Say whether something listens where the demo's exchange was."""
    overlay = json.loads((folder / "practice.json").read_text(encoding="utf-8"))
    address = overlay["exchange"]["ccxt_config"]["urls"]["api"]["public"]
    host, port = address.removeprefix("http://").partition("/")[0].split(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def test_demo_when_run_then_both_runs_trips_denials_metrics_and_files_are_shown(
    first: subprocess.CompletedProcess[str], folder: Path
) -> None:
    assert first.returncode == 0, first.stderr
    shown = first.stdout
    assert "without the kit" in shown
    assert "with the kit" in shown
    for row in ("Trades", "Profit", "Max drawdown", "Worst day", f"Profit on {CRASH_DAY}"):
        assert f"\n{row} " in shown
    assert f"The breaker tripped on {CRASH_DAY} " in shown
    assert "DAILY_LOSS_EXCEEDED" in shown
    assert "Denied: ENTRY_COOLDOWN" in shown
    assert "Profit factor" in shown
    files = [Path(line.partition(": ")[2]) for line in shown.splitlines() if f": {folder}" in line]
    assert len(files) == 9
    assert all(file.is_file() for file in files)


def test_demo_when_run_again_then_the_same_figures_from_results_of_its_own(
    second: dict[str, Any], folder: Path
) -> None:
    results = sorted((folder / "user_data" / "backtest_results").glob("*.zip"))
    assert len(results) == 4
    assert {run["result_file"] for run in second["runs"].values()} == set(map(str, results[2:]))


def test_breaker_when_the_market_crashed_then_it_tripped_on_that_day(second: dict[str, Any]) -> None:
    """Read from the kit's file beside Freqtrade's result."""
    file = Path(second["runs"]["on"]["riskkit_file"])
    kit = json.loads(file.read_text(encoding="utf-8"))["strategies"]["RiskKitDemo"]
    assert kit["breaker_simulated"] is True
    on_the_day = [trip for trip in kit["trips"] if trip["at"].startswith(CRASH_DAY)]
    assert [trip["code"] for trip in on_the_day] == ["DAILY_LOSS_EXCEEDED"]
    assert on_the_day[0]["value"] >= on_the_day[0]["limit"] > 0


def test_runs_when_compared_then_the_kit_alone_makes_the_difference(second: dict[str, Any]) -> None:
    """With mode off there is no kit's file; with the kit the crash costs less, and days add up."""
    off, on = second["runs"]["off"], second["runs"]["on"]
    assert (off["riskkit"], off["riskkit_file"]) == (None, None)
    assert off["days"][CRASH_DAY] < on["days"][CRASH_DAY] < 0
    for run in (off, on):
        assert run["trades"] == run["wins"] + run["losses"] + run["draws"] > 300
        assert sum(run["days"].values()) == pytest.approx(run["profit"])
    assert on["riskkit"]["metrics"]["net_profit"] == pytest.approx(on["profit"])
    assert on["riskkit"]["metrics"]["max_drawdown"] == pytest.approx(on["max_drawdown"])


def test_demo_when_it_ended_then_nothing_is_left_running(second: dict[str, Any], folder: Path) -> None:
    assert processes_of(folder) == []
    assert not exchange_answers(folder)


def test_demo_when_freqtrade_fails_then_one_line_names_its_log(tmp_path: Path) -> None:
    """The strategy of the folder is what runs, so it can break."""
    folder = tmp_path / "demo"
    strategy = folder / "user_data" / "strategies" / "riskkit_demo.py"
    strategy.parent.mkdir(parents=True)
    (folder / ".riskkit-demo").touch()
    strategy.write_text("class RiskKitDemo(Nothing):\n    pass\n", encoding="utf-8")
    done = riskkit("demo", "--dir", folder, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("riskkit demo: ")]
    assert line.startswith("riskkit demo: freqtrade failed (exit code 2): Impossible to load Strategy")
    assert line.endswith(f"all that it said is in {folder / 'freqtrade-off.log'}")
    assert "Traceback" not in done.stderr
    assert not exchange_answers(folder)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo whose Freqtrade is at work."""
    demo = subprocess.Popen(
        command_line("demo", "--dir", tmp_path / "demo"),
        cwd=tmp_path,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        log = tmp_path / "demo" / "freqtrade-off.log"
        wait_for("Freqtrade to begin", lambda: log.is_file() and log.stat().st_size > 0)
        assert len(processes_of(tmp_path / "demo")) == 1
        yield demo
    finally:
        demo.kill()
        demo.communicate()
        for process in processes_of(tmp_path / "demo"):
            os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_when_interrupted_then_nothing_is_left_running(
    running: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    running.send_signal(number)
    shown, said = running.communicate(timeout=DEADLINE_SECONDS)
    assert running.returncode == 128 + number
    assert shown == ""
    assert said.splitlines()[-1] == "riskkit demo: interrupted; nothing is left running"
    assert "Traceback" not in said
    assert processes_of(tmp_path / "demo") == []
    assert not exchange_answers(tmp_path / "demo")
