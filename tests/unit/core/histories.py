"""Account histories for tests: trades by profit and close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from freqtrade_riskkit.core.account_history import AccountHistory, plain
from freqtrade_riskkit.core.cash_flows import CashFlow

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def history(
    closes: Sequence[tuple[float, datetime]],
    *,
    balance: float = 1000.0,
    began: datetime = BEGAN,
    flows: Sequence[tuple[float, datetime]] = (),
    held: timedelta = timedelta(minutes=30),
) -> AccountHistory:
    """An account with trades of these net profits and closes; each has a fee of 0.5."""
    return AccountHistory(
        balance,
        began,
        np.array([pnl for pnl, _ in closes], dtype=np.float64),
        np.full(len(closes), 0.5),
        np.full(len(closes), held.total_seconds()),
        np.array([plain(at) for _, at in closes], dtype="datetime64[us]"),
        tuple(CashFlow(amount, at, f"flow {number}") for number, (amount, at) in enumerate(flows)),
    )
