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

from freqtrade_riskkit.host.account import account_id
from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.practice import FlatPrices, PracticeServer, config_overlay
from tests.support.command import clean_environment

COMMAND = "from freqtrade_riskkit.cli.main import run; run()"
GOOD_SCRIPT = "pair,offset_seconds,open,high,low,close,volume\nBTC/USDT,0,7,7,7,7,1\n"


def arguments(*options: str | Path) -> list[str]:
    return [sys.executable, "-c", COMMAND, "practice", *map(str, options)]


def run(*options: str | Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; `home` is where it keeps its state."""
    env = clean_environment({} if home is None else {"XDG_STATE_HOME": str(home)})
    return subprocess.run(
        arguments(*options), capture_output=True, text=True, timeout=60, env=env, check=False
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


def test_print_config_when_asked_then_the_overlay_with_the_first_accounts_key(tmp_path: Path) -> None:
    done, again, other = (
        run("--port", "8123", "--print-config", *options, home=tmp_path)
        for options in ([], [], ["--account", "mirror"])
    )

    printed = json.loads(done.stdout)
    exchange = printed["exchange"]
    key, secret = exchange.pop("key"), exchange.pop("secret")
    assert (done.returncode, done.stderr) == (0, "")
    assert printed == config_overlay("http://127.0.0.1:8123", account="main")
    assert (key[:11], secret[:14]) == ("PRACTICEKEY", "PRACTICESECRET")
    assert again.stdout == done.stdout
    assert json.loads(other.stdout)["exchange"]["key"] != key


def test_print_config_when_a_bot_rehearses_with_it_then_its_account_is_no_real_bots(tmp_path: Path) -> None:
    real = {"bot_name": "freqtrade", "trading_mode": "spot", "exchange": {"name": "binance"}}
    names = {account_id(None, real, Run.LIVE)}
    for account in ("main", "mirror"):
        printed = run("--port", "8123", "--print-config", "--account", account, home=tmp_path).stdout
        names.add(account_id(None, {**real, **json.loads(printed)}, Run.LIVE))
    assert names == {
        "freqtrade@binance:spot:live",
        "practice-main@binance:spot:live",
        "practice-mirror@binance:spot:live",
    }


def test_print_faketime_when_an_exchange_runs_then_how_far_it_is_ahead(
    served: Callable[..., tuple[subprocess.Popen[str], str]], tmp_path: Path
) -> None:
    state = tmp_path / "state.sqlite"
    served("--scenario", "crash", "--speed", "100", "--state", state)
    ahead, speed = run("--state", state, "--print-faketime").stdout.split()
    overlay = json.loads(run("--port", "1", "--state", state, "--speed", "100", "--print-config").stdout)

    assert float(ahead) > 10
    assert speed == "x100"
    assert overlay["exchange"]["ccxt_config"]["options"]["recvWindow"] == 60_000


def test_command_when_killed_and_resumed_then_accounts_are_as_they_were(
    served: Callable[..., tuple[subprocess.Popen[str], str]], tmp_path: Path
) -> None:
    state = tmp_path / "state.sqlite"
    options = ("--scenario", "crash", "--state", state)
    process, url = served(*options)
    overlay = json.loads(run("--port", "1", "--state", state, "--print-config").stdout)
    token = run("--state", state, "--print-token").stdout.strip()

    def ask(url: str, path: str, words: dict[str, object] | None = None) -> dict[str, object]:
        data = None if words is None else json.dumps(words).encode()
        request = urllib.request.Request(url + path, data, {"X-Practice-Token": token})
        with urllib.request.urlopen(request) as response:
            found: dict[str, object] = json.load(response)
            return found

    words = {"do": "foreign_order", "account": "main", "pair": "BTC/USDT", "side": "BUY", "amount": 0.01}
    ask(url, "/practice/do", words)
    before = ask(url, "/practice/accounts/main")
    process.kill()
    process.communicate()
    _, url = served(*options, "--resume")

    assert ask(url, "/practice/accounts/main") == before
    assert json.loads(run("--port", "1", "--state", state, "--print-config").stdout) == overlay
    assert len(before["trades"]) >= 1  # type: ignore[arg-type]


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
        (["--scenario", "doom"], "there is no scenario 'doom': give a file, or one of crash, flash_gap"),
        (["--scenario", "crash", "--shift"], "give it without other price options"),
        (["--scenario", "{folder}/bad.yaml"], "bad.yaml: about: Field required"),
        (["--port", "8123", "--print-config", "--account", "nobody"], "there is no account 'nobody'"),
        (["--state", "{folder}/none.sqlite", "--print-faketime"], "needs the state of a running exchange"),
        (["--port", "0", "--print-token"], "--print-token needs --state or the port"),
        (["--port", "0", "--state", "{folder}"], "can't hold a practice exchange's state"),
        (["--port", "0", "--speed", "0"], "speed must be in (0, 1000], was 0"),
        (["--spread", "1.5"], "spread must be in [0, 1), was 1.5 (for 1 % write 0.01)"),
    ],
)
def test_command_when_given_bad_input_then_one_line_and_exit_code_2(
    tmp_path: Path, options: list[str], message: str
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "BTC_USDT-1h.feather").write_bytes(b"no feather at all, but long enough")
    (tmp_path / "bad.yaml").write_text("{}")
    (tmp_path / "bad.csv").write_text(GOOD_SCRIPT.replace("0,7,7", "0,nan,7"))

    done = run(*(option.replace("{folder}", str(tmp_path)) for option in options), home=tmp_path / "home")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("riskkit practice: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_command_when_the_port_is_taken_then_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with PracticeServer(FlatPrices()) as server:
        port = server.port
        done = run("--port", str(port), home=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"riskkit practice: can't listen on 127.0.0.1 port {port}: "
        "Address already in use; choose another port\n"
    )
