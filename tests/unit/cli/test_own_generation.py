"""Which bot a command means, where several of them keep records under one name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from freqtrade.persistence import Trade, init_db
from sqlalchemy import make_url

from freqtrade_riskkit.cli.source_database import database_of, read_mark
from freqtrade_riskkit.host.account import database_fingerprint
from freqtrade_riskkit.ledger import list_accounts, open_ledger
from freqtrade_riskkit.ledger.place import locate
from tests.unit.cli.breaker_records import MORNING
from tests.unit.cli.records import CLOSES, SECTION, URL, exit_code, leave_mark, leave_records
from tests.unit.host.trade_database import put_trade
from tests.unit.ledger.conftest import postgres_server, postgres_url  # noqa: F401

pytestmark = pytest.mark.usefixtures("bare_surroundings")
COMMANDS = ["status", "trip", "reset"]
FIX = "give each its own riskkit.account_id or bot_name"


@pytest.fixture
def two_bots(bot: Callable[..., None], tmp_path: Path) -> None:
    """The first one is tripped until a person resets it, the second one opened the ledger last."""
    bot([-160.0], fingerprint="first")
    bot([], fingerprint="second")
    leave_mark(tmp_path, "first", "first.sqlite")
    leave_mark(tmp_path, "second", "second.sqlite")
    (tmp_path / "tradesv3.dryrun.sqlite").unlink()


def requests(folder: Path, generation: int) -> list[str]:
    """Give what the bot of a generation was asked for."""
    fingerprint = {row.generation: row.fingerprint for row in list_accounts(URL, folder / "user_data")}
    with closing(open_ledger(URL, folder / "user_data", "main", fingerprint[generation], MORNING)) as ledger:
        return [row.kind for row in ledger.open_requests()]


@pytest.mark.usefixtures("two_bots")
@pytest.mark.parametrize("way", ["config", "option", "a path for an option"])
@pytest.mark.parametrize(("name", "generation", "state"), [("first", 1, "open"), ("second", 2, "closed")])
def test_command_when_two_bots_have_one_name_then_it_means_the_one_of_its_database(
    config: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    generation: int,
    state: str,
    way: str,
) -> None:
    url = f"sqlite:///{tmp_path}/{name}.sqlite"
    changes: dict[str, Any] = {"db_url": url} if way == "config" else {}
    options = {"config": (), "option": ("--db-url", url)}.get(way, ("--db-url", f"{name}.sqlite"))
    file = config(SECTION, **changes)
    before = set(tmp_path.rglob("*"))

    assert exit_code("status", "-c", file, "--json", *options) == (1 if state == "open" else 0)
    shown = json.loads(capsys.readouterr().out)
    assert (shown["generation"], shown["breaker"], shown["notes"]) == (generation, state, [])
    for command in ("trip", "reset"):
        assert exit_code(command, "-c", file, "--wait", "0", "--json", *options) == 1
        shown = json.loads(capsys.readouterr().out)
        assert (shown["generation"], shown["note"]) == (generation, None)
    assert requests(tmp_path, generation) == ["trip", "reset"]
    assert requests(tmp_path, 3 - generation) == []
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("two_bots")
@pytest.mark.parametrize(
    ("db_url", "said"),
    [
        (None, "there is no Freqtrade database {folder}/tradesv3.dryrun.sqlite"),
        ("sqlite://", "Freqtrade's database is in memory, where nobody but its bot can read it"),
        ("sqlite:///user_data/riskkit.halt", "can't be read: file is not a database"),
    ],
    ids=["missing", "in memory", "no database"],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_command_when_its_database_can_not_be_read_and_two_may_be_meant_then_refused_with_the_fix(
    config: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    db_url: str | None,
    said: str,
) -> None:
    flag = tmp_path / "user_data" / "riskkit.halt"
    flag.write_text("not a database at all, but long enough to be looked at")
    assert exit_code(command, "-c", config(SECTION, **({"db_url": db_url} if db_url else {}))) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"riskkit {command}: ")
    assert said.format(folder=tmp_path) in shown.err
    assert "account main has 2 generations (1 opened 2026-03-02 08:00 UTC, 2 opened" in shown.err
    assert FIX in shown.err
    assert shown.err.count("\n") == 1
    assert flag.exists()
    assert requests(tmp_path, 1) == requests(tmp_path, 2) == []


@pytest.mark.parametrize("mark", ["of another bot", None], ids=["another's", "unknown to the kit"])
@pytest.mark.parametrize("command", COMMANDS)
def test_command_when_its_database_is_none_of_the_records_then_refused_although_there_is_only_one(
    bot: Callable[..., None],
    config: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    mark: str | None,
) -> None:
    bot([], fingerprint="f1")
    leave_mark(tmp_path, mark)
    assert exit_code(command, "-c", config()) == 2
    said = capsys.readouterr().err
    assert "no records of account main are of Freqtrade's database tradesv3.dryrun.sqlite; what there" in said
    assert "(generation 1 opened 2026-03-02 08:00 UTC) is of another database" in said
    assert "name it with --db-url" in said
    assert FIX in said
    assert ("create " in said) == (command == "trip")
    assert requests(tmp_path, 1) == []


def test_command_when_its_database_is_missing_and_one_may_be_meant_then_that_one_and_said_so(
    bot: Callable[..., None], config: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bot([], fingerprint="f1")
    missing = tmp_path / "tradesv3.dryrun.sqlite"
    missing.unlink()
    note = f"there is no Freqtrade database {missing}: the only generation of account main was taken"
    assert exit_code("status", "-c", config(), "--json") == 0
    assert json.loads(capsys.readouterr().out)["notes"] == [f"{note}."]
    assert exit_code("trip", "-c", config(), "--wait", "0") == 1
    assert f"Note: {note}.\n" in capsys.readouterr().out
    assert requests(tmp_path, 1) == ["trip"]
    assert not missing.exists()


def test_report_when_two_bots_have_one_name_then_the_bots_own_and_else_the_last_one_with_a_note(
    answer: Callable[..., Any], tmp_path: Path
) -> None:
    """A report harms nobody, and may be of trades that were imported from another database."""
    leave_records(tmp_path, CLOSES, fingerprint="f1")
    leave_records(tmp_path, [], fingerprint="f2")
    leave_mark(tmp_path, "f1")
    shown = answer()
    assert (shown["generation"], shown["generations"], shown["notes"]) == (1, 2, [])
    assert answer("--generation", "2")["generation"] == 2

    leave_mark(tmp_path, "f3")
    shown = answer()
    assert shown["generation"] == 2
    assert "no records of account main are of Freqtrade's database" in shown["notes"][0]
    assert "shown is generation 2, the one opened last; --generation names another." in shown["notes"][0]


def test_mark_when_freqtrade_runs_stopped_or_never_saw_the_kit_then_that_of_the_bot(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/trades.sqlite"
    init_db(url)
    engine = Trade.session.get_bind()
    assert read_mark(url).fingerprint is None
    put_trade(1)
    of_first_trade = read_mark(url).fingerprint
    assert of_first_trade is not None
    assert database_fingerprint() == of_first_trade
    assert read_mark(url).fingerprint == of_first_trade  # written, and still in the file's WAL
    Trade.session.remove()
    engine.dispose()
    files = set(tmp_path.iterdir())
    assert read_mark(url).fingerprint == of_first_trade
    assert set(tmp_path.iterdir()) == files == {tmp_path / "trades.sqlite"}


def test_mark_when_the_database_is_empty_or_of_another_program_then_none(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as connection:
        connection.execute("CREATE TABLE news (text)")
    assert read_mark(f"sqlite:///{tmp_path}/other.sqlite").fingerprint is None


def test_mark_when_the_database_is_on_postgres_then_that_of_the_bot(
    postgres_url: str,  # noqa: F811
) -> None:
    init_db(make_url(postgres_url).set(drivername="postgresql+psycopg").render_as_string(False))
    put_trade(1)
    fingerprint = database_fingerprint()
    Trade.session.remove()
    Trade.session.get_bind().dispose()
    found = read_mark(postgres_url)
    assert (found.fingerprint, found.label) == (fingerprint, locate(postgres_url, ".").label)


@pytest.mark.parametrize(
    ("config", "url"),
    [
        ({"dry_run": True}, "sqlite:///tradesv3.dryrun.sqlite"),
        ({"dry_run": True, "db_url": "sqlite:///tradesv3.sqlite"}, "sqlite:///tradesv3.dryrun.sqlite"),
        ({"dry_run": True, "db_url": "sqlite:///mine.sqlite"}, "sqlite:///mine.sqlite"),
        ({"dry_run": False}, "sqlite:///tradesv3.sqlite"),
        ({"dry_run": False, "db_url": "sqlite:///mine.sqlite"}, "sqlite:///mine.sqlite"),
    ],
)
def test_database_when_a_config_names_it_or_not_then_that_of_freqtrade(
    config: dict[str, Any], url: str
) -> None:
    assert database_of(config) == url
