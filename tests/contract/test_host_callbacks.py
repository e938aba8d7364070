"""What the kit believes of Freqtrade's callbacks: order, copies of trades, what becomes of errors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted

pytestmark = pytest.mark.timeout(120)

PAIR = "BTC/USDT"
STILL = {PAIR: candles.flat(100.0, 6)}
ONE_TRADE = {PAIR: {"enter": ["2024-01-01 02:00"], "exit": ["2024-01-01 04:00"]}}
NOTING = """
from freqtrade.persistence import LocalTrade
"""
BODY = """
position_adjustment_enable = True

@property
def seen(self):
    return self.__dict__.setdefault("noted", [])

@property
def protections(self):
    self.seen.append("protections")
    return []

def bot_start(self, **kwargs):
    self.seen.append("bot_start")

def advise_entry(self, dataframe, metadata):
    self.seen.append("advise_entry")
    return super().advise_entry(dataframe, metadata)

def bot_loop_start(self, current_time, **kwargs):
    self.seen.append(f"loop {current_time.hour}")

def custom_stake_amount(self, **kwargs):
    self.seen.append("custom_stake_amount")
    return kwargs["proposed_stake"]

def confirm_trade_entry(self, **kwargs):
    self.seen.append("confirm_trade_entry")
    return True

def adjust_trade_position(self, trade, **kwargs):
    self.seen.append(("adjust_trade_position", self.is_real(trade)))

def custom_exit(self, pair, trade, **kwargs):
    self.seen.append(("custom_exit", self.is_real(trade)))

def should_exit(self, trade, *args, **kwargs):
    self.seen.append(("should_exit", self.is_real(trade)))
    return super().should_exit(trade, *args, **kwargs)

def order_filled(self, pair, trade, order, current_time, **kwargs):
    self.seen.append(("order_filled", self.is_real(order.trade) if hasattr(order, "trade") else None))

def is_real(self, trade):
    return any(trade is known for known in LocalTrade.bt_trades_open)
"""

Backtest = Callable[..., BacktestRun]


def test_callbacks_when_backtested_then_in_this_order(backtest: Backtest) -> None:
    """Protections are read before the first loop; the stake is asked for before the confirmation."""
    run = backtest(scripted(imports=NOTING, body=BODY), STILL, script=ONE_TRADE)

    seen = [item if isinstance(item, str) else item[0] for item in run.strategy.seen]
    start = seen.index("bot_start")
    backtest_begins = len(seen) - 1 - seen[::-1].index("protections")
    assert start < backtest_begins < seen.index("advise_entry") < seen.index("loop 1")
    entry = seen.index("loop 2")
    assert seen[entry : entry + 3] == ["loop 2", "custom_stake_amount", "confirm_trade_entry"]
    assert [item for item in seen if item.startswith("loop")] == [f"loop {hour}" for hour in range(1, 6)]


def test_trade_when_a_callback_is_overridden_then_it_gets_a_copy_but_should_exit_the_real_one(
    backtest: Backtest,
) -> None:
    """What an overridden callback does to its trade is lost; the kit's exits ride on should_exit."""
    run = backtest(scripted(imports=NOTING, body=BODY), STILL, script=ONE_TRADE)

    seen = {item for item in run.strategy.seen if isinstance(item, tuple)}
    assert ("should_exit", True) in seen
    assert ("should_exit", False) not in seen
    assert {item for item in seen if item[0] in ("custom_exit", "adjust_trade_position")} == {
        ("custom_exit", False),
        ("adjust_trade_position", False),
    }


@pytest.mark.parametrize("error", ["ValueError", "KeyError"])
def test_confirmation_when_it_raises_then_freqtrade_lets_the_entry_pass(
    backtest: Backtest, error: str
) -> None:
    """Which is why the kit's gate must not raise."""
    body = f"def confirm_trade_entry(self, **kwargs): raise {error}('on purpose')"

    run = backtest(scripted(body=body), STILL, script=ONE_TRADE)

    assert len(run.trades) == 1
