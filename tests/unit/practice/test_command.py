"""`riskkit practice` as a process: banner, overlay, its end, and what it says to bad input."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from freqtrade_riskkit.practice import FlatPrices, PracticeServer, config_overlay
from tests.support.command import clean_environment

COMMAND = "import typer; from freqtrade_riskkit.cli.practice import practice; typer.run(practice)"
GOOD_SCRIPT = "pair,offset_seconds,open,high,low,close,volume\nBTC/USDT,0,7,7,7,7,1\n"


def arguments(*options: str | Path) -> list[str]:
    return [sys.executable, "-c", COMMAND, *map(str, options)]


def run(*options: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments(*options), capture_output=True, text=True, timeout=60, env=clean_environment(), check=False
    )


@pytest.fixture
def served() -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Start the command on a free port; gives the process and its address, and ends it after the test."""
    processes: list[subprocess.Popen[str]] = []

    def start(*options: str | Path) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            arguments("--port", "0", *options),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
        )
        processes.append(process)
        assert process.stdout is not None
        banner = "".join(process.stdout.readline() for _ in range(4))
        assert banner.startswith("PRACTICE EXCHANGE. This is no real exchange"), process.communicate()
        found = re.search(r"http://127\.0\.0\.1:\d+", banner)
        assert found is not None
        return process, found[0]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_when_told_to_end_then_it_ends_cleanly(
    served: Callable[..., tuple[subprocess.Popen[str], str]], number: signal.Signals
) -> None:
    process, url = served("--shift")
    with urllib.request.urlopen(f"{url}/api/v3/ping") as response:
        assert response.read() == b"{}"

    process.send_signal(number)
    out, err = process.communicate(timeout=20)

    assert (process.returncode, out, err) == (0, "Practice exchange stopped.\n", "")
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0


def test_command_when_given_a_script_then_it_plays_it(
    served: Callable[..., tuple[subprocess.Popen[str], str]], tmp_path: Path
) -> None:
    script = tmp_path / "calm.csv"
    script.write_text(GOOD_SCRIPT)
    process, url = served("--script", script)

    with urllib.request.urlopen(f"{url}/api/v3/ticker/price?symbol=BTCUSDT") as response:
        assert json.load(response)["price"] == "7.00000000"
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{url}/api/v3/nothing")
    error.value.close()

    process.terminate()
    _, log = process.communicate(timeout=20)
    assert log.endswith("WARNING Unknown address asked for: GET /api/v3/nothing\n")


def test_print_config_when_asked_then_the_overlay_alone() -> None:
    done = run("--port", "8123", "--print-config")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == config_overlay("http://127.0.0.1:8123")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--candles", "{folder}/nowhere"],
            "nowhere is not a folder with candle files such as BTC_USDT-1h.feather",
        ),
        (["--candles", "{folder}"], "holds no candle files; they are named like BTC_USDT-1h.feather"),
        (
            ["--candles", "{folder}/bad"],
            "BTC_USDT-1h.feather is not a readable candle file: Not a Feather V1",
        ),
        (["--script", "{folder}/none.csv"], "none.csv is not a readable script: No such file or directory"),
        (["--script", "{folder}/bad.csv"], "bad.csv line 2: open must be in (0, 1e+09], was nan"),
        (["--script", "{folder}/bad.csv", "--shift"], "give it without --candles and --shift"),
        (["--host", "0.0.0.0"], "host must be a loopback address such as 127.0.0.1, was 0.0.0.0"),
        (["--port", "70000"], "port must be in 0 to 65535, was 70000"),
        (["--port", "0", "--print-config"], "--print-config needs the port"),
        (["--spread", "nan"], "spread must be in [0, 1), was"),
        (["--spread", "1.5"], "spread must be in [0, 1), was 1.5 (for 1 % write 0.01)"),
    ],
)
def test_command_when_given_bad_input_then_one_line_and_exit_code_2(
    tmp_path: Path, options: list[str], message: str
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "BTC_USDT-1h.feather").write_bytes(b"no feather at all, but long enough")
    (tmp_path / "bad.csv").write_text(GOOD_SCRIPT.replace("0,7,7", "0,nan,7"))

    done = run(*(option.replace("{folder}", str(tmp_path)) for option in options))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("riskkit practice: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_command_when_the_port_is_taken_then_one_line_and_exit_code_2() -> None:
    with PracticeServer(FlatPrices()) as server:
        port = server.port
        done = run("--port", str(port))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"riskkit practice: can't listen on 127.0.0.1 port {port}: "
        "Address already in use; choose another port\n"
    )
