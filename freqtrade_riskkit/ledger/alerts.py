"""What a person was told about an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from freqtrade_riskkit.ledger.inputs import at_least_one, aware, escaped, short
from freqtrade_riskkit.ledger.journal import add_once, digest_of
from freqtrade_riskkit.ledger.owner import Owner
from freqtrade_riskkit.ledger.schema import ALERTS
from freqtrade_riskkit.ledger.store import Store


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as it was recorded.

    Attributes
    ----------
    number
        Its place in the order of arrival within the account's generation, from 1.
    code
        The code it is known by, such as ``DRAWDOWN_WARNING``.
    at
        When it was given, UTC.
    text
        The line that a person reads.
    body
        JSON text with its figures; its own version is inside.
    """

    number: int
    code: str
    at: datetime
    text: str
    body: str


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts of one generation of one account."""

    store: Store
    owner: Owner

    def add(self, code: str, at: datetime, text: str, body: str) -> None:
        """Record an alert once."""
        moment = aware("at", at)
        short("code", code)
        text, body = escaped(text), escaped(body)
        values = {"code": code, "at": moment, "text": text, "body": body}
        with self.store.writing(f"record the alert {code!r}") as connection:
            add_once(connection, self.owner, ALERTS, alert_digest(code, moment, text, body), values)

    def newest(self, limit: int) -> list[AlertRow]:
        """Return alerts, the newest first."""
        columns = ALERTS.c
        statement = (
            select(columns.number, columns.code, columns.at, columns.text, columns.body)
            .where(self.owner.owns(ALERTS))
            .order_by(columns.at.desc(), columns.number.desc())
            .limit(at_least_one("limit", limit))
        )
        with self.store.reading("read the alerts") as connection:
            return [AlertRow(*row) for row in connection.execute(statement)]


def alert_digest(code: str, at: datetime, text: str, body: str) -> str:
    """Return the hash by which a repeated alert is known; `at` is UTC."""
    return digest_of(at.isoformat(), code, text, body)
