"""The real bot object, where a closed trade has no profit in its database: entries wait, all else goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import pytest
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import PairLocks, Trade
from freqtrade.rpc import RPC, RPCException

from freqtrade_riskkit.host.status import Status
from tests.support.bot_object import running_bot
from tests.support.scripted import scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

FIRST, SECOND, THIRD, FOURTH = PAIRS = ["BTC/USDT", "ETH/USDT", "ADA/USDT", "XRP/USDT"]
BREAKER: dict[str, Any] = {
    "circuit_breaker": {
        "loss_streak": {"limit": 20},
        "daily_loss": {"limit": 0.5},
        "drawdown": None,
        "order_rate": None,
        "manual": {"action": "flatten"},
    }
}
CLOSED_BY_HAND = "is_open = 0, close_date = datetime('now'), close_rate = 90.0, exit_reason = 'by hand'"


def test_profit_when_it_goes_missing_while_the_bot_is_down_then_the_breaker_goes_on_and_none_counts_twice(
    workspace: Workspace,
) -> None:
    with _bot(workspace) as bot:
        _lose(bot, FIRST, SECOND)
        RPC(bot)._rpc_force_entry(THIRD, None)
        bot.process()
        realised = _realised(bot)
    with _taken_away(workspace, "close_profit_abs", 1), _bot(workspace) as bot:
        bot.process()
        _assert_denied(bot, f"trade 1 ({FIRST}) is not closed completely (no close_profit_abs); correct")
        _assert_counted(bot, 2, realised)
        assert _equity(bot) != realised, "the open position isn't marked"

        # A person's trip is followed: locked, and sold at the market.
        (workspace.user_data / "riskkit.halt").write_text("smoke")
        bot.process()
        assert [trip.detail for trip in _status(bot).trips] == ["flag file riskkit.halt: smoke"]
        assert PairLocks.is_global_lock()
        bot.process()
        assert Trade.get_open_trades() == []
        bot.process()
        realised += _profit(3)
        _assert_counted(bot, 3, realised)
        (workspace.user_data / "riskkit.halt").unlink()
        bot.process()
        assert _status(bot).trips == ()
    with _bot(workspace) as bot:
        bot.process()
        assert bot.strategy.riskkit.failure is None
        _assert_counted(bot, 3, realised)
        assert len(bot.strategy.riskkit.trade_records()) == 3
        RPC(bot)._rpc_force_entry(FIRST, None)


def test_profit_when_put_back_while_the_bot_runs_then_entries_pass_and_none_counts_twice(
    workspace: Workspace,
) -> None:
    """The newest trade, which the state doesn't know by an older one; over another restart meanwhile."""
    with _bot(workspace) as bot:
        _lose(bot, FIRST, SECOND)
        realised = _realised(bot)
    with _taken_away(workspace, "close_profit_abs", 2):
        for _ in range(2):
            with _bot(workspace) as bot:
                bot.process()
                _assert_denied(bot, f"trade 2 ({SECOND})")
                _lose_nothing(bot)
    with _bot(workspace) as bot:
        _lose(bot, THIRD)
        realised += _profit(3)
        with _taken_away(workspace, "close_profit_abs", 3):
            bot.process()
            bot.process()
            assert bot.strategy.riskkit.failure is None, "what was taken in isn't read again"
    with _taken_away(workspace, "close_rate", 2), _bot(workspace) as bot:
        bot.process()
        _assert_denied(bot, f"trade 2 ({SECOND}) is not closed completely (no close_rate); correct")
        _edit(workspace, "close_rate = 1.0 WHERE id = 2")
        bot.process()
        assert bot.strategy.riskkit.failure is None
        _assert_counted(bot, 3, realised)
        assert len(bot.strategy.riskkit.trade_records()) == 3
        RPC(bot)._rpc_force_entry(FIRST, None)


@pytest.mark.parametrize("while_down", [True, False])
def test_trade_when_closed_by_hand_without_a_profit_then_it_counts_once_it_has_one_and_others_meanwhile(
    workspace: Workspace, while_down: bool
) -> None:
    with _bot(workspace) as bot:
        bot.process()
        for pair in (FIRST, SECOND):
            RPC(bot)._rpc_force_entry(pair, None)
        bot.process()
        equity = _equity(bot)
        assert equity is not None
        assert equity < 9_996, "two positions cost their spread and fees"
        if not while_down:
            _close_by_hand(workspace)
            with pytest.raises(RPCException, match="Failed to enter"):
                RPC(bot)._rpc_force_entry(THIRD, None)  # it need not wait for the next loop
            assert _status(bot).denials == {"CHECK_FAILED": 1}
            _go_on(workspace, bot, equity)
    if while_down:
        _close_by_hand(workspace)
        with _bot(workspace) as bot:
            _go_on(workspace, bot, equity)
    with _bot(workspace) as bot:
        bot.process()
        _assert_counted(bot, 2, 10_000 - 50.0 + _profit(2))


def _close_by_hand(workspace: Workspace) -> None:
    _edit(workspace, f"{CLOSED_BY_HAND} WHERE id = 1")


def _go_on(workspace: Workspace, bot: FreqtradeBot, equity: float) -> None:
    bot.process()
    _assert_denied(bot, f"trade 1 ({FIRST}) is not closed completely (no close_profit_abs)")
    _assert_counted(bot, 0, 10_000)
    assert FIRST in _status(bot).unmarked
    assert _equity(bot) == pytest.approx(equity, abs=0.5), "the loss of what was open is taken for recovered"
    RPC(bot)._rpc_force_exit("2")
    bot.process()
    _assert_counted(bot, 1, 10_000 + _profit(2))

    _edit(workspace, "close_profit_abs = -50.0, close_profit = -0.05 WHERE id = 1")
    bot.process()
    assert bot.strategy.riskkit.failure is None
    _assert_counted(bot, 2, 10_000 - 50.0 + _profit(2))
    bot.process()
    assert (_streak(bot), _status(bot).unmarked) == (2, ())


