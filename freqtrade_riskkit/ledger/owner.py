"""Whose rows a query may touch: each one names the account and its generation through this."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, select

from freqtrade_riskkit.ledger.schema import GENERATIONS


@dataclass(frozen=True, slots=True)
class Owner:
    """One generation of one account."""

    account_id: str
    generation: int

    def columns(self) -> dict[str, object]:
        """Give what every row of the owner begins with."""
        return {"account_id": self.account_id, "generation": self.generation}

    def owns(self, table: Table) -> ColumnElement[bool]:
        """Give the condition that holds for the owner's rows only."""
        return and_(table.c.account_id == self.account_id, table.c.generation == self.generation)

    def hold(self, connection: Connection) -> None:
        """Let one process at a time write for the owner, until the transaction ends.

        An SQLite writer has the whole file to itself already.
        """
        mine = select(GENERATIONS.c.generation).where(self.owns(GENERATIONS))
        connection.execute(mine.with_for_update())
