"""What `riskkit report` shows: tables without a total, lines of CSV, hostile names."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.records import CLOSES, at, exit_code, leave_records, write_config

pytestmark = pytest.mark.usefixtures("bare_surroundings")

HOSTILE = "=cmd|'/c calc'!A1 \"x\"/[bold red]y[/]\n\x1b[31mz"


def test_table_when_accounts_stand_beside_each_other_then_no_total(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """6 and 1 trades: no 7 anywhere. Profits of −28 and 5: no −23."""
    leave_records(tmp_path, CLOSES)
    leave_records(tmp_path, [(5.0, at(2, 3))], account="other")
    config = write_config(tmp_path)
    assert exit_code("report", "-c", config, "--all", "--until", "2026-03-01") == 0
    shown = capsys.readouterr().out
    rows = {line.split("  ")[0].strip(): line.split() for line in shown.splitlines() if line.strip()}
    assert rows["Trades"] == ["Trades", "6", "1"]
    assert rows["Net profit"] == ["Net", "profit", "-28.00", "USDT", "5.00", "USDT"]
    assert "-23.00" not in shown
    assert "Accounts are never added up: each column stands for itself." in shown


def test_table_when_one_account_is_shown_then_every_metric_with_its_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave_records(tmp_path, CLOSES)
    config = write_config(tmp_path)
    assert exit_code("report", "-c", config, "--by", "week", "--until", "2026-02-03") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Account main, generation 1 of 1, USDT" in shown
    assert "2026-01-01 00:00 to 2026-02-03 00:00 UTC, opened with 1000.00 USDT." in shown
    for said in (
        "Win rate 33.33%",
        "Net profit -28.00 USDT",
        "Max drawdown 11.64%",
        "Most trades in a row without a win 3",
        "Average time in a trade 0:30:00",
        "2026-W05 5 2 / 2 / 1 80.00 40.00% 16.00 2.00 7.27%",
        "2026-W06 1 0 / 1 / 0 -108.00 0.00% -108.00 0.00 10.00%",
    ):
        assert said in shown


def test_csv_when_written_then_a_line_for_each_account(tmp_path: Path, answer: Callable[..., Any]) -> None:
    leave_records(tmp_path, CLOSES)
    leave_records(tmp_path, [(5.0, at(2, 3))], account="other")
    file = tmp_path / "out.csv"
    reports = answer("--all", "--csv", file, "--until", "2026-03-01")["accounts"]
    rows = _rows(file)
    assert [row["account_id"] for row in rows] == ["main", "other"]
    for row, report in zip(rows, reports, strict=True):
        for name, value in report["metrics"].items():
            assert row[name] == ("" if value is None else str(value)), name
        assert row["equity_peak"] == ""


def test_csv_when_a_trend_is_asked_for_then_a_line_for_each_period(
    tmp_path: Path, answer: Callable[..., Any]
) -> None:
    leave_records(tmp_path, CLOSES)
    file = tmp_path / "out.csv"
    answer("--csv", file, "--by", "month")
    rows = _rows(file)
    assert [(row["by"], row["since"], row["trades"]) for row in rows] == [
        ("month", "2026-01-01T00:00:00+00:00", "4"),
        ("month", "2026-02-01T00:00:00+00:00", "2"),
    ]


def test_name_when_hostile_then_shown_and_never_obeyed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No markup, no escape sequence, no formula, no second line."""
    leave_records(tmp_path, CLOSES, account=HOSTILE, currency="@SUM(A1)")
    file = tmp_path / "out.csv"
    config = write_config(tmp_path)
    for arguments in (["--account", HOSTILE, "--by", "day"], ["--all", "--by", "day", "--csv", file]):
        assert exit_code("report", "-c", config, *arguments) == 0
        shown = capsys.readouterr().out
        assert "\x1b" not in shown
        assert "[boldred]y[/]\\n\\x1b[31mz" in shown.replace("\n", "").replace(" ", "")
    row = _rows(file)[-1]
    assert row["account_id"] == "'=cmd|'/c calc'!A1 \"x\"/[bold red]y[/]\\n\\x1b[31mz"
    assert row["currency"] == "'@SUM(A1)"
    assert row["net_profit"] == "-108.0"


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.mark.parametrize(("accounts", "width"), [(4, 80), (6, 120), (12, 80)])
def test_table_when_accounts_are_more_than_the_terminal_is_wide_then_each_figure_of_each_is_there(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    accounts: int,
    width: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for number in range(accounts):
        leave_records(tmp_path, CLOSES, account=f"bot{number}@binance:spot:live")
    config = write_config(tmp_path, account="bot0@binance:spot:live")

    assert exit_code("report", "-c", config, "--all", "--until", "2026-03-01") == 0

    lines = capsys.readouterr().out.splitlines()
    for figure, value in (("Trades  ", "6"), ("Win rate  ", "33.33%"), ("Max drawdown  ", "11.64%")):
        shown = [word for line in lines if line.startswith(figure) for word in line[len(figure) :].split()]
        assert shown == [value] * accounts
    assert max(map(len, lines)) <= width
