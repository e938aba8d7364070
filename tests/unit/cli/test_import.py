"""`riskkit import` on databases that Freqtrade's own classes made."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from freqtrade.persistence import KeyValueStore, Trade

from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.account import database_fingerprint
from freqtrade_riskkit.host.translation import trade_record
from freqtrade_riskkit.ledger import facts_from_text, list_accounts, open_ledger
from tests.support.last_used import open_last_used
from tests.unit.cli.records import URL, exit_code, write_config
from tests.unit.host.trade_database import NOON, change, put_odd_trades, put_trade, settle

pytestmark = pytest.mark.usefixtures("bare_surroundings")


@pytest.fixture
def importing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Import into the account main, and give what was said of it as JSON."""

    def ask(*arguments: str | Path, code: int = 0) -> dict[str, Any]:
        assert exit_code("import", "-c", write_config(tmp_path), "--json", *arguments) == code
        said: dict[str, Any] = json.loads(capsys.readouterr().out)
        return said

    return ask


def recorded(folder: Path, account: str = "main") -> list[TradeRecord]:
    ledger = open_last_used(URL, folder / "user_data", account)
    assert ledger is not None
    with closing(ledger):
        return ledger.trades()


def translated() -> list[TradeRecord]:
    """Give what the bot itself would record, in the order of closing."""
    records = [trade_record(trade, "main") for trade in Trade.get_trades_proxy(is_open=False)]
    return sorted(records, key=lambda record: (record.exit_at, record.trade_id))


def test_import_when_run_then_records_are_those_of_the_bot_and_again_it_changes_nothing(
    database: Path, tmp_path: Path, importing: Callable[..., dict[str, Any]]
) -> None:
    put_odd_trades(40)
    put_trade(41)
    before = database.read_bytes()

    said = importing("--db", database)

    assert said == {
        "account_id": "main",
        "generation": 1,
        "added": 40,
        "changed": 0,
        "unchanged": 0,
        "left_out": {},
        "has_facts": True,
    }
    assert recorded(tmp_path) == translated()
    assert importing("--db", f"sqlite:///{database}") == {**said, "added": 0, "unchanged": 40}
    assert database.read_bytes() == before
    assert len(list_accounts(URL, tmp_path / "user_data")) == 1


