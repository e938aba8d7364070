"""What a report says of one account: its metrics over a period, its equity, its trends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from freqtrade_riskkit.core.account_history import Stretch
from freqtrade_riskkit.core.equity_figures import EquityFigures
from freqtrade_riskkit.core.trends import Period


@dataclass(frozen=True, slots=True)
class AccountReport:
    """The records of one generation of one account, read.

    Attributes
    ----------
    generation, generations
        Which bot database of the account this is, from 1, and how many it had.
    currency
        Of all money in it.
    started_at, starting_balance
        How the account began.
    total
        Metrics of the whole period, or of the last trades where `last` says so.
    last
        How many trades were asked for; None for all of the period.
    cash_flows
        Deposits less withdrawals since the account began, in stake currency.
    equity
        Figures over the samples of the period; None where there are none.
    by, trend
        Length of the calendar periods, and the metrics of each in which a trade closed.
    notes
        What a reader should know besides.
    """

    account_id: str
    generation: int
    generations: int
    currency: str
    started_at: datetime
    starting_balance: float
    total: Stretch
    last: int | None
    cash_flows: float
    equity: EquityFigures | None
    by: Period | None
    trend: tuple[Stretch, ...]
    notes: tuple[str, ...]


_ADAPTER = TypeAdapter(AccountReport)


def to_json(report: AccountReport) -> Mapping[str, Any]:
    """Give a report as plain values; the total's period and metrics stand at its top."""
    data: dict[str, Any] = _ADAPTER.dump_python(report, mode="json")
    total = data.pop("total")
    trend = data.pop("trend")
    return {**data, **total, "trend": trend}
