"""The switch that denies every entry."""

from __future__ import annotations

import pytest

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.core.entry.switch import Refusal
from tests.unit.core.entry.entry_cases import ACCOUNT, REQUEST


@pytest.mark.parametrize("kind", list(EntryKind))
def test_switch_when_off_then_every_kind_of_entry_is_denied(kind: EntryKind) -> None:
    refusal = Refusal(Code.ENTRIES_DISABLED, "riskkit.entry.enabled is false")

    decision = refusal.check(REQUEST._replace(kind=kind), ACCOUNT)

    assert (decision.allowed, decision.message()) == (
        False,
        "ENTRIES_DISABLED: riskkit.entry.enabled is false",
    )
