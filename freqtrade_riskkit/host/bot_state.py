"""What a bot must remember of its breaker over a restart, as text for the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from freqtrade_riskkit.core.breaker import BreakerMemory
from freqtrade_riskkit.core.data_standing import DataStanding
from freqtrade_riskkit.core.flatten import FlattenMemory
from freqtrade_riskkit.host.cash_watch import CashState

STATE_NAME = "breaker"
VERSION = 3
_READABLE = (1, 2, 3)
"""Version 1 knew of no orders, errors, trips by hand and sales after a trip: those begin empty.

Versions 1 and 2 told booked trades by their close dates, which may be corrected."""
_BY_ENTRY = 3


@dataclass(frozen=True, slots=True)
class Booked:
    """Which closed trades are in the breaker's memory: all up to the last ones, but for a few.

    A trade keeps its id and its open date whatever is corrected in it. One that was given the id of a
    deleted trade opened after all that were there before it.

    Attributes
    ----------
    last_id
        The highest id among them.
    last_entry_at
        The newest open date among them; None where there are none at all.
    besides
        Ids up to the last one that are not among them, such as those of open trades.
    """

    last_id: int
    last_entry_at: datetime | None
    besides: frozenset[int]

    def has(self, trade_id: int, entry_at: datetime) -> bool:
        """Say whether a closed trade is among them."""
        if self.last_entry_at is None or trade_id > self.last_id or entry_at > self.last_entry_at:
            return False
        return trade_id not in self.besides


def booked_trades(known: Iterable[tuple[int, datetime]], unbooked: Set[int]) -> Booked:
    """Say which trades are booked: these, by id and open date, and none of the ids that aren't booked."""
    last_id, last_entry_at = 0, None
    for trade_id, entry_at in known:
        last_id = max(last_id, trade_id)
        last_entry_at = max(last_entry_at or entry_at, entry_at)
    return Booked(last_id, last_entry_at, frozenset(key for key in unbooked if key <= last_id))


@dataclass(frozen=True, slots=True)
class BotState:
    """The breaker's memory, and up to where Freqtrade's trades were booked in it.

    Attributes
    ----------
    version
        Of this layout.
    currency
        Stake currency of all money in it.
    starting_balance
        Balance at the account's first start with the kit, read once: Freqtrade's own figure moves.
    breaker
        The state machine.
    equity_base, open_realised
        Realised equity without, and of, the partial exits of open trades.
    booked_until, booked_ids, booked_at
        Up to version 2, in place of `booked`: trades that closed before this moment are booked; of those
        that closed then or later, these are, with their close dates where those are given.
    flatten
        Positions that a trip sells.
    cash
        Deposits and withdrawals that are accounted for.
    data
        Marks of open positions, and what could not be relied on.
    booked
        Which closed trades are in the breaker's memory.
    """

    version: int
    currency: str
    starting_balance: float
    breaker: BreakerMemory
    equity_base: float
    open_realised: dict[int, float]
    booked_until: datetime | None = None
    booked_ids: frozenset[int] = frozenset()
    booked_at: dict[int, datetime] = field(default_factory=dict)
    flatten: FlattenMemory = field(default_factory=FlattenMemory)
    cash: CashState = field(default_factory=CashState)
    data: DataStanding = field(default_factory=DataStanding)
    booked: Booked | None = None

    def is_booked(self, trade_id: int, entry_at: datetime, closed_at: datetime) -> bool:
        """Say whether a closed trade is in the breaker's memory already."""
        if self.booked is not None:
            return self.booked.has(trade_id, entry_at)
        if self.booked_until is not None and closed_at < self.booked_until:
            return True
        if self.booked_at:
            return self.booked_at.get(trade_id) == closed_at
        return trade_id in self.booked_ids


class StateUnreadable(ValueError):
    """A stored state that this version of the kit can't read."""


_ADAPTER = TypeAdapter(BotState)


def to_text(state: BotState) -> str:
    """Write a state as JSON."""
    return _ADAPTER.dump_json(state).decode()


def from_text(text: str) -> BotState:
    """Read a state back.

    Raises
    ------
    StateUnreadable
        Where the text isn't such a state, or of another version.
    """
    try:
        state = _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise StateUnreadable(
            f"the stored state of the breaker can't be read: {error.error_count()} errors"
        ) from error
    if state.version not in _READABLE:
        raise StateUnreadable(f"the stored state of the breaker has version {state.version}, not {VERSION}")
    if (state.booked_until if state.version < _BY_ENTRY else state.booked) is None:
        raise StateUnreadable("the stored state of the breaker can't be read: it doesn't say what is booked")
    return state
