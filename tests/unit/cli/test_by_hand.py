"""`riskkit trip` and `riskkit reset`, with a bot's ledger and without one that answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from freqtrade_riskkit.ledger import AccountLedger, RequestRow, open_ledger
from tests.unit.cli.records import SECTION, exit_code, leave_mark

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("bare_surroundings")


@pytest.fixture
def user_data(tmp_path: Path) -> Path:
    made = tmp_path / "user_data"
    made.mkdir(exist_ok=True)
    return made


@pytest.fixture
def flag(user_data: Path) -> Path:
    return user_data / "riskkit.halt"


@pytest.fixture
def ledger(user_data: Path) -> Iterator[AccountLedger]:
    """The ledger that a bot keeps; its database lies where the config has it."""
    leave_mark(user_data.parent, "f1")
    opened = open_ledger("sqlite:///riskkit.sqlite", user_data, "main", "f1", MORNING)
    yield opened
    opened.close()


@contextmanager
def bot_that_answers(ledger: AccountLedger, answer: str) -> Iterator[list[RequestRow]]:
    """Take every request, as a bot's loop does."""
    taken: list[RequestRow] = []
    ended = threading.Event()

    def loop() -> None:
        while not ended.wait(0.02):
            for row in ledger.open_requests():
                ledger.answer_request(row.number, MORNING, answer)
                taken.append(row)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield taken
    finally:
        ended.set()
        thread.join()


