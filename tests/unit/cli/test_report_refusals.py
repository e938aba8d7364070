"""Where `riskkit report` has nothing to show, and what --verify finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from freqtrade_riskkit.ledger import open_ledger
from tests.unit.cli.records import BEGAN, CLOSES, URL, at, exit_code, leave_records, write_config

pytestmark = pytest.mark.usefixtures("bare_surroundings")


def test_account_when_its_beginning_is_unknown_then_refused_alone_and_left_out_beside_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rather no figure than one against a guessed balance."""
    leave_records(tmp_path, CLOSES)
    leave_records(tmp_path, CLOSES, account="old", balance=None)
    config = write_config(tmp_path)
    assert exit_code("report", "-c", config, "--account", "old") == 2
    said = capsys.readouterr().err
    assert "the records of account old, generation 1, don't say with how much it began" in said
    assert exit_code("report", "-c", config, "--all", "--json") == 1
    shown = json.loads(capsys.readouterr().out)
    assert [account["account_id"] for account in shown["accounts"]] == ["main"]
    assert "account old" in shown["left_out"][0]
    assert exit_code("report", "-c", config, "--all") == 1
    assert "Left out: the records of account old" in capsys.readouterr().out


def test_facts_when_they_can_not_be_read_then_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = open_ledger(URL, tmp_path / "user_data", "main", "f1", BEGAN)
    ledger.save_state("account", '{"version": 99}', BEGAN)
    ledger.close()
    assert exit_code("report", "-c", write_config(tmp_path)) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert said.startswith("riskkit report: account main: what the account began with can't be read")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--account", "nobody"], "no records of account nobody yet; there are records of main"),
        (["--account", ""], "no records of account  yet; there are records of main"),
        (["--generation", "2"], "account main has no generation 2, it has 1"),
        (["--since", "yesterday"], "--since must be a date such as 2026-01-31"),
        (["--until", "2026-02-30"], "--until must be a date such as 2026-01-31"),
        (["--since", "2026-02-02", "--until", "2026-02-02"], "--since must be before --until"),
        (["--all", "--account", "main"], "--all shows every account"),
        (["--all", "--generation", "1"], "--all shows every account"),
        (["--verify", "--last", "3"], "--verify checks the whole store"),
        (["--last", "0"], "Invalid value for '--last'"),
        (["--by", "year"], "Invalid value for '--by'"),
        (["--csv", "missing/out.csv"], "--csv: missing/out.csv can't be written: No such file"),
    ],
)
def test_report_when_it_can_not_be_given_then_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    leave_records(tmp_path, CLOSES)
    assert exit_code("report", "-c", write_config(tmp_path), *arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    assert " ".join(said.split()) in shown.err


@pytest.mark.parametrize("arguments", [[], ["--all"], ["--verify"]])
def test_report_when_there_is_no_store_then_exit_code_2_and_none_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert exit_code("report", "-c", write_config(tmp_path), *arguments) == 2
    assert "no records" in capsys.readouterr().err
    assert list((tmp_path / "user_data").iterdir()) == []


def test_verify_when_the_store_is_clean_then_exit_code_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave_records(tmp_path, CLOSES)
    leave_records(tmp_path, [(5.0, at(2, 3))], account="other")
    config = write_config(tmp_path)
    assert exit_code("report", "-c", config, "--verify") == 0
    assert "Clean: 2 accounts" in capsys.readouterr().out
    assert exit_code("report", "-c", config, "--verify", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"clean": True, "findings": []}


def test_verify_when_a_record_was_moved_to_another_account_then_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave_records(tmp_path, CLOSES)
    leave_records(tmp_path, [], account="other")
    _change(tmp_path, "UPDATE riskkit_trades SET account_id = 'other' WHERE trade_id = 1")
    config = write_config(tmp_path)
    assert exit_code("report", "-c", config, "--verify") == 1
    shown = capsys.readouterr().out
    assert "altered" in shown
    assert "1 finding." in shown
    assert exit_code("report", "-c", config, "--verify", "--json") == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["kind"], finding["account_id"], finding["key"]) == ("altered", "other", "1")


def test_verify_when_the_file_is_something_else_then_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path)
    (tmp_path / "user_data" / "riskkit.sqlite").write_bytes(b"no database" * 1000)
    assert exit_code("report", "-c", config, "--verify") == 1
    assert "damaged" in capsys.readouterr().out
    assert exit_code("report", "-c", config) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def _change(folder: Path, statement: str) -> None:
    engine = create_engine(f"sqlite:///{folder / 'user_data' / 'riskkit.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
