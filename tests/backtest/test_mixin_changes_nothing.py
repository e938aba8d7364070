"""Where the kit is off, only observes, or has no section, the mixin changes nothing at all.

Every strategy runs twice in the same backtest, without and with the mixin. The trades are compared field by
field, orders included, and so are locks and statistics.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
import pytest
from freqtrade.enums import CandleType

from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(180)

PLAIN = """
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy, stoploss_from_open
from freqtrade_riskkit import RiskKitMixin


class Dips(IStrategy):
    timeframe = "1h"
    minimal_roi = {"0": 0.03, "360": 0.01}
    stoploss = -0.03
    startup_candle_count = 5
    protections = [
        {"method": "CooldownPeriod", "stop_duration_candles": 2},
        {"method": "StoplossGuard", "lookback_period": 1440, "trade_limit": 2, "stop_duration": 240},
    ]

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dips = dataframe["close"] < dataframe["close"].shift(1) * 0.996
        dataframe.loc[dips, ["enter_long", "enter_tag"]] = (1, "dip")
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["close"] > dataframe["close"].shift(1) * 1.008, "exit_long"] = 1
        return dataframe
"""
BODIES = {
    "Nothing": "pass",
    "CustomExit": """
        def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
            return "mine" if current_profit > 0.012 else None
        """,
    "CustomStop": """
        use_custom_stoploss = True
        trailing_stop = True
        def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, after_fill,
                            **kwargs):
            return stoploss_from_open(0.002, current_profit) if current_profit > 0.01 else -0.025
        """,
    "Adjusting": """
        position_adjustment_enable = True
        max_entry_position_adjustment = 2
        def adjust_trade_position(self, trade, current_time, current_rate, current_profit, min_stake,
                                  max_stake, current_entry_rate, current_exit_rate, current_entry_profit,
                                  current_exit_profit, **kwargs):
            if current_profit < -0.01:
                return 300.0, "lower"
            return -trade.stake_amount / 3 if current_profit > 0.01 else None
        """,
    "EntryPrices": """
        unfilledtimeout = {"entry": 240, "exit": 240, "unit": "minutes"}
        def custom_entry_price(self, pair, trade, current_time, proposed_rate, entry_tag, side, **kwargs):
            return proposed_rate * 0.996
        def adjust_entry_price(self, trade, order, pair, current_time, proposed_rate, current_order_rate,
                               entry_tag, side, **kwargs):
            return proposed_rate * 0.999 if current_time.hour % 2 else current_order_rate
        """,
    "OrderPrices": """
        def custom_entry_price(self, pair, trade, current_time, proposed_rate, entry_tag, side, **kwargs):
            return proposed_rate * 0.996
        def adjust_order_price(self, trade, order, pair, current_time, proposed_rate, current_order_rate,
                               entry_tag, side, is_entry, **kwargs):
            return proposed_rate * 0.998 if is_entry else current_order_rate
        """,
    "CustomRoi": """
        use_custom_roi = True
        def custom_roi(self, pair, trade, current_time, trade_duration, entry_tag, side, **kwargs):
            return 0.02 if current_time.weekday() < 3 else None
        """,
    "Everything": """
        def bot_start(self, **kwargs):
            self.seen = 0
        def bot_loop_start(self, current_time, **kwargs):
            self.seen += 1
        def confirm_trade_entry(self, pair, order_type, amount, rate, time_in_force, current_time, entry_tag,
                                side, **kwargs):
            return self.seen % 3 > 0
        def confirm_trade_exit(self, pair, trade, order_type, amount, rate, time_in_force, exit_reason,
                               current_time, **kwargs):
            return exit_reason != "exit_signal" or self.seen % 2 > 0
        def custom_stake_amount(self, pair, current_time, current_rate, proposed_stake, min_stake, max_stake,
                                leverage, entry_tag, side, **kwargs):
            return proposed_stake / (1 + self.seen % 4)
        def custom_exit_price(self, pair, trade, current_time, proposed_rate, current_profit, exit_tag,
                              **kwargs):
            return proposed_rate * 1.001
        def order_filled(self, pair, trade, order, current_time, **kwargs):
            trade.set_custom_data("fills", (trade.get_custom_data("fills") or 0) + 1)
        """,
}
LEVERAGED = {
    "Leverage": """
        can_short = True
        def leverage(self, pair, current_time, current_rate, proposed_leverage, max_leverage, entry_tag, side,
                     **kwargs):
            return 3.0
        def populate_entry_trend(self, dataframe, metadata):
            dataframe = super().populate_entry_trend(dataframe, metadata)
            dataframe.loc[dataframe["close"] > dataframe["close"].shift(1) * 1.006, "enter_short"] = 1
            return dataframe
        """
}
HELPERS = """


class Timing:
    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        return "long enough" if current_time.hour % 6 == 0 else None


class Picking(Timing):
    def confirm_trade_entry(self, pair, order_type, amount, rate, time_in_force, current_time, entry_tag,
                            side, **kwargs):
        return current_time.hour % 2 == 0


class Sizing(Timing):
    def custom_stake_amount(self, pair, current_time, current_rate, proposed_stake, min_stake, max_stake,
                            leverage, entry_tag, side, **kwargs):
        return proposed_stake / 2

    def confirm_trade_exit(self, pair, trade, order_type, amount, rate, time_in_force, exit_reason,
                           current_time, **kwargs):
        return current_time.hour % 12 == 0 or exit_reason != "long enough"


