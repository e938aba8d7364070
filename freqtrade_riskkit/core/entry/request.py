"""What is asked of the entry rules: a request, and the account as it stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from freqtrade_riskkit.core.decisions import Decision


class EntryKind(StrEnum):
    """What an entry order is for."""

    INITIAL = "initial"
    ADDED = "added"
    REPLACED = "replaced"


class EntryRequest(NamedTuple):
    """One entry that a strategy or a person asks for.

    Attributes
    ----------
    confidence
        The signal's confidence in [0, 1]; None where the strategy gives none, NaN where it gives one
        for other candles but not for this.
    """

    pair: str
    kind: EntryKind
    now: datetime
    confidence: float | None = None


class AccountView(NamedTuple):
    """What the rules may know of the account; Freqtrade's open trades are its only source.

    Attributes
    ----------
    open_positions
        Open positions and unfilled first entries together, without the one that is replaced.
    pair_is_open
        Whether the pair asked for has one of them.
    last_entry_at
        First placement of the newest initial entry; None before the first one.
    held_capital
        Stake currency reserved by open entry orders, without the one that is asked for.
    balance
        Balance in stake currency that `held_capital` is set against.
    """

    open_positions: int
    pair_is_open: bool
    last_entry_at: datetime | None
    held_capital: float
    balance: float


class EntryRule(Protocol):
    """A rule that lets an entry pass or denies it."""

    def check(self, request: EntryRequest, account: AccountView) -> Decision:
        """Decide on a request without touching anything."""
        ...
