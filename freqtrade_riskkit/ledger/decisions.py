"""What was decided for an account: trips, resets, warnings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from freqtrade_riskkit.ledger.inputs import at_least_one, aware, short, storable
from freqtrade_riskkit.ledger.journal import add_once, digest_of
from freqtrade_riskkit.ledger.owner import Owner
from freqtrade_riskkit.ledger.schema import DECISIONS
from freqtrade_riskkit.ledger.store import Store


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision as it was recorded.

    Attributes
    ----------
    number
        Its place in the order of arrival within the account's generation, from 1.
    kind
        What sort of decision: trip, reset, warning and so on.
    code
        The code it is known by, such as ``DAILY_LOSS_EXCEEDED``.
    at
        When it was taken, UTC.
    text
        The line that a person reads.
    body
        JSON text with its figures; its own version is inside.
    """

    number: int
    kind: str
    code: str
    at: datetime
    text: str
    body: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of one generation of one account."""

    store: Store
    owner: Owner

    def add(self, kind: str, code: str, at: datetime, text: str, body: str) -> None:
        """Record a decision once."""
        moment = aware("at", at)
        short("kind", kind)
        short("code", code)
        storable("text", text)
        storable("body", body)
        values = {"kind": kind, "code": code, "at": moment, "text": text, "body": body}
        with self.store.writing(f"record the decision {code!r}") as connection:
            digest = decision_digest(kind, code, moment, text, body)
            add_once(connection, self.owner, DECISIONS, digest, values)

    def newest(self, kind: str | None, limit: int) -> list[DecisionRow]:
        """Return decisions, the newest first."""
        columns = DECISIONS.c
        statement = (
            select(columns.number, columns.kind, columns.code, columns.at, columns.text, columns.body)
            .where(self.owner.owns(DECISIONS))
            .order_by(columns.at.desc(), columns.number.desc())
            .limit(at_least_one("limit", limit))
        )
        if kind is not None:
            statement = statement.where(columns.kind == short("kind", kind))
        with self.store.reading("read the decisions") as connection:
            return [DecisionRow(*row) for row in connection.execute(statement)]


def decision_digest(kind: str, code: str, at: datetime, text: str, body: str) -> str:
    """Return the hash by which a repeated decision is known; `at` is UTC."""
    return digest_of(at.isoformat(), kind, code, text, body)