def test_odd_trade_when_deleted_then_entries_pass(workspace: Workspace) -> None:
    with _bot(workspace) as bot:
        _lose(bot, FIRST, SECOND)
    _edit(workspace, "close_profit_abs = NULL WHERE id = 2")
    with _bot(workspace) as bot:
        bot.process()
        _assert_denied(bot, "or delete it by Freqtrade's /delete 2")
        RPC(bot)._rpc_delete(2)
        bot.process()
        RPC(bot)._rpc_force_entry(THIRD, None)
        RPC(bot)._rpc_force_exit("2")
        bot.process()
        assert _streak(bot) == 3, "another trade with that number was taken for the deleted one"


def test_breaker_when_it_remembers_nothing_then_it_does_what_people_want_and_keeps_no_doubtful_balance(
    workspace: Workspace,
) -> None:
    """The first start of the kit on an older database."""
    with _bot(workspace) as bot:
        _lose(bot, FIRST, SECOND)
        RPC(bot)._rpc_force_entry(THIRD, None)
        bot.process()
    with _taken_away(workspace, "close_profit_abs", 1):
        _forget(workspace)
        with _bot(workspace) as bot:
            bot.process()
            _assert_denied(bot, f"trade 1 ({FIRST})")
            (workspace.user_data / "riskkit.halt").write_text("smoke")
            bot.process()
            bot.process()
            assert Trade.get_open_trades() == []
            assert _states(workspace) == set()
            (workspace.user_data / "riskkit.halt").unlink()
            bot.process()
            _edit(workspace, "close_profit_abs = -50.0 WHERE id = 1")
            bot.process()
            assert bot.strategy.riskkit.failure is None
            assert (_streak(bot), _status(bot).trips) == (0, ())
            assert _realised(bot) == pytest.approx(10_000 - 50.0 + _profit(2) + _profit(3))
            bot.process()
            assert _states(workspace) >= {"account", "breaker"}
            assert len(bot.strategy.riskkit.trade_records()) == 3
            RPC(bot)._rpc_force_entry(FIRST, None)


def _assert_denied(bot: FreqtradeBot, says: str) -> None:
    assert says in bot.strategy.riskkit.failure
    before = _status(bot).denials.get("CHECK_FAILED", 0)
    with pytest.raises(RPCException, match="Failed to enter"):
        RPC(bot)._rpc_force_entry(FOURTH, None)
    assert _status(bot).denials["CHECK_FAILED"] > before


def _assert_counted(bot: FreqtradeBot, losses: int, realised: float) -> None:
    """Hold the breaker's streak and its equity without what is open against what they should be."""
    assert _streak(bot) == losses
    assert _realised(bot) == pytest.approx(realised)


def _lose_nothing(bot: FreqtradeBot) -> None:
    """Let a loop pass in which nothing happens."""
    before = (_streak(bot), _realised(bot))
    bot.process()
    assert (_streak(bot), _realised(bot)) == before


def _lose(bot: FreqtradeBot, *pairs: str) -> None:
    """Enter and leave pairs: what that costs is a loss each."""
    bot.process()
    for pair in pairs:
        RPC(bot)._rpc_force_entry(pair, None)
        (trade,) = Trade.get_open_trades()
        RPC(bot)._rpc_force_exit(str(trade.id))
    bot.process()


def _status(bot: FreqtradeBot) -> Status:
    status: Status = bot.strategy.riskkit.status()
    return status


def _streak(bot: FreqtradeBot) -> float:
    (figure,) = (figure for figure in _status(bot).figures if figure.rule == "loss_streak")
    return figure.value


def _realised(bot: FreqtradeBot) -> float:
    """Give the breaker's equity without what is open."""
    value: float = bot.strategy.riskkit.books.equity.value
    return value


def _equity(bot: FreqtradeBot) -> float | None:
    return _status(bot).equity


def _profit(number: int) -> float:
    (trade,) = Trade.get_trades([Trade.id == number]).all()
    return float(trade.close_profit_abs)


@contextmanager
def _taken_away(workspace: Workspace, column: str, number: int) -> Iterator[None]:
    """Leave a trade without a value for a while."""
    with closing(sqlite3.connect(_database(workspace), timeout=10)) as connection:
        (was,) = connection.execute(f"SELECT {column} FROM trades WHERE id = ?", [number]).fetchone()
    _edit(workspace, f"{column} = NULL WHERE id = {number}")
    yield
    if was is not None:
        _edit(workspace, f"{column} = {was!r} WHERE id = {number}")


def _edit(workspace: Workspace, change: str) -> None:
    """Change Freqtrade's database from outside."""
    with closing(sqlite3.connect(_database(workspace), timeout=10)) as connection, connection:
        assert connection.execute(f"UPDATE trades SET {change}").rowcount == 1


def _database(workspace: Workspace) -> Any:
    return workspace.root / "trades.sqlite"


def _forget(workspace: Workspace) -> None:
    """Take the kit's ledger away."""
    for file in workspace.user_data.glob("riskkit.sqlite*"):
        file.unlink()


def _states(workspace: Workspace) -> set[str]:
    """Give the names of what the kit's ledger keeps of the account."""
    with closing(sqlite3.connect(workspace.user_data / "riskkit.sqlite", timeout=10)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM riskkit_states")}


def _bot(workspace: Workspace) -> AbstractContextManager[FreqtradeBot]:
    return running_bot(workspace, BREAKER, source=scripted_with_kit(), pairs=PAIRS)
