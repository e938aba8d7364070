"""An account's equity over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from freqtrade_riskkit.core.equity import ALL_KEPT, EquityPoint, EquitySample, surplus
from freqtrade_riskkit.ledger.dialect import insert
from freqtrade_riskkit.ledger.errors import RecordRefused
from freqtrade_riskkit.ledger.inputs import aware, finite
from freqtrade_riskkit.ledger.owner import Owner
from freqtrade_riskkit.ledger.periods import within
from freqtrade_riskkit.ledger.schema import EQUITY
from freqtrade_riskkit.ledger.store import Store

_KEY = [column.name for column in EQUITY.primary_key]
_ROWS_AT_ONCE = 10_000
_FIGURES = ("equity", "realised", "unrealised", "peak", "oldest_mark_seconds")


@dataclass(frozen=True, slots=True)
class Equity:
    """The equity samples of one generation of one account."""

    store: Store
    owner: Owner

    def add(self, samples: Iterable[EquitySample]) -> None:
        """Write samples; one of a moment that has one replaces it."""
        rows = {aware("at", sample.at): self._row(sample) for sample in samples}
        if not rows:
            return
        with self.store.writing(f"record {len(rows)} equity samples") as connection:
            adding = insert(connection, EQUITY)
            changes = {name: adding.excluded[name] for name in _FIGURES}
            statement = adding.on_conflict_do_update(index_elements=_KEY, set_=changes)
            connection.execute(statement, list(rows.values()))

    def samples(self, since: datetime | None, until: datetime | None) -> list[EquitySample]:
        """Give the samples of a period in the order of their moments."""
        statement = (
            select(EQUITY.c.at, *(EQUITY.c[name] for name in _FIGURES))
            .where(self.owner.owns(EQUITY), *within(EQUITY.c.at, since, until))
            .order_by(EQUITY.c.at)
        )
        action = "read the equity"
        with self.store.reading(action) as connection, self.store.rows_understood(action):
            return [EquitySample(*row) for row in connection.execute(statement)]

    def thin(self, now: datetime) -> int:
        """Remove the samples that age makes superfluous, and give how many those were."""
        moment = aware("now", now)
        old = (
            select(EQUITY.c.at, EQUITY.c.equity, EQUITY.c.peak)
            .where(self.owner.owns(EQUITY), *within(EQUITY.c.at, None, moment - ALL_KEPT))
            .order_by(EQUITY.c.at)
        )
        action = "thin the equity samples"
        with self.store.reading(action) as connection, self.store.rows_understood(action):
            points = connection.execute(old, execution_options={"yield_per": _ROWS_AT_ONCE})
            gone = [{"moment": at} for at in surplus((EquityPoint(*row) for row in points), moment)]
        if gone:
            # What others add in between is younger, or is seen the next time.
            removing = delete(EQUITY).where(self.owner.owns(EQUITY), EQUITY.c.at == bindparam("moment"))
            with self.store.writing(action) as connection:
                connection.execute(removing, gone)
        return len(gone)

    def _row(self, sample: EquitySample) -> dict[str, object]:
        age = sample.oldest_mark_seconds
        try:
            return {
                **self.owner.columns(),
                "at": aware("at", sample.at),
                "equity": finite("equity", sample.equity),
                "realised": finite("realised", sample.realised),
                "unrealised": finite("unrealised", sample.unrealised),
                "peak": finite("peak", sample.peak),
                "oldest_mark_seconds": None if age is None else finite("oldest_mark_seconds", age),
            }
        except ValueError as error:
            raise RecordRefused(f"equity sample of {sample.at.isoformat()}", str(error)) from error
