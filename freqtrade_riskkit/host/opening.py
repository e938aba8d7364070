"""How the books of a run are opened: for a backtest, and for a bot."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from freqtrade.persistence import KeyValueStore
from freqtrade.util.dry_run_wallet import get_dry_run_wallet

from freqtrade_riskkit.core.breaker import BreakerEvent, CircuitBreaker
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host.account import database_fingerprint
from freqtrade_riskkit.host.books import AccountBooks, RealisedEquity
from freqtrade_riskkit.host.bot_keeper import BotKeeper
from freqtrade_riskkit.host.bot_ledger import ledger_of
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.policies import breaker_policy
from freqtrade_riskkit.host.trades import BacktestTrades, DatabaseTrades
from freqtrade_riskkit.host.translation import utc

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

    from freqtrade_riskkit.host.session import RiskSession

MICRO_CAP_LEAST = 15.0
"""Balance below which even the profile for small accounts warns, in a USD-like stake currency."""


def open_backtest(
    session: RiskSession, strategy: IStrategy, now: datetime, candle: timedelta
) -> AccountBooks:
    """Open the books of a backtest at its first loop, one candle after its start."""
    books = AccountBooks(
        session.account_id,
        BacktestTrades(),
        Performance(session.account_id, get_dry_run_wallet(strategy.config)),
        now - candle,
        session.forget_trade,
        has_partial_exits=bool(strategy.position_adjustment_enable),
    )
    section = session.config.circuit_breaker
    if session.breaker_simulated and section is not None:
        equity = _starting_balance(strategy)
        breaker = CircuitBreaker(breaker_policy(section), equity, now)
        desk = BreakerDesk(breaker, session.currency, session.enforces, _keep_quiet)
        books.attach(desk, RealisedEquity(equity, {}))
    return books


def open_bot(session: RiskSession, strategy: IStrategy, now: datetime) -> BotKeeper:
    """Open the books of a running bot, with all the trades its database has closed so far."""
    section = session.config.circuit_breaker
    starting_balance = _starting_balance(strategy)
    if session.config.profile == "micro_cap" and starting_balance < MICRO_CAP_LEAST:
        session.alerts.send(
            f"profile micro_cap: a balance of {starting_balance:.2f} {session.currency} is below "
            f"{MICRO_CAP_LEAST:.0f}; most exchanges take no order that small."
        )
    bot_start = KeyValueStore.get_datetime_value("bot_start_time")
    books = AccountBooks(
        session.account_id,
        DatabaseTrades(),
        Performance(session.account_id, starting_balance),
        utc(bot_start) if bot_start is not None else now,
        session.forget_trade,
        has_partial_exits=True,
    )
    books.take_new_trades()
    ledger = ledger_of(
        session.config.db_url,
        Path(strategy.config["user_data_dir"]),
        session.account_id,
        database_fingerprint,
        denies=session.present and session.config.on_ledger_failure == "deny",
    )
    return BotKeeper(
        books,
        ledger,
        breaker_policy(section) if section is not None else None,
        session.currency,
        starting_balance,
        session.enforces,
        session.alerts.send,
    )


def _starting_balance(strategy: IStrategy) -> float:
    if strategy.wallets is None:
        raise ValueError("the wallets are not there yet")
    return float(strategy.wallets.get_starting_balance())


def _keep_quiet(event: BreakerEvent) -> None:
    """Say nothing: a backtest reports its trips at its end."""
