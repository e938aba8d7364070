"""What a store URL means, and which are refused: no disk, no network."""

from __future__ import annotations

from pathlib import Path

import pytest

from freqtrade_riskkit.ledger import LedgerUnavailable, LedgerUrlInvalid
from freqtrade_riskkit.ledger.place import locate


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///riskkit.sqlite", "/data/user_data/riskkit.sqlite"),
        ("sqlite+pysqlite:///riskkit.sqlite", "/data/user_data/riskkit.sqlite"),
        ("sqlite:///deep/er/my store.sqlite", "/data/user_data/deep/er/my store.sqlite"),
        ("sqlite:///../riskkit.sqlite", "/data/riskkit.sqlite"),
        ("sqlite:////var/lib/riskkit.sqlite", "/var/lib/riskkit.sqlite"),
    ],
)
def test_locate_when_sqlite_then_a_relative_path_is_taken_from_the_base(url: str, file: str) -> None:
    place = locate(url, "/data/user_data")
    assert place.file == Path(file)
    assert place.url.database == file
    assert place.label == f"SQLite file {file}"


def test_locate_when_the_path_begins_with_a_tilde_then_it_is_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert locate("sqlite:///~/riskkit.sqlite", "/data").file == tmp_path / "riskkit.sqlite"


def test_locate_when_the_base_is_relative_then_the_path_holds_wherever_the_process_goes_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert locate("sqlite:///riskkit.sqlite", "user_data").file == tmp_path / "user_data" / "riskkit.sqlite"


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("postgresql://bot:pw@db.lan:5433/fleet", "PostgreSQL database fleet at db.lan:5433"),
        ("postgres://bot@db.lan/fleet", "PostgreSQL database fleet at db.lan"),
        ("postgresql+psycopg:///fleet?host=/run/postgres", "PostgreSQL database fleet at local server"),
    ],
)
def test_locate_when_postgres_then_driver_is_psycopg_and_label_has_no_login(url: str, label: str) -> None:
    place = locate(url, "/data")
    assert (place.file, place.url.drivername, place.label) == (None, "postgresql+psycopg", label)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("riskkit.sqlite", "must be a URL such as sqlite:///riskkit.sqlite"),
        ("", "must be a URL such as"),
        ("postgresql://bot:hunter2", "must be a URL such as"),
        ("mysql://bot:hunter2@db/fleet", "must begin with sqlite:/// or postgresql://, was mysql://"),
        ("postgresql+asyncpg://bot:hunter2@db/fleet", "was postgresql+asyncpg://"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:///riskkit.sqlite?mode=ro", "no ?options"),
        ("sqlite:///file:riskkit.sqlite", "no file:"),
        ("sqlite://riskkit.sqlite/x", "no host"),
        ("postgresql://bot:hunter2@db", "must name a database"),
        ("postgresql://bot:hun@ter2@db/fleet", "write @ as %40"),
        ("postgresql://bot:hunter2@db:port/fleet", "must be a URL such as"),
        ("postgresql://bot:hunter2@db:0/fleet", "must have a port from 1 to 65535, was 0"),
        ("postgresql://bot:hunter2@db:70000/fleet", "must have a port from 1 to 65535, was 70000"),
        ("sqlite:///~nobody-of-this-name/riskkit.sqlite", "its path can't be followed"),
        ("sqlite:///risk\x00kit.sqlite", "its path can't be followed"),
    ],
)
def test_locate_when_the_url_is_of_no_use_then_one_line_says_what_to_write(url: str, says: str) -> None:
    with pytest.raises(LedgerUrlInvalid) as caught:
        locate(url, "/data")
    message = str(caught.value)
    assert message.startswith("riskkit.db_url ")
    assert says in message
    assert "\n" not in message
    assert "hun" not in message
    assert "ter2" not in message
    assert isinstance(caught.value, LedgerUnavailable)


def test_without_secrets_when_a_reason_quotes_them_then_they_are_starred_and_it_is_one_line() -> None:
    place = locate("postgresql://bot:p%40ss@db/fleet?sslpassword=p%40ss-long", "/data")
    assert place.without_secrets("failed:\n\tp@ss-long, p@ss") == "failed: ***, ***"
    assert "p@ss" not in repr(place)
