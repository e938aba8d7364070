"""What an account began with, kept beside its records: every ratio of the account rests on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

STATE_NAME = "account"
"""The name that the facts are kept under with `AccountLedger.save_state`."""

VERSION = 1


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """How one generation of an account began.

    Attributes
    ----------
    starting_balance
        What the account was worth before its first recorded trade, in stake currency; finite and above 0.
        Deposits and withdrawals that came later aren't in it.
    currency
        The stake currency of all its money; not blank.
    started_at
        When it began; aware.
    """

    starting_balance: float
    currency: str
    started_at: datetime

    def __post_init__(self) -> None:
        if not (math.isfinite(self.starting_balance) and self.starting_balance > 0):
            raise ValueError(f"starting_balance must be above 0, was {self.starting_balance}")
        if not self.currency.strip():
            raise ValueError("currency must not be empty")
        if self.started_at.utcoffset() is None:
            raise ValueError(f"started_at must be aware of its time zone, was {self.started_at.isoformat()}")


class FactsUnreadable(ValueError):
    """Stored facts that this version of the kit can't read."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """The facts as JSON has them: the layout's version first."""

    version: int
    starting_balance: float
    currency: str
    started_at: datetime


_ADAPTER = TypeAdapter(_Stored)


def facts_to_text(facts: AccountFacts) -> str:
    """Write facts as JSON for `AccountLedger.save_state`."""
    stored = _Stored(VERSION, facts.starting_balance, facts.currency, facts.started_at)
    return _ADAPTER.dump_json(stored).decode()


def facts_from_text(text: str) -> AccountFacts:
    """Read facts back.

    Raises
    ------
    FactsUnreadable
        Where the text isn't such facts, or of another version.
    """
    try:
        stored = _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise FactsUnreadable(
            f"what the account began with can't be read: {error.error_count()} errors"
        ) from error
    if stored.version != VERSION:
        raise FactsUnreadable(f"what the account began with has version {stored.version}, not {VERSION}")
    try:
        return AccountFacts(stored.starting_balance, stored.currency, stored.started_at)
    except ValueError as error:
        raise FactsUnreadable(f"what the account began with can't be right: {error}") from error
