"""`riskkit import` on values that SQLite keeps although their column is of another type."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from freqtrade_riskkit.host.trade_rows import last_closed_at
from tests.unit.cli.records import exit_code, write_config
from tests.unit.host.trade_database import NOON, change, put_trade

pytestmark = pytest.mark.usefixtures("bare_surroundings")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trades SET close_profit_abs = '1,5' WHERE id = 2",
        "UPDATE orders SET filled = '0,5' WHERE ft_trade_id = 2",
        "UPDATE trades SET close_date = 12345 WHERE id = 2",
        "UPDATE trades SET close_date = 'yesterday' WHERE id = 2",
        "UPDATE trades SET close_date = x'ff' WHERE id = 2",
        "UPDATE trades SET open_date = 'tomorrow' WHERE id = 2",
        "UPDATE trades SET enter_tag = x'ff' WHERE id = 2",
        "UPDATE trades SET pair = x'ff' WHERE id = 2",
        "UPDATE trades SET amount = 'much' WHERE id = 2",
    ],
    ids=[
        "profit",
        "filled",
        "date a number",
        "date a word",
        "date a blob",
        "open date a word",
        "tag no text",
        "pair no text",
        "amount",
    ],
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
    assert others[0].startswith("left out: trade 2 (")
    assert others[0].count("trade 2") == 1


def test_import_when_an_id_is_negative_then_its_trade_is_named_and_the_others_are_there(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_trade(1, minutes=1)
    put_trade(2, minutes=2)
    change(
        database,
        "UPDATE trades SET id = -7 WHERE id = 2",
        "UPDATE orders SET ft_trade_id = -7 WHERE ft_trade_id = 2",
    )

    assert exit_code("import", "-c", write_config(tmp_path), "--db", database) == 1

    first, second = capsys.readouterr().out.splitlines()
    assert "1 trades added" in first
    assert second.startswith("left out: trade -7 (BTC/USDT): trade_id must be from 0 ")


def test_import_when_the_newest_close_date_is_none_then_the_account_was_last_used_at_the_one_before(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 2, 3):
        put_trade(number, minutes=number)
    change(database, "UPDATE trades SET close_date = 'yesterday' WHERE id = 3")
    with closing(sqlite3.connect(database)) as connection:
        engine = create_engine("sqlite://", creator=lambda: connection)
        with engine.connect() as rows:
            assert last_closed_at(rows.execute) == NOON + timedelta(minutes=2)

    assert exit_code("import", "-c", write_config(tmp_path), "--db", database) == 1
    assert "close_date is no date: 'yesterday'" in capsys.readouterr().out
