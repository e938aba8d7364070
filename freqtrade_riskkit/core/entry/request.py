"""What is asked of the entry rules: a request, and the account as it stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from freqtrade_riskkit.core.decisions import Decision

SECOND_LEG = "riskkit_second_leg"
"""Enter tag of the protective second leg of a pair trade: exempt from limits and cooldowns."""
OVERRIDE = "riskkit_override"
"""Enter tag with which a person's force entry passes in spite of a denial."""


class EntryKind(StrEnum):
    """What an entry order is for; a replaced one was let in when it was first placed."""

    INITIAL = "initial"
    ADDED = "added"
    REPLACED = "replaced"
    REPLACED_ADDED = "replaced_added"

    @property
    def adds(self) -> bool:
        """Whether the order adds to a position that is filled already."""
        return self in (EntryKind.ADDED, EntryKind.REPLACED_ADDED)


class EntryRequest(NamedTuple):
    """One entry that a strategy or a person asks for.

    Attributes
    ----------
    confidence
        The signal's confidence in [0, 1]; None where the strategy gives none, NaN where it gives one
        for other candles but not for this.
    enter_tag
        The tag of the signal or of the order; None where it has none.
    """

    pair: str
    kind: EntryKind
    now: datetime
    confidence: float | None = None
    enter_tag: str | None = None

    @property
    def faces_limits(self) -> bool:
        """Whether limits on positions and cooldowns count: for first orders, but not for second legs."""
        return self.kind is EntryKind.INITIAL and self.enter_tag != SECOND_LEG


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
