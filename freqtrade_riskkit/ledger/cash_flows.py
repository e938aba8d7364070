"""Deposits to an account and withdrawals from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.ledger.dialect import insert
from freqtrade_riskkit.ledger.errors import RecordRefused
from freqtrade_riskkit.ledger.inputs import aware, escaped, finite, short
from freqtrade_riskkit.ledger.owner import Owner
from freqtrade_riskkit.ledger.schema import CASH_FLOWS
from freqtrade_riskkit.ledger.store import Store

_KEY = [column.name for column in CASH_FLOWS.primary_key]


@dataclass(frozen=True, slots=True)
class CashFlows:
    """The cash flows of one generation of one account."""

    store: Store
    owner: Owner

    def add(self, flows: Iterable[CashFlow]) -> list[CashFlow]:
        """Write the flows that aren't known yet, and give those."""
        offered = [(flow, self._row(flow)) for flow in flows]
        added: list[CashFlow] = []
        if not offered:
            return added
        with self.store.writing(f"record {len(offered)} cash flows") as connection:
            for flow, row in offered:
                adding = (
                    insert(connection, CASH_FLOWS).values(row).on_conflict_do_nothing(index_elements=_KEY)
                )
                if connection.execute(adding.returning(CASH_FLOWS.c.flow_id)).first() is not None:
                    added.append(flow)
        return added

    def all(self) -> list[CashFlow]:
        """Give the flows in the order in which they happened."""
        columns = CASH_FLOWS.c
        statement = select(columns.amount, columns.at, columns.flow_id)
        statement = statement.where(self.owner.owns(CASH_FLOWS))
        action = "read the cash flows"
        with self.store.reading(action) as connection, self.store.rows_understood(action):
            flows = [CashFlow(*row) for row in connection.execute(statement)]
        # Sorted here, because databases order text by their own collations.
        return sorted(flows, key=lambda flow: (flow.at, flow.id))

    def _row(self, flow: CashFlow) -> dict[str, object]:
        flow_id = escaped(flow.id)
        try:
            return {
                **self.owner.columns(),
                "flow_id": short("flow_id", flow_id),
                "at": aware("at", flow.at),
                "amount": finite("amount", flow.amount),
            }
        except ValueError as error:
            raise RecordRefused(f"cash flow {flow_id}", str(error)) from error
