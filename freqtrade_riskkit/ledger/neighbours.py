"""Signs of life of an account's other generations: each has a bot database of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from freqtrade_riskkit.ledger.inputs import short
from freqtrade_riskkit.ledger.owner import Owner
from freqtrade_riskkit.ledger.schema import EQUITY, GENERATIONS, STATES
from freqtrade_riskkit.ledger.store import Store


@dataclass(frozen=True, slots=True)
class LastSign:
    """What was last heard of another generation's bot.

    Attributes
    ----------
    generation
        Its number.
    at
        The newest moment that its bot recorded, UTC, by that bot's clock; None where there is none yet.
    """

    generation: int
    at: datetime | None


def signs_of_others(store: Store, owner: Owner, state: str) -> list[LastSign]:
    """Give each other generation's last sign: its newest equity sample, or when it saved this state.

    Nothing else counts, because an import writes trades and facts, and may move the time of opening.
    """
    short("state", state)
    columns = GENERATIONS.c
    same = EQUITY.c.account_id == columns.account_id, EQUITY.c.generation == columns.generation
    sampled = select(func.max(EQUITY.c.at)).where(*same).correlate(GENERATIONS).scalar_subquery()
    kept = STATES.c.account_id == columns.account_id, STATES.c.generation == columns.generation
    saved = (
        select(STATES.c.saved_at)
        .where(*kept, STATES.c.name == state)
        .correlate(GENERATIONS)
        .scalar_subquery()
    )
    query = (
        select(columns.generation, sampled, saved)
        .where(columns.account_id == owner.account_id, columns.generation != owner.generation)
        .order_by(columns.generation)
    )
    action = "look for other bots of the account"
    with store.reading(action) as connection, store.rows_understood(action):
        rows = connection.execute(query).all()
    return [LastSign(number, max((at for at in signs if at), default=None)) for number, *signs in rows]
