"""A bot's ledger: what it holds, read from its SQLite file while the bot runs, and another in its place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """One decision that the kit recorded, with the numbers of its kind."""

    account_id: str
    generation: int
    kind: str
    code: str
    at: datetime
    text: str
    numbers: Mapping[str, Any]


def decisions(ledger: Path) -> list[Told]:
    """Give all decisions in the order of their arrival, oldest generation first."""
    rows = _rows(
        ledger,
        "SELECT account_id, generation, kind, code, at, text, body FROM riskkit_decisions "
        "ORDER BY account_id, generation, number",
    )
    return [
        Told(account, number, kind, code, datetime.fromisoformat(at).replace(tzinfo=UTC), text, _read(body))
        for account, number, kind, code, at, text, body in rows
    ]


def _read(body: str) -> dict[str, Any]:
    return json.loads(body) if body else {}


def state(ledger: Path) -> dict[str, Any]:
    """Give what the breaker of the only account in it will remember over a restart."""
    ((body,),) = _rows(ledger, "SELECT body FROM riskkit_states WHERE name = 'breaker'")
    return _read(body)


def generations(ledger: Path) -> list[tuple[str, int, str]]:
    """Give account, number and fingerprint of each generation."""
    return _rows(ledger, "SELECT account_id, generation, fingerprint FROM riskkit_generations ORDER BY 1, 2")


@contextmanager
def replaced(ledger: Path, content: bytes) -> Iterator[None]:
    """Put another file in the ledger's place, and the ledger back afterwards.

    Its log goes with it: SQLite would read the whole ledger out of a log that lies beside a ruin.
    """
    away = _put_away(ledger)
    ledger.write_bytes(content)
    yield
    for file in sorted(away.iterdir(), reverse=True):
        file.replace(ledger.parent / file.name)


@contextmanager
def blocked(ledger: Path) -> Iterator[None]:
    """Put a folder in the ledger's place, which no database can be, and the ledger back afterwards."""
    away = _put_away(ledger)
    ledger.mkdir()
    yield
    ledger.rmdir()
    for file in sorted(away.iterdir(), reverse=True):
        file.replace(ledger.parent / file.name)


def _put_away(ledger: Path) -> Path:
    away = ledger.parent / "away"
    away.mkdir(exist_ok=True)
    for file in sorted(ledger.parent.glob(f"{ledger.name}*")):
        file.rename(away / file.name)
    return away


def kept(ledger: Path) -> dict[Path, bytes]:
    """Give the files of a ledger whose bot is down."""
    return {file: file.read_bytes() for file in _files(ledger) if file.exists()}


def put_back(ledger: Path, files: dict[Path, bytes]) -> None:
    """Make a ledger whose bot is down what it was once."""
    for file in _files(ledger):
        file.unlink(missing_ok=True)
    for file, content in files.items():
        file.write_bytes(content)


def _files(ledger: Path) -> list[Path]:
    return [ledger, *(ledger.with_name(f"{ledger.name}-{kind}") for kind in ("wal", "shm"))]


def _rows(ledger: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query).fetchall()
