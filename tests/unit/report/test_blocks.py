"""Tables that are wider than the terminal: parted into blocks, and no figure is cut."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from freqtrade_riskkit.report.blocks import Column, print_in_blocks

LABELS = Column("Figure", ["Trades", "Max drawdown with open positions in money"])


def printed(width: int, columns: list[Column]) -> list[str]:
    file = StringIO()
    print_in_blocks(Console(file=file, width=width, highlight=False), "Accounts", LABELS, columns)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 500])
def test_table_when_columns_are_many_then_each_cell_once_in_order_and_no_line_is_too_wide(width: int) -> None:
    columns = [Column(f"[b]bot{n}[/]", [str(100 + n), f"-{n}.50 USDT"], folds=True) for n in range(30)]

    lines = printed(width, columns)

    trades = [word for line in lines if line.startswith("Trades") for word in line.split()[1:]]
    assert trades == [str(100 + number) for number in range(30)]
    assert sum("USDT" in line for line in lines) == sum(line.startswith("Trades") for line in lines)
    assert "…" not in "".join(lines)
    assert max(map(len, lines)) <= width


def test_table_when_one_figure_is_wider_than_the_terminal_then_it_goes_on_in_the_next_line() -> None:
    lines = printed(30, [Column("main", ["9" * 50, "1"]), Column("other", ["2", "3"])])

    assert "".join(lines).count("9") == 50
    assert max(map(len, lines)) <= 30


def test_table_when_the_terminal_is_wide_enough_then_one_block_and_nothing_wraps() -> None:
    lines = [line.rstrip() for line in printed(80, [Column("main", ["6", "1.00 USDT"])])]

    assert lines[1:3] == ["Accounts", f"{'Figure':44}     main"]
    assert lines[4:6] == [f"{'Trades':44}        6", f"{LABELS.cells[1]:44}1.00 USDT"]


def test_heading_when_it_is_words_then_it_wraps_between_them() -> None:
    lines = printed(32, [Column("Net profit", ["1", "2"]), Column("Expectancy", ["3", "4"])])

    assert sum("Expectancy" in line for line in lines) == 1
