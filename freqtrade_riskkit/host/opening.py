"""How the books of a run are opened: for a backtest, and for a bot."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freqtrade.exchange import timeframe_to_seconds
from freqtrade.persistence import KeyValueStore
from freqtrade.util.dry_run_wallet import get_dry_run_wallet

from freqtrade_riskkit.core.breaker import BreakerEvent, CircuitBreaker
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host.account import database_fingerprint
from freqtrade_riskkit.host.account_records import records_of
from freqtrade_riskkit.host.backtest_books import BacktestBooks
from freqtrade_riskkit.host.balances import Balances
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_feeds import feeds_of, marks_of
from freqtrade_riskkit.host.bot_keeper import BotKeeper
from freqtrade_riskkit.host.bot_ledger import ledger_of
from freqtrade_riskkit.host.breaker_desk import SAMPLES_APART, BreakerDesk
from freqtrade_riskkit.host.cash_feed import CashFeed
from freqtrade_riskkit.host.cash_watch import CashState, CashWatch
from freqtrade_riskkit.host.error_log import unread_loggers
from freqtrade_riskkit.host.exit_rest import ExitRest
from freqtrade_riskkit.host.marks_backtest import BacktestMarks
from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.host.odd_closes import OddCloses
from freqtrade_riskkit.host.policies import breaker_policy
from freqtrade_riskkit.host.read_budget import ReadBudget
from freqtrade_riskkit.host.realised_equity import RealisedEquity
from freqtrade_riskkit.host.trades import BacktestTrades, DatabaseTrades
from freqtrade_riskkit.host.translation import utc

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

    from freqtrade_riskkit.host.session import RiskSession

logger = logging.getLogger("freqtrade_riskkit")

MICRO_CAP_LEAST = 15.0
"""Balance below which even the profile for small accounts warns, in a USD-like stake currency."""


def open_backtest(session: RiskSession, strategy: IStrategy, now: datetime) -> BacktestBooks:
    """Open the books of a backtest at its first loop, one candle after its start."""
    candle = timedelta(seconds=timeframe_to_seconds(strategy.timeframe))
    books = BacktestBooks(
        session.account_id,
        BacktestTrades(),
        Performance(session.account_id, get_dry_run_wallet(strategy.config)),
        now - candle,
        session.exits.forget if session.exits is not None else None,
        has_partial_exits=bool(strategy.position_adjustment_enable),
    )
    equity = _starting_balance(strategy)
    _warn_of_smallness(session, equity)
    section = session.config.circuit_breaker
    is_spot = str(strategy.config["trading_mode"]) == "spot"
    stays = is_spot and not strategy.position_adjustment_enable
    rows, frames = session.candles or ({}, {})
    marks = BacktestMarks(rows, candle, stays, frames, _rest_of(session, strategy) if stays else None)
    aside = books.performance.balance - equity
    if session.breaker_simulated and section is not None:
        breaker = CircuitBreaker(breaker_policy(section), equity, now, SAMPLES_APART)
        desk = BreakerDesk(breaker, session.currency, session.enforces, _keep_quiet)
        books.attach(desk, RealisedEquity(equity, {}), marks, aside=aside)
    elif session.run is Run.BACKTEST:
        books.attach(None, RealisedEquity(equity, {}), marks, aside=aside)
    return books


def open_bot(session: RiskSession, strategy: IStrategy, now: datetime) -> BotKeeper:
    """Open the books of a running bot, with all the trades its database has closed so far."""
    section = session.config.circuit_breaker
    starting_balance = _balance_now(strategy)
    _warn_of_silence(session)
    _warn_of_smallness(session, starting_balance)
    bot_start = KeyValueStore.get_datetime_value("bot_start_time")
    trades = DatabaseTrades()
    books = AccountBooks(
        session.account_id,
        trades,
        Performance(session.account_id, starting_balance),
        utc(bot_start) if bot_start is not None else now,
        session.exits.forget if session.exits is not None else None,
    )
    books.take_new_trades()
    odd = OddCloses(books, trades)
    ledger = ledger_of(
        session.config.db_url,
        Path(strategy.config["user_data_dir"]),
        session.account_id,
        database_fingerprint,
        denies=session.present and session.config.on_ledger_failure == "deny",
        alert=session.alerts.send,
    )
    session.alerts.keep_in(ledger.note_alert)
    is_futures = str(strategy.config["trading_mode"]) == "futures"
    reads = Balances(strategy.dp._exchange, ReadBudget(), is_futures=is_futures)
    marks = marks_of(strategy, section, reads, odd.unknown_pairs)
    feeds = None
    if section is not None:
        feeds = feeds_of(
            section, strategy, session.run, ledger, marks, session.watch, reads, session.alerts.send
        )
    return BotKeeper(
        books,
        odd,
        ledger,
        breaker_policy(section) if section is not None else None,
        feeds,
        session.actions,
        CashFeed(
            _watch_of_cash(session, strategy, reads),
            float(strategy.config.get("tradable_balance_ratio", 1.0)),
        ),
        records_of(
            ledger,
            session.account_id,
            session.currency,
            marks,
            session.config.equity_interval_seconds,
            session.config.alerts,
            session.alerts.send,
        ),
        session.currency,
        partial(_balance_now, strategy),
        session.alerts.send,
    )


def _watch_of_cash(
    session: RiskSession, strategy: IStrategy, reads: Balances
) -> Callable[[CashState], CashWatch] | None:
    """Give what makes the watch over a live bot's cash flows.

    A bot that was given an amount of its own (`available_capital`) has it whatever comes to the account.
    """
    section, config = session.config.circuit_breaker, strategy.config
    if section is None or section.cash_flows is None or not section.cash_flows.read:
        return None
    if session.run is not Run.LIVE or config.get("available_capital") is not None:
        return None
    return partial(_make_watch, strategy.dp._exchange, reads, session.alerts.send)


def _make_watch(exchange: Any, reads: Balances, alert: Callable[[str], None], state: CashState) -> CashWatch:
    return CashWatch(exchange, reads, state=state, alert=alert)


def _warn_of_silence(session: RiskSession) -> None:
    """Say where the user's log config silences what errors are read from."""
    unread = unread_loggers() if session.watch is not None else ()
    if unread:
        session.alerts.send(
            f"The log config silences warnings of {', '.join(unread)}: "
            "errors that only the log tells don't count."
        )


