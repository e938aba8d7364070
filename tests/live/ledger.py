"""What a bot's ledger holds, read from its SQLite file while the bot runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Told:
    """One decision that the kit recorded."""

    account_id: str
    generation: int
    kind: str
    code: str
    at: datetime
    text: str


def decisions(ledger: Path) -> list[Told]:
    """Give all decisions in the order of their arrival, oldest generation first."""
    rows = _rows(
        ledger,
        "SELECT account_id, generation, kind, code, at, text FROM riskkit_decisions ORDER BY 1, 2, number",
    )
    return [
        Told(account, generation, kind, code, datetime.fromisoformat(at).replace(tzinfo=UTC), text)
        for account, generation, kind, code, at, text in rows
    ]


def generations(ledger: Path) -> list[tuple[str, int, str]]:
    """Give account, number and fingerprint of each generation."""
    return _rows(ledger, "SELECT account_id, generation, fingerprint FROM riskkit_generations ORDER BY 1, 2")


def _rows(ledger: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query).fetchall()
