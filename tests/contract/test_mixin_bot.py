"""The real bot object in a dry-run against the practice exchange: entries that no signal asks for, and a bad
section with trades open.

The bot runs in this process and is driven loop by loop; force entries and exits go through Freqtrade's own
RPC, as from Telegram or FreqUI.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from freqtrade.exceptions import OperationalException
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import Trade
from freqtrade.rpc import RPC, RPCException

from tests.support.bot_object import running_bot
from tests.support.scripted import scripted, scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

FIRST, SECOND = "BTC/USDT", "ETH/USDT"
ADJUSTING = """
position_adjustment_enable = True
wanted = None

def adjust_trade_position(self, trade, current_time, current_rate, current_profit, min_stake, max_stake,
                          current_entry_rate, current_exit_rate, current_entry_profit, current_exit_profit,
                          **kwargs):
    return self.wanted
"""
LIMITS = {"profile": "micro_cap", "entry": {"max_open_positions": 1}}
BAD = {"circuit_breaker": {"drawdown": {"limit": 15}}}


def test_force_entry_when_a_rule_denies_then_refused_and_exits_go_on(workspace: Workspace) -> None:
    """One position and no added entries: first entry, second pair, open pair, reduction, exit."""
    with _bot(workspace, LIMITS) as bot:
        rpc = RPC(bot)
        with pytest.raises(RPCException, match="Failed to enter"):
            rpc._rpc_force_entry(FIRST, None)  # before the first loop nothing is known
        _loop(bot)

        rpc._rpc_force_entry(FIRST, None)
        trade = _only_trade()
        with pytest.raises(RPCException, match="Failed to enter"):
            rpc._rpc_force_entry(SECOND, None)
        with pytest.raises(RPCException, match="Failed to enter"):
            rpc._rpc_force_entry(FIRST, None)
        assert trade.nr_of_successful_entries == 1
        assert bot.strategy.riskkit.status().denials == {
            "CHECK_FAILED": 1,
            "POSITION_LIMIT": 1,
            "DCA_DISABLED": 1,
        }

        before = trade.amount
        bot.strategy.wanted = 100.0
        bot.process_open_trade_positions()
        assert (trade.nr_of_successful_entries, trade.amount) == (1, before)
        bot.strategy.wanted = -trade.stake_amount / 2
        bot.process_open_trade_positions()
        assert trade.amount == pytest.approx(before / 2, rel=0.01)
        bot.strategy.wanted = None

        rpc._rpc_force_exit(str(trade.id))
        assert Trade.get_open_trades() == []


def test_force_entry_on_an_open_pair_when_nothing_denies_then_added(workspace: Workspace) -> None:
    """With the mixin and without limits, as with a strategy that has no mixin."""
    for source in (scripted_with_kit(body=ADJUSTING), scripted(body=ADJUSTING)):
        with _bot(workspace, None, source=source, database="free.sqlite") as bot:
            rpc = RPC(bot)
            _loop(bot)
            rpc._rpc_force_entry(FIRST, None)
            rpc._rpc_force_entry(FIRST, None)
            assert _only_trade().nr_of_successful_entries == 2
            rpc._rpc_force_exit("all")


def test_replaced_order_when_entries_are_off_then_not_placed_again(workspace: Workspace) -> None:
    """Freqtrade cancels the old order and places the new one without asking any callback."""
    with _bot(workspace, {}) as bot:
        _loop(bot)
        RPC(bot)._rpc_force_entry(FIRST, None)
        trade = _only_trade()
        assert bot.execute_entry(FIRST, 100, price=100.0, trade=trade, mode="replace")

    with _bot(workspace, {"entry": {"enabled": False}}) as bot:
        _loop(bot)
        (trade,) = Trade.get_open_trades()
        assert not bot.execute_entry(FIRST, 100, price=100.0, trade=trade, mode="replace")
        assert bot.strategy.riskkit.status().denials == {"ENTRIES_DISABLED": 1}


def test_bad_section_when_trades_are_open_then_the_bot_runs_for_its_exits(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    """Refused at a first start; put up with, loudly, once there is a position to look after."""
    with (
        pytest.raises(OperationalException, match=r"drawdown\.limit must be .* was 15"),
        _bot(workspace, BAD),
    ):
        pass
    with _bot(workspace, {}) as bot:
        _loop(bot)
        RPC(bot)._rpc_force_entry(FIRST, None)

    with _bot(workspace, BAD) as bot:
        told = [record for record in caplog.records if "Trades are open" in record.getMessage()]
        rpc = RPC(bot)
        _loop(bot)
        for pair in (FIRST, SECOND):
            with pytest.raises(RPCException, match="Failed to enter"):
                rpc._rpc_force_entry(pair, None)
        assert bot.strategy.riskkit.status().denials == {"CONFIG_INVALID": 2}
        rpc._rpc_force_exit("all")
        assert Trade.get_open_trades() == []
    assert len(told) == 1
    assert "was 15" in told[0].getMessage()


def _loop(bot: FreqtradeBot) -> None:
    """Let the bot go through its loop once, as its worker does."""
    bot.process()


def _only_trade() -> Trade:
    (trade,) = Trade.get_open_trades()
    return trade


def _bot(
    workspace: Workspace,
    section: Mapping[str, Any] | None,
    *,
    source: str = scripted_with_kit(body=ADJUSTING),
    database: str = "trades.sqlite",
) -> AbstractContextManager[FreqtradeBot]:
    """Start a bot on a database of the workspace, and end it."""
    return running_bot(workspace, section, source=source, pairs=[FIRST, SECOND], database=database)
