"""The repository of one account: everything in it belongs to one generation of one account."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from sqlalchemy import ColumnElement, Table, and_, func, select

from freqtrade_riskkit.ledger.dialect import insert
from freqtrade_riskkit.ledger.inputs import aware, short, storable
from freqtrade_riskkit.ledger.schema import DECISIONS, GENERATIONS, STATES
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


class AccountLedger:
    """What the store keeps for one generation of one account; no method reaches another's rows.

    Made by `freqtrade_riskkit.ledger.open_ledger`. Every method raises `LedgerUnavailable` when the store
    can't be used, and ValueError for an input that can't be stored. It may be used from several threads.
    It holds connections, so it refuses to be pickled or copied.
    """

    def __init__(self, store: Store, account_id: str, generation: int) -> None:
        self._store = store
        self._account_id = account_id
        self._generation = generation

    @property
    def account_id(self) -> str:
        """The account, as it was asked for."""
        return self._account_id

    @property
    def generation(self) -> int:
        """Number of the bot database that the rows belong to, from 1."""
        return self._generation

    def save_state(self, name: str, body: str, now: datetime) -> None:
        """Keep the state of one part of the kit in place of the one before.

        When this returns, the state is on disk; until then the one before stays readable, whatever happens.

        Parameters
        ----------
        name
            Which part, such as ``breaker``; not blank, up to 200 characters.
        body
            JSON text that says its own version; kept as given.
        now
            When it holds; aware.
        """
        moment = aware("now", now)
        short("name", name)
        storable("body", body)
        with self._store.writing(f"save the state {name!r}") as connection:
            connection.execute(
                insert(connection, STATES)
                .values(**self._owner(), name=name, body=body, saved_at=moment)
                .on_conflict_do_update(
                    index_elements=[STATES.c.account_id, STATES.c.generation, STATES.c.name],
                    set_={"body": body, "saved_at": moment},
                )
            )

    def load_state(self, name: str) -> str | None:
        """Return the body last saved under the name, None where nothing was."""
        short("name", name)
        with self._store.reading(f"load the state {name!r}") as connection:
            body: str | None = connection.execute(
                select(STATES.c.body).where(self._mine(STATES), STATES.c.name == name)
            ).scalar()
        return body

    def add_decision(self, kind: str, code: str, at: datetime, text: str, body: str) -> None:
        """Record a decision.

        The same decision recorded again (all five values equal) stays one row, so a caller that doesn't know
        whether its write arrived may simply repeat it.

        Parameters
        ----------
        kind, code
            What sort of decision, and the code it is known by; not blank, up to 200 characters.
        at
            When it was taken; aware.
        text, body
            The line for a person, and JSON text with the figures; kept as given.
        """
        moment = aware("at", at)
        short("kind", kind)
        short("code", code)
        digest = _digest(moment.isoformat(), kind, code, storable("text", text), storable("body", body))
        with self._store.writing(f"record the decision {code!r}") as connection:
            # Held until the end: two processes that record at once get their numbers one after the other.
            connection.execute(
                select(GENERATIONS.c.generation).where(self._mine(GENERATIONS)).with_for_update()
            )
            mine = self._mine(DECISIONS)
            same = select(DECISIONS.c.number).where(mine, DECISIONS.c.digest == digest)
            if connection.execute(same).first() is not None:
                return
            newest = connection.execute(select(func.max(DECISIONS.c.number)).where(mine)).scalar()
            connection.execute(
                insert(connection, DECISIONS).values(
                    **self._owner(),
                    number=int(newest or 0) + 1,
                    kind=kind,
                    code=code,
                    at=moment,
                    text=text,
                    body=body,
                    digest=digest,
                )
            )

    def decisions(self, kind: str | None = None, limit: int = 100) -> list[DecisionRow]:
        """Return decisions of this generation, the newest first.

        Parameters
        ----------
        kind
            Only this sort; None means all.
        limit
            At most so many; 1 or more.
        """
        if limit < 1:
            raise ValueError(f"limit must be 1 or more, was {limit}")
        statement = (
            select(
                DECISIONS.c.number,
                DECISIONS.c.kind,
                DECISIONS.c.code,
                DECISIONS.c.at,
                DECISIONS.c.text,
                DECISIONS.c.body,
            )
            .where(self._mine(DECISIONS))
            .order_by(DECISIONS.c.at.desc(), DECISIONS.c.number.desc())
            .limit(limit)
        )
        if kind is not None:
            statement = statement.where(DECISIONS.c.kind == short("kind", kind))
        with self._store.reading("read the decisions") as connection:
            return [DecisionRow(*row) for row in connection.execute(statement)]

    def close(self) -> None:
        """Give the store back; every later call raises `LedgerUnavailable`. Closing twice is harmless."""
        self._store.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("an open ledger can't be pickled or copied; leave it out and open it again")

    def _owner(self) -> dict[str, str | int]:
        return {"account_id": self._account_id, "generation": self._generation}

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return and_(table.c.account_id == self._account_id, table.c.generation == self._generation)


def _digest(*values: str) -> str:
    """Return one hash of several texts, of which no two different lists share one."""
    whole = hashlib.sha256()
    for value in values:
        encoded = value.encode()
        whole.update(len(encoded).to_bytes(8, "big"))
        whole.update(encoded)
    return whole.hexdigest()
