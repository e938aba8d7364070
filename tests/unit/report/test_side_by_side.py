"""Two runs beside each other: every figure as it is, whichever run it speaks for."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from freqtrade_riskkit.report.side_by_side import RunFigures, difference, print_side_by_side

DAY = "2024-08-05"
PLAIN = RunFigures(
    name="without the kit",
    currency="USDT",
    trades=10,
    wins=4,
    losses=5,
    draws=1,
    profit=120.0,
    profit_ratio=0.12,
    max_drawdown=0.2,
    max_drawdown_abs=210.0,
    longest_loss_streak=3,
    market_change=0.5,
    days={"2024-08-04": 10.0, DAY: -80.5, "2024-08-06": 190.5},
)


def printed(*runs: RunFigures, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_side_by_side(console, runs, DAY, "A [title]")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_table_when_printed_then_each_run_has_its_own_figures() -> None:
    guarded = replace(PLAIN, name="with the kit", trades=7, profit=-3.0, profit_ratio=-0.003, days={})
    rows = {line[:24].strip(): line[24:].split("  ") for line in printed(PLAIN, guarded).splitlines()}
    cells = {label: [cell.strip() for cell in row if cell.strip()] for label, row in rows.items()}
    assert cells["Trades"] == ["10", "7"]
    assert cells["Wins / losses / draws"] == ["4 / 5 / 1", "4 / 5 / 1"]
    assert cells["Profit"] == ["120.00 USDT (12.00%)", "-3.00 USDT (-0.30%)"]
    assert cells["Max drawdown"] == ["210.00 USDT (20.00%)", "210.00 USDT (20.00%)"]
    assert cells["Worst day"] == ["-80.50 USDT (2024-08-05)", "–"]
    assert cells["Profit on 2024-08-05"] == ["-80.50 USDT", "0.00 USDT"]


def test_table_when_the_terminal_has_80_columns_then_nothing_is_cut_or_wrapped() -> None:
    """With the amounts of the demo's account of 1,000 USDT."""
    big = replace(PLAIN, profit=-123.45, max_drawdown_abs=123.45, days={DAY: -123.45})
    shown = printed(big, big)
    assert "A [title]" in shown
    assert "…" not in shown
    assert shown.count("-123.45 USDT (2024-08-05)") == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"profit": 130.0}, "With the kit the account ended 10.00 USDT higher."),
        ({"profit": 20.0}, "With the kit the account ended 100.00 USDT lower."),
        ({"days": {DAY: -90.5}}, "On 2024-08-05 it fared 10.00 USDT worse."),
        ({"days": {DAY: 19.5}}, "On 2024-08-05 it fared 100.00 USDT better."),
        ({"max_drawdown": 0.3}, "Its largest drawdown was larger: 30.00% against 20.00%."),
        ({"max_drawdown": 0.1}, "Its largest drawdown was smaller: 10.00% against 20.00%."),
        ({}, "Its largest drawdown was the same: 20.00% against 20.00%."),
        ({"days": {DAY: -200.0}}, "Its worst day was worse: -200.00 USDT against -80.50 USDT."),
    ],
)
def test_difference_when_the_kit_did_better_or_worse_then_said_as_it_is(
    change: dict[str, object], said: str
) -> None:
    guarded = replace(PLAIN, **change)  # type: ignore[arg-type]
    assert said in difference(PLAIN, guarded, DAY)


def test_worst_day_when_two_are_equal_then_the_earlier() -> None:
    run = replace(PLAIN, days={"2024-08-06": -5.0, "2024-08-05": -5.0, "2024-08-07": 1.0})
    assert run.worst_day == "2024-08-05"
    assert run.worst_profit == -5.0
