"""What a bot must remember of its breaker over a restart, as text for the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from freqtrade_riskkit.core.breaker import BreakerMemory
from freqtrade_riskkit.core.data_standing import DataStanding
from freqtrade_riskkit.core.flatten import FlattenMemory
from freqtrade_riskkit.host.cash_watch import CashState

STATE_NAME = "breaker"
VERSION = 2
_READABLE = (1, 2)
"""Version 1 knew of no orders, errors, trips by hand and sales after a trip: those begin empty."""


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
    booked_until, booked_ids
        Trades that closed before this moment are booked; of those that closed then or later, these are.
        Freqtrade may learn of a close after it learnt of a later one, so the moment lies well back.
    booked_at
        When those last trades closed, by id: Freqtrade gives the id of a deleted trade again.
    flatten
        Positions that a trip sells.
    cash
        Deposits and withdrawals that are accounted for.
    data
        Marks of open positions, and what could not be relied on.
    """

    version: int
    currency: str
    starting_balance: float
    breaker: BreakerMemory
    equity_base: float
    open_realised: dict[int, float]
    booked_until: datetime
    booked_ids: frozenset[int]
    booked_at: dict[int, datetime] = field(default_factory=dict)
    flatten: FlattenMemory = field(default_factory=FlattenMemory)
    cash: CashState = field(default_factory=CashState)
    data: DataStanding = field(default_factory=DataStanding)

    def is_booked(self, trade_id: int, closed_at: datetime) -> bool:
        """Say whether a closed trade is in the breaker's memory already."""
        if closed_at < self.booked_until:
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
    return state
