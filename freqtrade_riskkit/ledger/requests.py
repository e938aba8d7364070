"""What people ask an account's bot for: rows that the command line writes and the bot takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, update

from freqtrade_riskkit.ledger.dialect import insert
from freqtrade_riskkit.ledger.schema import GENERATIONS, REQUESTS


class RequestKind(StrEnum):
    """What a person may ask for."""

    TRIP = "trip"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request as it stands.

    Attributes
    ----------
    number
        Its place among the requests of the account's generation, from 1.
    kind
        A `RequestKind`, or what a newer kit wrote.
    rule
        The one rule whose trip is meant; None means all.
    asked_at
        When the person asked, UTC, by the clock of the machine where it was asked.
    text
        The person's reason; may be empty.
    taken_at
        When the bot took it, UTC; None until then.
    answer
        What the bot said; empty until then.
    """

    number: int
    kind: str
    rule: str | None
    asked_at: datetime
    text: str
    taken_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Requester:
    """The generation of the account that requests belong to."""

    account_id: str
    generation: int

    def add(
        self, connection: Connection, kind: RequestKind, rule: str | None, at: datetime, text: str
    ) -> int:
        """Write a request under the next number and give that number."""
        # Held until the end: two people who ask at once get their numbers one after the other.
        held = and_(GENERATIONS.c.account_id == self.account_id, GENERATIONS.c.generation == self.generation)
        connection.execute(select(GENERATIONS.c.generation).where(held).with_for_update())
        newest = connection.execute(select(func.max(REQUESTS.c.number)).where(self._mine())).scalar()
        number = int(newest or 0) + 1
        values: Mapping[str, object] = {
            "account_id": self.account_id,
            "generation": self.generation,
            "number": number,
            "kind": str(kind),
            "rule": rule,
            "asked_at": at,
            "text": text,
            "taken_at": None,
            "answer": "",
        }
        connection.execute(insert(connection, REQUESTS).values(values))
        return number

    def untaken(self, connection: Connection) -> list[RequestRow]:
        """Give the requests that no bot has taken, in the order of their numbers."""
        wanted = self._rows().where(REQUESTS.c.taken_at.is_(None)).order_by(REQUESTS.c.number)
        return [RequestRow(*row) for row in connection.execute(wanted)]

    def one(self, connection: Connection, number: int) -> RequestRow | None:
        """Give a request, None where there is none of that number."""
        row = connection.execute(self._rows().where(REQUESTS.c.number == number)).first()
        return RequestRow(*row) if row is not None else None

    def take(self, connection: Connection, number: int, at: datetime, answer: str) -> None:
        """Mark a request as taken; one that is taken already keeps its first answer."""
        untaken = and_(self._mine(), REQUESTS.c.number == number, REQUESTS.c.taken_at.is_(None))
        connection.execute(update(REQUESTS).where(untaken).values(taken_at=at, answer=answer))

    def _rows(self) -> Select[Any]:
        columns = REQUESTS.c
        return select(
            columns.number,
            columns.kind,
            columns.rule,
            columns.asked_at,
            columns.text,
            columns.taken_at,
            columns.answer,
        ).where(self._mine())

    def _mine(self) -> ColumnElement[bool]:
        return and_(REQUESTS.c.account_id == self.account_id, REQUESTS.c.generation == self.generation)
