"""Freqtrade's own tables in memory, and locks in them as a person, a protection and the kit make them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from freqtrade.persistence import PairLocks, Trade, init_db
from freqtrade.persistence.models import PairLock
from freqtrade.rpc import RPC
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskkit import RiskKitMixin
from freqtrade_riskkit.host.registration import register

TIMEFRAME = "5m"


@contextmanager
def freqtrade_database() -> Iterator[None]:
    """Open the tables, and let locks end with candles of five minutes."""
    before = PairLocks.timeframe
    register()
    init_db("sqlite://")
    PairLocks.timeframe = TIMEFRAME
    engine = Trade.session.get_bind()
    yield
    Trade.session.remove()
    engine.dispose()
    PairLocks.timeframe = before


class KitStrategy(RiskKitMixin, IStrategy):
    """A strategy with the mixin, of which only the type counts."""

    def __init__(self) -> None:
        pass

    def populate_indicators(self, dataframe: DataFrame, metadata: dict[str, str]) -> DataFrame:
        return dataframe


def rpc(strategy: object | None = None) -> RPC:
    """Give the door that REST goes through, of a bot with this strategy; with the kit by default."""
    made: Any = object.__new__(RPC)
    made._freqtrade = SimpleNamespace(strategy=strategy if strategy is not None else KitStrategy())
    return made


def delete_lock(lock: PairLock) -> None:
    """Delete a lock, as Freqtrade does where a person asks for it."""
    rpc()._rpc_delete_lock(lockid=lock.id)


def end_lock_at(lock: PairLock, moment: datetime) -> None:
    """Let a lock have been deleted by a person at a moment."""
    lock.active = False
    lock.lock_end_time = moment
    Trade.commit()
