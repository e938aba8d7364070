"""The command line as a whole: its commands, its exit codes, its errors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer

from freqtrade_riskkit.cli import main
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.version import __version__
from tests.support.command import clean_environment

SLOW = ("freqtrade", "pandas", "sqlalchemy", "uvicorn", "ccxt")


def run(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main.run(arguments)
    return int(ended.value.code or 0)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let a function stand behind the command `status`."""

    def put(function: Callable[[], object]) -> None:
        monkeypatch.setattr(main.Subcommand, "load", lambda self: function)

    return put


def test_entry_point_when_installed_then_it_is_run() -> None:
    (entry,) = entry_points(group="console_scripts", name="riskkit")
    assert entry.load() is main.run


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_when_asked_for_then_every_command_is_listed(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 0
    shown = capsys.readouterr().out
    assert all(f" {name} " in shown for name in main.COMMANDS)


def test_help_when_shown_then_nothing_slow_is_imported() -> None:
    """Freqtrade alone takes seconds, which nobody waits for who only looks for a command."""
    code = (
        "import sys\nfrom freqtrade_riskkit.cli.main import run\n"
        "try:\n    run(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {SLOW} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=clean_environment(), check=True
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("name", main.COMMANDS)
def test_command_when_listed_then_its_help_is_the_first_line_of_its_own(name: str) -> None:
    """The list of commands imports none of them, so it has the line twice."""
    function = main.COMMANDS[name].load()
    assert function.__doc__ is not None
    assert main.COMMANDS[name].help == function.__doc__.strip().splitlines()[0]


def test_version_when_asked_for_then_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"riskkit {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frobnicate"], "riskkit: No such command 'frobnicate'."),
        (["--frobnicate"], "riskkit: No such option: --frobnicate"),
        (["practice", "--port", "many"], "riskkit practice: Invalid value for '--port'"),
        (["wrap"], "riskkit wrap: Missing argument"),
    ],
)
def test_usage_when_wrong_then_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 1
    assert answer.err.startswith(said)


def test_refusal_when_it_has_several_lines_then_one_is_printed_and_exit_code_2(
    command: Callable[[Callable[[], object]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise Refused("this is wrong:\n  write that")

    command(refuse)
    assert run(["status"]) == 2
    assert capsys.readouterr().err == "riskkit status: this is wrong: write that\n"


@pytest.mark.parametrize("code", [0, 1, 2, 130])
def test_exit_code_when_a_command_gives_one_then_the_process_ends_with_it(
    command: Callable[[Callable[[], object]], None], code: int
) -> None:
    def leave() -> None:
        raise typer.Exit(code)

    command(leave)
    assert run(["status"]) == code


def test_bug_when_a_command_has_one_then_it_is_not_hidden(
    command: Callable[[Callable[[], object]], None],
) -> None:
    """Only what a user can put right is worth a single line."""

    def break_down() -> None:
        raise ZeroDivisionError

    command(break_down)
    with pytest.raises(ZeroDivisionError):
        main.run(["status"])


def test_output_when_its_reader_is_gone_then_no_traceback(tmp_path: Path) -> None:
    """As in ``riskkit schema | head -1``."""
    script = f"{sys.executable} -c 'from freqtrade_riskkit.cli.main import run; run()' schema | head -1"
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        env=clean_environment(),
        cwd=tmp_path,
        check=True,
    )
    assert "Traceback" not in done.stderr
