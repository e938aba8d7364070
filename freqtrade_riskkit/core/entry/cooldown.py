"""The least time between two entries."""

from __future__ import annotations

from dataclasses import dataclass

from freqtrade_riskkit.core.decisions import ALLOWED, Code, Decision, Unit
from freqtrade_riskkit.core.entry.request import AccountView, EntryRequest


@dataclass(frozen=True, slots=True)
class EntryCooldown:
    """Denies an initial entry that follows too soon on the one before.

    ``now − last entry < seconds``, where the time counts from the first placement of the last
    initial entry. Added and replaced entries and protective second legs are exempt.

    Attributes
    ----------
    seconds
        Wait with nothing open; 0 or more.
    seconds_with_positions
        Wait while positions are open; 0 or more.
    """

    seconds: float
    seconds_with_positions: float

    def check(self, request: EntryRequest, account: AccountView) -> Decision:
        """Deny an initial entry before the wait is over; at its very end it passes."""
        if account.last_entry_at is None:
            return ALLOWED
        wait = self.seconds_with_positions if account.open_positions else self.seconds
        passed = (request.now - account.last_entry_at).total_seconds()
        if passed >= wait or not request.faces_limits:
            return ALLOWED
        return Decision(False, Code.ENTRY_COOLDOWN, wait, passed, Unit.SECONDS)
