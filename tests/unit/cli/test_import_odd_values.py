"""`riskkit import` on values that SQLite keeps although their column is of another type."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.records import exit_code, write_config
from tests.unit.host.trade_database import change, put_trade

pytestmark = pytest.mark.usefixtures("bare_surroundings")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trades SET close_profit_abs = '1,5' WHERE id = 2",
        "UPDATE orders SET filled = '0,5' WHERE ft_trade_id = 2",
        "UPDATE trades SET close_date = 12345 WHERE id = 2",
        "UPDATE trades SET close_date = 'yesterday' WHERE id = 2",
        "UPDATE trades SET enter_tag = x'ff' WHERE id = 2",
    ],
    ids=["profit", "filled", "date a number", "date a word", "tag no text"],
)
def test_import_when_a_value_is_of_another_type_then_its_trade_is_named_and_the_others_are_there(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], statement: str
) -> None:
    for number in (1, 2, 3):
        put_trade(number, minutes=number)
    change(database, statement)

    assert exit_code("import", "-c", write_config(tmp_path), "--db", database) == 1

    first, *others = capsys.readouterr().out.splitlines()
    assert "2 trades added" in first
    assert "1 left out" in first
    assert "trade 2" in others[0]