def _warn_of_smallness(session: RiskSession, balance: float) -> None:
    """Say where even the profile of small accounts expects more; not in each epoch of a hyperopt."""
    if session.config.profile != "micro_cap" or balance >= MICRO_CAP_LEAST or session.run is Run.HYPEROPT:
        return
    text = (
        f"profile micro_cap: a balance of {balance:.2f} {session.currency} is below "
        f"{MICRO_CAP_LEAST:.0f}; most exchanges take no order that small."
    )
    if session.run.is_trade:
        session.alerts.send(text)
    else:
        logger.warning("riskkit: %s", text)


def _balance_now(strategy: IStrategy) -> float:
    """Give with how much a bot began, by what its database says now.

    A dry-run's wallet is made up from the database, but not until Freqtrade wants it anew.
    """
    if strategy.config["dry_run"] and strategy.wallets is not None:
        strategy.wallets.update()
    return _starting_balance(strategy)


def _rest_of(session: RiskSession, strategy: IStrategy) -> ExitRest | None:
    """Let exit checks rest, where they are the kit's alone and look at the candles that are marked."""
    if session.exits is None or not session.may_rest or strategy.config.get("timeframe_detail"):
        return None
    return session.exits.rest


def _starting_balance(strategy: IStrategy) -> float:
    if strategy.wallets is None:
        raise ValueError("the wallets are not there yet")
    balance = float(strategy.wallets.get_starting_balance())
    if not math.isfinite(balance):
        raise ValueError(
            f"Freqtrade's starting balance is {balance}: the profit of a closed trade in its database is no "
            "number; `riskkit import` names the trade"
        )
    return balance


def _keep_quiet(event: BreakerEvent) -> None:
    """Say nothing: a backtest reports its trips at its end."""
