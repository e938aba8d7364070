"""The real bot object, where a closed trade is corrected in Freqtrade's database: it counts once."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing
from datetime import timedelta
from typing import Any

import pytest
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import Trade
from freqtrade.rpc import RPC

from freqtrade_riskkit.host.status import Status
from tests.support.bot_object import running_bot
from tests.support.scripted import scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

FIRST, SECOND, THIRD = PAIRS = ["BTC/USDT", "ETH/USDT", "ADA/USDT"]
BREAKER: dict[str, Any] = {"circuit_breaker": {"loss_streak": {"limit": 20}, "drawdown": None}}


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_close_when_its_date_is_edited_then_counted_once_also_after_a_restart(
    workspace: Workspace, hours: float
) -> None:
    with _bot(workspace) as bot:
        _lose(bot, FIRST, SECOND)
        before = _counted(bot)
        assert before[:2] == (2, 2.0)

        _edit(workspace, f"close_date = datetime(close_date, '{hours:+} hours') WHERE id = 1")
        bot.process()
        assert _counted(bot) == before
        bot.process()
    with _bot(workspace) as bot:
        bot.process()
        assert _counted(bot) == before

    _edit(workspace, f"close_date = datetime(close_date, '{-2 * hours:+} hours') WHERE id = 2")
    with _bot(workspace) as bot:
        bot.process()
        assert _counted(bot) == before
        _lose(bot, THIRD)
        assert _counted(bot)[:2] == (3, 3.0)


def test_close_when_freqtrade_dates_it_anew_from_its_orders_then_counted_once(workspace: Workspace) -> None:
    """As `/reload_trade` does, where the exchange's order says another time than the first answer did."""
    with _bot(workspace) as bot:
        _lose(bot, FIRST)
        before = _counted(bot)
        (trade,) = Trade.get_trades().all()
        closed_at = trade.close_date
        leaving = trade.orders[-1]
        leaving.order_filled_date = leaving.order_filled_date + timedelta(seconds=90)
        Trade.commit()
        order = {"id": leaving.order_id, "status": "closed"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bot.exchange, "fetch_orders", lambda *args: [order])
            patch.setattr(bot, "update_trade_state", lambda *args, **kwargs: False)
            RPC(bot)._rpc_reload_trade_from_exchange(trade.id)
        assert trade.close_date == closed_at + timedelta(seconds=90)

        bot.process()

        assert _counted(bot) == before


def test_close_when_its_id_was_that_of_a_deleted_trade_then_both_count(workspace: Workspace) -> None:
    """SQLite gives the number of the newest trade again once that is gone."""
    with _bot(workspace) as bot:
        _lose(bot, FIRST, SECOND)
        RPC(bot)._rpc_delete(2)
        bot.process()
        RPC(bot)._rpc_force_entry(THIRD, None)
        bot.process()
    with _bot(workspace) as bot:
        bot.process()
        RPC(bot)._rpc_force_exit("2")
        bot.process()
        assert [trade.id for trade in Trade.get_trades().all()] == [1, 2]
        assert _figure(bot.strategy.riskkit.status(), "loss_streak") == 3.0


def test_close_when_freqtrade_learns_of_it_two_days_late_and_after_a_restart_then_counted(
    workspace: Workspace,
) -> None:
    """It was open when the bot went down, whatever its close date is."""
    with _bot(workspace) as bot:
        bot.process()
        RPC(bot)._rpc_force_entry(SECOND, None)
        RPC(bot)._rpc_force_entry(FIRST, None)
        RPC(bot)._rpc_force_exit("2")
        bot.process()
        equity = bot.strategy.riskkit.books.equity.value
    _edit(
        workspace,
        "is_open = 0, close_date = datetime('now', '-2 days'), close_rate = 1.0, close_profit = -0.05, "
        "close_profit_abs = -50.0 WHERE id = 1",
    )
    with _bot(workspace) as bot:
        bot.process()
        status = bot.strategy.riskkit.status()
        assert (status.equity, _figure(status, "loss_streak")) == (pytest.approx(equity - 50.0), 2.0)


def _lose(bot: FreqtradeBot, *pairs: str) -> None:
    """Enter and leave pairs: what that costs is a loss each."""
    bot.process()
    for pair in pairs:
        RPC(bot)._rpc_force_entry(pair, None)
        (trade,) = Trade.get_open_trades()
        RPC(bot)._rpc_force_exit(str(trade.id))
    bot.process()


def _counted(bot: FreqtradeBot) -> tuple[int, float, float | None, float | None]:
    """Give how often trades counted: their number, the breaker's streak, its equity and the day's loss."""
    status = bot.strategy.riskkit.status()
    assert bot.strategy.riskkit.failure is None
    return status.metrics.trades, _figure(status, "loss_streak"), status.equity, status.day_loss


def _figure(status: Status, name: str) -> float:
    (figure,) = (figure for figure in status.figures if figure.rule == name)
    return figure.value


def _edit(workspace: Workspace, change: str) -> None:
    """Change Freqtrade's database from outside."""
    with closing(sqlite3.connect(workspace.root / "trades.sqlite", timeout=10)) as connection, connection:
        assert connection.execute(f"UPDATE trades SET {change}").rowcount == 1


def _bot(workspace: Workspace) -> AbstractContextManager[FreqtradeBot]:
    return running_bot(workspace, BREAKER, source=scripted_with_kit(), pairs=PAIRS)