def test_trip_when_the_bot_takes_it_then_told_when_and_exit_code_0(
    ledger: AccountLedger, config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with bot_that_answers(ledger, "tripped") as taken:
        code = exit_code("trip", "-c", config(), "--reason", "exchange\x1b[2J looks odd")
    assert code == 0
    assert capsys.readouterr().out == "Trip noticed by the bot at 2026-03-02 08:00:00 UTC: tripped.\n"
    (row,) = taken
    assert (row.kind, row.rule, row.text) == ("trip", None, "exchange[2J looks odd")


def test_reset_when_the_bot_takes_it_then_told_what_came_of_it(
    ledger: AccountLedger, config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with bot_that_answers(ledger, "nothing was tripped") as taken:
        assert exit_code("reset", "-c", config(), "--rule", "drawdown", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer == {
        "account_id": "main",
        "generation": 1,
        "request": 1,
        "rule": "drawdown",
        "asked_at": answer["asked_at"],
        "noticed": True,
        "taken_at": "2026-03-02T08:00:00+00:00",
        "answer": "nothing was tripped",
        "flag_file": None,
        "flag_file_is": None,
        "trouble": None,
        "note": None,
        "mode": "enforce",
    }
    (row,) = taken
    assert (row.kind, row.rule) == ("reset", "drawdown")


@pytest.mark.parametrize(("command", "verb"), [("trip", "Trip"), ("reset", "Reset")])
def test_command_when_no_bot_answers_in_time_then_exit_code_1_and_the_request_stays(
    ledger: AccountLedger,
    config: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    command: str,
    verb: str,
) -> None:
    assert exit_code(command, "-c", config(), "--wait", "0.3") == 1
    assert capsys.readouterr().out == (
        f"{verb} not noticed yet: no bot answered within 0.3 s; it will be taken at the bot's next loop.\n"
    )
    assert [row.kind for row in ledger.open_requests()] == [command]


def test_command_when_the_ledger_fails_while_it_waits_then_said_so(
    ledger: AccountLedger,
    config: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request, asked = AccountLedger.request, []

    def fails_later(self: AccountLedger, number: int) -> RequestRow | None:
        asked.append(number)
        if len(asked) > 1:
            raise self._store.unavailable("read", "disk I/O error")
        return request(self, number)

    monkeypatch.setattr(AccountLedger, "request", fails_later)
    assert exit_code("reset", "-c", config(), "--wait", "0.3") == 1
    assert "Reset not noticed yet: ledger (SQLite file" in capsys.readouterr().out
    assert len(ledger.open_requests()) == 1


@pytest.mark.parametrize("is_there", [False, True])
def test_trip_when_the_ledger_can_not_be_reached_then_the_flag_file_is_written(
    user_data: Path,
    flag: Path,
    config: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    is_there: bool,
) -> None:
    (user_data / "riskkit.sqlite").write_text("not a database at all, but long enough to be looked at")
    if is_there:
        flag.write_text("earlier\n")
    assert exit_code("trip", "-c", config(), "--reason", "halt\nnow", "--wait", "0") == 1
    shown = capsys.readouterr().out.splitlines()
    assert "not a database" in shown[0]
    assert shown[1] == f"Flag file {flag}: {'there already' if is_there else 'written'}."
    assert shown[2].startswith("Trip: a running bot takes it from the flag file at its next loop")
    assert flag.read_text() == ("earlier\n" if is_there else "halt\n")


def test_trip_when_neither_ledger_nor_flag_file_can_be_written_then_exit_code_2(
    user_data: Path,
    config: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (user_data / "riskkit.sqlite").write_text("not a database at all, but long enough to be looked at")
    open_file = Path.open

    def full(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == "riskkit.halt":
            raise OSError(28, "No space left on device")
        return open_file(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", full)
    assert exit_code("trip", "-c", config()) == 2
    assert "riskkit.halt can't be written: No space left on device" in capsys.readouterr().err


def test_command_when_there_are_no_records_then_exit_code_2_and_trip_names_the_flag_file(
    flag: Path, config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("trip", "-c", config()) == 2
    said = capsys.readouterr().err
    assert said.startswith("riskkit trip: no records of account main yet; a bot with the kit begins them")
    assert f"create {flag}" in said
    assert exit_code("reset", "-c", config()) == 2
    assert "no records of account main yet" in capsys.readouterr().err
    assert list(flag.parent.iterdir()) == []


def test_reset_when_the_flag_file_is_there_then_removed_and_said_so(
    ledger: AccountLedger, flag: Path, config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    flag.write_text("news")
    assert exit_code("reset", "-c", config(), "--rule", "drawdown", "--wait", "0") == 1
    assert flag.exists()
    assert exit_code("reset", "-c", config(), "--wait", "0") == 1
    assert not flag.exists()
    assert f"Flag file {flag}: removed." in capsys.readouterr().out


@pytest.mark.parametrize("trouble", [OSError(13, "Permission denied"), None])
def test_reset_when_the_flag_file_can_not_be_removed_then_the_bot_is_asked_all_the_same(
    ledger: AccountLedger,
    flag: Path,
    config: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trouble: OSError | None,
) -> None:
    """Nor is it removed where it may be more than a flag."""
    flag.write_bytes(b"" if trouble is not None else b"SQLite format 3\x00 and pages")

    def refuse(self: Path) -> None:
        if trouble is not None:
            raise trouble

    monkeypatch.setattr(Path, "unlink", refuse)
    assert exit_code("reset", "-c", config(), "--wait", "0") == 1
    said = "can't be removed from here (Permission denied)" if trouble is not None else "left where it is"
    assert f"Flag file {flag}: {said}" in capsys.readouterr().out.replace("\n", " ")
    assert flag.exists()
    assert len(ledger.open_requests()) == 1


def test_reset_when_the_ledger_can_not_be_reached_then_exit_code_2_with_another_way(
    user_data: Path, flag: Path, config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (user_data / "riskkit.sqlite").write_text("not a database at all, but long enough to be looked at")
    flag.write_text("")
    assert exit_code("reset", "-c", config()) == 2
    said = capsys.readouterr().err
    assert f"(flag file {flag}: removed)" in said
    assert "deleting the breaker's lock in FreqUI or Telegram resets it too" in said


def test_flag_file_when_the_config_names_another_then_that_one_counts(
    ledger: AccountLedger, user_data: Path, config: Callable[..., Path]
) -> None:
    other = user_data / "stop.now"
    other.write_text("")
    section = {**SECTION, "circuit_breaker": {"manual": {"flag_file": "stop.now"}}}
    exit_code("reset", "-c", config(section), "--wait", "0")
    assert not other.exists()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"account_id": "main"}, "the config has no breaker"),
        ({**SECTION, "mode": "off"}, "riskkit.mode is off"),
    ],
)
@pytest.mark.parametrize("command", ["trip", "reset"])
def test_command_when_no_breaker_would_act_then_exit_code_2(
    ledger: AccountLedger,
    config: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    command: str,
    section: Mapping[str, Any],
    said: str,
) -> None:
    assert exit_code(command, "-c", config(section)) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"riskkit {command}: ")
    assert said in shown
    assert shown.count("\n") == 1
    assert ledger.open_requests() == []


@pytest.mark.parametrize("command", ["trip", "reset"])
def test_command_when_the_account_is_unknown_then_exit_code_2_with_the_accounts_that_are_known(
    ledger: AccountLedger, config: Callable[..., Path], capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert exit_code(command, "-c", config({**SECTION, "account_id": "other"})) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"riskkit {command}: no records of account other yet; there are records of main")
    assert shown.count("\n") == 1
    assert ledger.open_requests() == []


@pytest.mark.parametrize("command", ["trip", "reset", "status"])
def test_command_when_names_of_accounts_hold_control_characters_then_they_are_spelled_out(
    user_data: Path, config: Callable[..., Path], capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """A name may come from anybody who shares the store."""
    open_ledger("sqlite:///riskkit.sqlite", user_data, "red\x1b[31m", "f1", MORNING).close()
    section = {name: value for name, value in SECTION.items() if name != "account_id"}
    assert exit_code(command, "-c", config(section, bot_name="mine\x1b[2J")) == 2
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert (
        r"no records of account mine\x1b[2J@binance:spot:dry yet; there are records of red\x1b[31m" in shown
    )


def test_trip_when_the_bot_only_observes_then_said_so(
    ledger: AccountLedger, config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code("trip", "-c", config({**SECTION, "mode": "observe"}), "--wait", "0")
    assert "riskkit.mode is observe: the bot records it and denies nothing." in capsys.readouterr().out


@pytest.mark.parametrize("wait", ["-1", "nan", "inf", "3601", "soon"])
def test_wait_when_it_is_no_time_to_wait_then_exit_code_2_and_nothing_is_asked(
    ledger: AccountLedger, config: Callable[..., Path], wait: str
) -> None:
    assert exit_code("trip", "-c", config(), f"--wait={wait}") == 2
    assert ledger.open_requests() == []


def test_rule_when_there_is_none_of_that_name_then_exit_code_2(
    config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("reset", "-c", config(), "--rule", "volcano") == 2
    assert "volcano" in capsys.readouterr().err
