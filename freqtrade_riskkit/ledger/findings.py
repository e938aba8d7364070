"""What a look through the whole store may find."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """What sort of thing is wrong."""

    DAMAGED = "damaged"
    """The SQLite file isn't sound."""
    OWNER_UNKNOWN = "owner_unknown"
    """Rows of an account or a generation that doesn't exist."""
    FINGERPRINT_SHARED = "fingerprint_shared"
    """One bot database under two accounts."""
    TRADE_SHARED = "trade_shared"
    """The same trade under two accounts."""
    ALTERED = "altered"
    """A row that its digest doesn't belong to: something else than the kit has changed it."""
    UNREADABLE = "unreadable"
    """A row with a value that the kit never writes."""
    OUT_OF_ORDER = "out_of_order"
    """Moments that can't be: an exit before the entry, or a record of the future."""
    MISMATCHED = "mismatched"
    """Figures of one row that don't agree with each other."""
    MISSING = "missing"
    """A gap in numbers that are given one after the other."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the store.

    Attributes
    ----------
    kind
        What sort of thing.
    account_id, generation
        Whose rows; empty and None where the finding is about the whole file, None for a whole account.
    table
        The table's name; empty where the finding is about the whole file.
    key
        What the row is found by within table, account and generation: a trade id, a moment, an order's pair
        and id. Where several rows are meant, the first of them.
    text
        One line that a person reads.
    """

    kind: FindingKind
    account_id: str
    generation: int | None
    table: str
    key: str
    text: str
