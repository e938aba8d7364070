"""Entries that Freqtrade turns away for a lock of the kit: nobody asks the kit about them.

They are counted here as what they are, denials by the kit. So a run that enforces counts what a run that
only observes, and locks nothing, would.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import LocalTrade, PairLocks, Trade

from freqtrade_riskkit.host.asked import Asked
from freqtrade_riskkit.host.locks import only_own_locks
from freqtrade_riskkit.host.strategy_class import carries_kit

logger = logging.getLogger("freqtrade_riskkit.denials")

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]

_backtested: ContextVar[Any] = ContextVar("riskkit_backtested", default=None)
"""The strategy whose backtest runs in this thread; None outside of one."""


def hook_locks(once: Callable[[Any, str, Wrap], None]) -> None:
    """Wrap what looks at locks before an entry; `once` does it only once."""
    once(PairLocks, "is_pair_locked", _count_in_backtest)
    once(FreqtradeBot, "enter_positions", _count_in_bot)


@contextmanager
def backtest_of(strategy: Any) -> Iterator[None]:
    """Say whose backtest runs, for as long as it does."""
    token = _backtested.set(strategy)
    try:
        yield
    finally:
        _backtested.reset(token)


def _count_in_backtest(original: Callable[..., Any]) -> Callable[..., Any]:
    def is_pair_locked(pair: str, now: datetime | None = None, side: str = "*") -> Any:
        locked = original(pair, now, side)
        if locked and now is not None and (strategy := _backtested.get()) is not None:
            try:
                _count_if_entry(strategy, pair, now, side)
            except Exception:  # a count that fails must not change what Freqtrade is told of its lock
                logger.exception("An entry on %s that a lock turned away could not be counted.", pair)
        return locked

    return is_pair_locked


def _count_if_entry(strategy: Any, pair: str, now: datetime, side: str) -> None:
    """Count what Freqtrade asks before an entry: on this candle, with a free place, on a pair not open.

    Protections ask too, about the ends of their locks, which lie ahead.
    """
    books, slots = strategy.riskkit.books, strategy.max_open_trades
    is_entry = (
        (books is not None and books.now == now)
        and (slots <= 0 or LocalTrade.bt_open_open_trade_count < slots)
        and (strategy.config.get("position_stacking") or not LocalTrade.bt_trades_open_pp.get(pair))
    )
    if is_entry and only_own_locks(now, side) and not PairLocks.get_pair_locks(pair, now, side):
        strategy.riskkit.admits(Asked(pair, now))  # for its count alone: the lock has denied the entry


def _count_in_bot(original: Callable[..., Any]) -> Callable[..., Any]:
    def enter_positions(self: Any, *args: Any, **kwargs: Any) -> Any:
        if carries_kit(self.strategy) and self.strategy.riskkit.enforces:
            try:
                _count_signals(self)
            except Exception:  # these entries are denied by the lock already; only their count is lost
                logger.exception("Entries that a lock turns away could not be counted.")
        return original(self, *args, **kwargs)

    return enter_positions


def _count_signals(bot: Any) -> None:
    """Count the signals that Freqtrade doesn't look at while all pairs are locked."""
    strategy, now = bot.strategy, datetime.now(UTC)
    if not only_own_locks(now, "*"):
        return
    taken = {trade.pair for trade in Trade.get_open_trades()}
    for pair in bot.active_pair_whitelist:
        if pair in taken:
            continue
        candles, _ = bot.dataprovider.get_analyzed_dataframe(pair, strategy.timeframe)
        side, tag = strategy.get_entry_signal(pair, strategy.timeframe, candles)
        if side and not PairLocks.get_pair_locks(pair, now, side):
            strategy.riskkit.admits(Asked(pair, now, enter_tag=tag))  # for its count alone
