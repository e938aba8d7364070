"""Held capital against the balance."""

from __future__ import annotations

import pytest

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.entry.capital import Fragmentation
from tests.unit.core.entry.entry_cases import ACCOUNT, REQUEST


@pytest.mark.parametrize(
    ("held", "balance", "share"),
    [
        (300.0, 1000.0, None),
        (300.01, 1000.0, 0.30001),
        (0.0, 1000.0, None),
        (0.0, 0.0, None),
        (1.0, 0.0, 1.0),
        (1.0, -50.0, 1.0),
        (900.0, 1000.0, 0.9),
    ],
)
@pytest.mark.parametrize("denies", [True, False])
def test_capital_when_held_above_the_share_then_warned_or_denied(
    held: float, balance: float, share: float | None, denies: bool
) -> None:
    """The share itself is still fine: it has to be exceeded."""
    rule = Fragmentation(0.30, denies)

    decision = rule.check(REQUEST, ACCOUNT._replace(held_capital=held, balance=balance))

    assert decision.allowed is (share is None or not denies)
    if share is None:
        assert decision.code is None
    else:
        assert (decision.code, decision.limit) == (Code.CAPITAL_FRAGMENTED, 0.30)
        assert decision.value == pytest.approx(share)