def test_import_when_no_database_is_named_then_it_is_that_of_the_config(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_trade(1, minutes=1)
    config = write_config(tmp_path, account="bot@binance:spot:dry", db_url=f"sqlite:///{database}")
    assert exit_code("import", "-c", config) == 0
    told = capsys.readouterr()
    assert told.out == (
        "account bot@binance:spot:dry, generation 1: 1 trades added, 0 changed, 0 unchanged, 0 left out\n"
    )
    assert told.err == ""


def test_import_when_many_portions_then_all_of_them(
    database: Path, importing: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("freqtrade_riskkit.cli.import_trades.TRADES_AT_ONCE", 7)
    monkeypatch.setattr("freqtrade_riskkit.cli.import_trades._QUIET_SECONDS", 0.0)
    put_odd_trades(30)
    assert importing("--db", database)["added"] == 30
    assert recorded(tmp_path) == translated()


def test_bot_when_it_starts_on_an_imported_database_then_it_goes_on_in_the_same_generation(
    database: Path, tmp_path: Path, importing: Callable[..., dict[str, Any]]
) -> None:
    put_trade(1, minutes=1)
    put_trade(2)
    importing("--db", database)
    fingerprint = database_fingerprint()
    assert KeyValueStore.get_string_value("riskkit_fingerprint") == fingerprint
    Trade.session.remove()

    with closing(open_ledger(URL, tmp_path / "user_data", "main", fingerprint, NOON)) as ledger:
        assert ledger.generation == 1
        assert ledger.put_trades(translated(), NOON).unchanged == 1
    assert importing("--db", database)["unchanged"] == 1


def test_import_of_an_older_database_when_a_bot_has_another_then_that_stays_the_account_in_use(
    database: Path, tmp_path: Path, importing: Callable[..., dict[str, Any]]
) -> None:
    older = tmp_path / "older.sqlite"
    put_trade(1, minutes=1)
    settle()
    shutil.copy(database, older)
    change(older, "UPDATE orders SET order_id = 'other-' || order_id")
    with closing(open_ledger(URL, tmp_path / "user_data", "main", "of the bot", NOON.replace(year=2026))):
        pass

    assert importing("--db", older)["generation"] == 2
    ledger = open_last_used(URL, tmp_path / "user_data", "main")
    assert ledger is not None
    with closing(ledger):
        assert ledger.generation == 1


def test_import_when_trades_can_not_be_recorded_then_they_are_named_and_the_others_are_there(
    database: Path, tmp_path: Path, importing: Callable[..., dict[str, Any]]
) -> None:
    for number in (1, 2, 3, 4):
        put_trade(number, minutes=number)
    change(
        database,
        "UPDATE trades SET close_date = NULL WHERE id = 1",
        "UPDATE trades SET close_profit_abs = NULL WHERE id = 2",
        "UPDATE trades SET close_profit_abs = 9e999 WHERE id = 3",
    )

    said = importing("--db", database, code=1)

    assert said["added"] == 1
    assert list(said["left_out"]) == ["1", "2", "3"]
    assert said["left_out"]["1"] == "trade 1 (BTC/USDT) is not closed completely"
    assert "must be finite" in said["left_out"]["3"]
    assert [record.trade_id for record in recorded(tmp_path)] == [4]


def test_facts_when_the_config_or_an_option_names_the_balance_then_kept_once(
    database: Path, tmp_path: Path, importing: Callable[..., dict[str, Any]]
) -> None:
    put_trade(1, minutes=1)
    assert importing("--db", database, "--starting-balance", "750")["has_facts"]
    importing("--db", database)
    ledger = open_last_used(URL, tmp_path / "user_data", "main")
    assert ledger is not None
    with closing(ledger):
        facts = facts_from_text(ledger.load_state("account") or "")
    assert (facts.starting_balance, facts.currency, facts.started_at) == (750.0, "USDT", NOON)


def test_facts_when_nobody_knows_a_live_balance_then_said_so_and_the_trades_are_there(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_trade(1, minutes=1)
    assert exit_code("import", "-c", write_config(tmp_path, dry_run=False), "--db", database) == 0
    assert "--starting-balance" in capsys.readouterr().out
    assert len(recorded(tmp_path)) == 1


@pytest.mark.parametrize("name", ['O\'Brien "the" bot', "a/b\\c", "; DROP TABLE riskkit_trades --"])
def test_import_when_the_bot_name_is_odd_then_it_is_a_name_like_any_other(
    database: Path, tmp_path: Path, name: str
) -> None:
    put_trade(1, minutes=1)
    config = write_config(tmp_path, bot_name=name, riskkit={})
    assert exit_code("import", "-c", config, "--db", database) == 0
    assert len(recorded(tmp_path, f"{name}@binance:spot:dry")) == 1


def test_import_when_file_and_folder_may_only_be_read_then_it_is_read(
    database: Path,
    tmp_path: Path,
    importing: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_trade(1, minutes=1)
    settle()
    folder = tmp_path / "archive"
    folder.mkdir()
    kept = folder / "trades.sqlite"
    shutil.copy(database, kept)
    kept.chmod(0o444)
    folder.chmod(0o555)
    access = os.access  # for root everything may be written
    monkeypatch.setattr("os.access", lambda path, mode: path != folder and access(path, mode))
    try:
        assert importing("--db", kept)["added"] == 1
    finally:
        folder.chmod(0o755)
    assert [file.name for file in folder.iterdir()] == ["trades.sqlite"]
