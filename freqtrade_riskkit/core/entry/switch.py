"""The switch that denies every entry."""

from __future__ import annotations

from dataclasses import dataclass

from freqtrade_riskkit.core.decisions import Code, Decision
from freqtrade_riskkit.core.entry.request import AccountView, EntryRequest


@dataclass(frozen=True, slots=True)
class Refusal:
    """Denies every entry, initial, added or replaced, for a stated reason."""

    code: Code
    reason: str

    def check(self, request: EntryRequest, account: AccountView) -> Decision:
        """Deny."""
        return Decision(False, self.code, detail=self.reason)