class Chosen(Picking):
    pass


class Both(Picking, Sizing):
    pass
"""
CHAINS = {"TwoDeep": "Picking", "ThreeDeep": "Chosen", "Diamond": "Both", "TwoHelpers": "Chosen, Sizing"}
STRICT = {
    "circuit_breaker": {"loss_streak": {"limit": 2}, "daily_loss": {"limit": 0.005}},
    "order_tracking": {},
    "profile": "micro_cap",
    "entry": {"preset": "conservative"},
    "exits": {"bracket": {"stop": 0.01, "reward_to_risk": 1.0}},
    "protections": [{"method": "CooldownPeriod", "stop_duration_candles": 10}],
}
SECTIONS = [
    pytest.param({**STRICT, "mode": "off"}, id="off"),
    pytest.param({**STRICT, "mode": "observe"}, id="observe"),
    pytest.param(None, id="no-section"),
]
# What Freqtrade notes of a run besides its results.
OF_THE_RUN = {"strategy_name", "run_id", "backtest_run_start_ts", "backtest_run_end_ts", "riskkit"}

Backtests = Callable[..., dict[str, BacktestRun]]


@pytest.mark.parametrize("section", SECTIONS)
def test_strategies_when_the_kit_does_not_act_then_their_results_are_the_same(
    backtests: Backtests, section: dict[str, Any] | None
) -> None:
    """For every callback that a strategy may have of its own."""
    frames = {
        "BTC/USDT": candles.walk(300, seed=11),
        "ETH/USDT": candles.walk(300, seed=12),
        "SOL/USDT": candles.walk(300, seed=13),
    }

    runs = backtests(
        _source(BODIES), frames, riskkit=section, strategies=_names(BODIES), config={"max_open_trades": 2}
    )

    for name in BODIES:
        _assert_same(runs[f"{name}Kit"], runs[name])
    assert runs["Nothing"].locks


def test_helper_classes_when_they_have_bases_of_their_own_then_every_callback_is_called_as_without_the_mixin(
    backtests: Backtests,
) -> None:
    """As the README has it: the mixin is put first in ``class S(Helper, IStrategy)``."""
    source = PLAIN.replace("class Dips(IStrategy)", "class Dips") + HELPERS
    for name, helpers in CHAINS.items():
        for kit, mixin in (("", ""), ("Kit", "RiskKitMixin, ")):
            source += f"\n\nclass {name}{kit}({mixin}Dips, {helpers}, IStrategy):\n    pass\n"

    runs = backtests(
        source,
        {"BTC/USDT": candles.walk(300, seed=11), "ETH/USDT": candles.walk(300, seed=12)},
        riskkit={**STRICT, "mode": "off"},
        strategies=_names(CHAINS),
    )

    for name in CHAINS:
        assert "long enough" in set(runs[name].trades["exit_reason"]), name
        _assert_same(runs[f"{name}Kit"], runs[name])
    assert set(runs["TwoDeep"].trades["open_date"].dt.hour % 2) == {0}


def test_futures_strategy_when_the_kit_is_off_then_its_results_are_the_same(
    backtests: Backtests, workspace: Workspace
) -> None:
    """Longs and shorts with a leverage of 3, over candles of a swap, its mark price and its funding rate."""
    pair = "BTC/USDT:USDT"
    frame = candles.walk(300, seed=14)
    funding = frame[["date"]].assign(funding_rate=0.0001)
    (workspace.data / "futures").mkdir(parents=True)
    for kind, values in (
        (CandleType.FUTURES, frame),
        (CandleType.MARK, frame),
        (CandleType.FUNDING_RATE, funding),
    ):
        candles.write(workspace.data, {pair: values}, candle_type=kind)

    runs = backtests(
        _source(LEVERAGED),
        {pair: frame},
        riskkit={**STRICT, "mode": "off"},
        strategies=_names(LEVERAGED),
        config={"trading_mode": "futures", "margin_mode": "isolated"},
    )

    assert set(runs["Leverage"].trades["is_short"]) == {False, True}
    assert set(runs["Leverage"].trades["leverage"]) == {3.0}
    _assert_same(runs["LeverageKit"], runs["Leverage"])


def _source(bodies: Mapping[str, str]) -> str:
    source = PLAIN
    for name, body in bodies.items():
        source += f"\n\nclass {name}(Dips):\n" + textwrap.indent(textwrap.dedent(body), "    ")
        source += f"\n\nclass {name}Kit(RiskKitMixin, {name}):\n    pass\n"
    return source


def _names(bodies: Iterable[str]) -> list[str]:
    return [name + kit for name in bodies for kit in ("", "Kit")]


def _assert_same(kit: BacktestRun, plain: BacktestRun) -> None:
    assert len(plain.trades) > 15, plain.name
    pd.testing.assert_frame_equal(kit.trades, plain.trades, check_exact=True)
    assert [lock.to_json() for lock in kit.locks] == [lock.to_json() for lock in plain.locks]
    assert set(kit.stats) - set(plain.stats) <= {"riskkit"}
    for key in set(plain.stats) - OF_THE_RUN:
        assert repr(kit.stats[key]) == repr(plain.stats[key]), key
