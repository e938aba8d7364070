"""What `riskkit import` refuses: databases that are none, or not of this account, and options."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from freqtrade.persistence import Trade

from tests.unit.cli.records import exit_code, write_config
from tests.unit.host.trade_database import change, put_trade, settle

pytestmark = pytest.mark.usefixtures("bare_surroundings")

REFUSED = {
    "missing": "there is no Freqtrade database ",
    "a folder": "there is no Freqtrade database ",
    "no database": "can't be read: file is not a database",
    "no columns": "is of an unknown version, it lacks trades.is_short, orders.ft_price",
    "no currency": "is of an unknown version, it lacks trades.stake_currency",
    "no tables": "is of an unknown version, it lacks trades, orders",
    "empty": "holds no trades",
    "other currency": "holds trades of the stake currency BTC, the config's is USDT: they belong to another",
    "other exchange": "holds trades of the exchange kraken, the config's is binance: they belong to another",
    "wrong password": "PostgreSQL database trades at 127.0.0.1:1 can't be read: ",
    "mysql": "must begin with sqlite:/// or postgresql://, was mysql://",
}


@pytest.mark.parametrize("case", REFUSED)
def test_import_when_the_database_is_not_one_then_refused_in_one_line_and_nothing_is_written(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    named: str | Path = database
    if case != "empty":
        put_trade(1, minutes=1)
    Trade.session.remove()
    if case == "missing":
        named = tmp_path / "nothing.sqlite"
    elif case == "a folder":
        named = tmp_path
    elif case == "no database":
        named = tmp_path / "text.sqlite"
        named.write_text("this is no database, however long one looks at it " * 100)
    elif case == "no columns":
        change(database, "ALTER TABLE trades DROP COLUMN is_short", "ALTER TABLE orders DROP COLUMN ft_price")
    elif case == "no currency":
        change(database, "ALTER TABLE trades DROP COLUMN stake_currency")
    elif case == "no tables":
        named = tmp_path / "other.sqlite"
        sqlite3.connect(named).close()
    elif case == "other currency":
        change(database, "UPDATE trades SET stake_currency = 'BTC'")
    elif case == "other exchange":
        change(database, "UPDATE trades SET exchange = 'kraken'")
    elif case == "wrong password":
        named = "postgresql://bot:s3cr3t@127.0.0.1:1/trades"
    elif case == "mysql":
        named = "mysql://bot:s3cr3t@127.0.0.1/trades"

    assert exit_code("import", "-c", write_config(tmp_path), "--db", named) == 2

    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert REFUSED[case] in line
    assert "s3cr3t" not in line
    assert told.out == ""
    assert not (tmp_path / "user_data" / "riskkit.sqlite").exists()


@pytest.mark.parametrize("balance", ["0", "-5", "nan", "inf"])
def test_import_when_the_starting_balance_is_none_then_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], balance: str
) -> None:
    assert exit_code("import", "-c", write_config(tmp_path), f"--starting-balance={balance}") == 2
    assert "--starting-balance must be a number above 0, was " in capsys.readouterr().err


def test_import_when_the_config_names_no_currency_then_refused_with_what_is_missing(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_trade(1, minutes=1)
    settle()
    config = write_config(tmp_path)
    content = json.loads(config.read_text(encoding="utf-8"))
    del content["stake_currency"]
    config.write_text(json.dumps(content), encoding="utf-8")
    assert exit_code("import", "-c", config, "--db", database) == 2
    assert "the config names no stake_currency" in capsys.readouterr().err
