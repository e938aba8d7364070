"""Whether too much of the balance sits in open entry orders."""

from __future__ import annotations

from dataclasses import dataclass

from freqtrade_riskkit.core.decisions import ALLOWED, Code, Decision, Unit
from freqtrade_riskkit.core.entry.request import AccountView, EntryRequest


@dataclass(frozen=True, slots=True)
class Fragmentation:
    """Watches the share of the balance that open entry orders hold.

    ``held_capital / balance > max_held_capital``. A balance that is not above zero while capital is
    held counts as wholly held.

    Attributes
    ----------
    max_held_capital
        Share of the balance in (0, 1].
    denies
        Whether an entry is denied above it, or only warned about.
    """

    max_held_capital: float
    denies: bool

    def check(self, request: EntryRequest, account: AccountView) -> Decision:
        """Deny or warn where more is held than allowed."""
        if account.held_capital <= 0:
            return ALLOWED
        share = account.held_capital / account.balance if account.balance > 0 else 1.0
        if share <= self.max_held_capital:
            return ALLOWED
        return Decision(not self.denies, Code.CAPITAL_FRAGMENTED, self.max_held_capital, share, Unit.RATIO)
