"""The rate of orders that add risk, through real backtests: orders have the moment of their candle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import pytest

from tests.backtest.held import only
from tests.backtest.planned import FIRST, NO_FEE, PAIRS, SECOND, trips
from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

RATE = "ORDER_RATE_EXCEEDED"
ROOM = {**NO_FEE, "max_open_trades": 20, "stake_amount": 100}


def still(
    pairs: Iterable[str], minutes: int, *, hours: int = 6
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Give candles of so many minutes that stand still, and nothing to trade yet."""
    timeframe = f"{minutes}m"
    frames = {pair: candles.flat(100.0, hours * 60 // minutes, timeframe=timeframe) for pair in pairs}
    return frames, {pair: {"enter": []} for pair in pairs}


def at(clock: str) -> str:
    """Write a time of the first day as the script wants it."""
    return f"2024-01-01 {clock}"


@pytest.mark.feature("D4", "backtest")
def test_orders_when_the_eleventh_would_be_placed_in_a_candle_then_it_trips_and_ten_are_there(
    backtest: Backtest,
) -> None:
    """Twelve pairs signal at 01:00. The trip holds for an hour and a quarter: 02:20 passes, 02:10 doesn't."""
    frames, script = still(PAIRS, 5)
    for pair in PAIRS:
        script[pair]["enter"] = [at("01:00")]
        script[pair]["exit"] = [at("01:30")]
    script[FIRST]["enter"] += [at("02:10"), at("02:20")]

    run = backtest(
        scripted_with_kit(), frames, script=script, riskkit=only("order_rate"), config=ROOM, timeframe="5m"
    )

    assert trips(run) == [(RATE, "1 1:00", "1 2:00")]
    (trip,) = run.riskkit["trips"]
    assert (trip["limit"], trip["value"], trip["unit"]) == (10, 11, "count")
    assert trip["detail"] == "over 60 s"
    opened = run.trades["open_date"].dt.strftime("%H:%M").value_counts().to_dict()
    assert opened == {"01:00": 10, "02:20": 1}
    assert run.riskkit["denials"] == {RATE: 2, "COOLDOWN": 1}
    assert set(run.trades["exit_reason"]) == {"exit_signal", "force_exit"}


@pytest.mark.feature("D4", "backtest")
@pytest.mark.parametrize(
    ("first", "expected"),
    [("01:00", []), ("01:01", [(RATE, "1 1:01", "1 2:01")])],
    ids=["a minute before", "in the same minute"],
)
def test_orders_when_eleven_come_on_one_minute_candles_then_only_those_of_one_minute_count_together(
    backtest: Backtest, first: str, expected: list[tuple[str, str, str]]
) -> None:
    """Six at 01:00 or 01:01, five at 01:01: what is 60 seconds old counts no more."""
    frames, script = still(PAIRS, 1, hours=2)
    for number, pair in enumerate(PAIRS[:11]):
        script[pair]["enter"] = [at(first if number < 6 else "01:01")]

    run = backtest(
        scripted_with_kit(), frames, script=script, riskkit=only("order_rate"), config=ROOM, timeframe="1m"
    )

    assert trips(run) == expected
    assert len(run.trades) == (11 if not expected else 10)


@pytest.mark.feature("D4", "backtest")
@pytest.mark.parametrize(
    ("last", "expected"),
    [("01:45", [(RATE, "1 1:45", "1 2:45")]), ("02:00", [])],
    ids=["within the hour", "an hour after the first two"],
)
def test_orders_when_an_hour_would_hold_one_too_many_then_it_trips(
    backtest: Backtest, last: str, expected: list[tuple[str, str, str]]
) -> None:
    """Two orders each at 01:00, 01:15 and 01:30; the seventh is one too many until the first two are old.

    What is entered is left within the same candle.
    """
    frames, script = still((FIRST, SECOND), 15)
    for pair in (FIRST, SECOND):
        script[pair]["enter"] = [at("01:00"), at("01:15"), at("01:30")]
    script[FIRST]["enter"].append(at(last))
    body = """
        def custom_exit(self, pair, trade, current_time, **kwargs):
            return "left"
    """
    section = only("order_rate", per_minute=None, per_hour=6)

    run = backtest(
        scripted_with_kit(body=body), frames, script=script, riskkit=section, config=ROOM, timeframe="15m"
    )

    assert trips(run) == expected
    assert len(run.trades) == (6 if expected else 7)
    assert all(trip["detail"] == "over 3600 s" for trip in run.riskkit["trips"])


ADDS_EACH_QUARTER = """
    position_adjustment_enable = True

    def adjust_trade_position(self, trade, current_time, **kwargs):
        return 50.0 if current_time.hour == 1 and current_time > trade.open_date_utc else None
"""


@pytest.mark.feature("D4", "backtest")
def test_orders_when_a_position_is_added_to_then_each_addition_counts(backtest: Backtest) -> None:
    """Entered at 01:00, added to at 01:15 and 01:30; the fourth order within the hour, at 01:45, trips."""
    frames, script = still((FIRST,), 15)
    script[FIRST]["enter"] = [at("01:00")]
    section = only("order_rate", per_minute=None, per_hour=3)

    run = backtest(
        scripted_with_kit(body=ADDS_EACH_QUARTER),
        frames,
        script=script,
        riskkit=section,
        config=ROOM,
        timeframe="15m",
    )

    assert trips(run) == [(RATE, "1 1:45", "1 2:45")]
    assert [sum(order["ft_is_entry"] for order in orders) for orders in run.trades["orders"]] == [3]
    assert run.riskkit["denials"] == {RATE: 1}


MOVED_EACH_MINUTE = """
    order_types = {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}

    def custom_entry_price(self, proposed_rate, **kwargs):
        return 90.0

    def adjust_entry_price(self, current_order_rate, **kwargs):
        return round(current_order_rate + 0.1, 1)
"""


@pytest.mark.feature("D4", "backtest")
def test_orders_when_one_is_replaced_again_and_again_then_it_counts_once(backtest: Backtest) -> None:
    """Moved up each minute from 90 to 100, where it fills: 99 replacements, and one order in the count."""
    frames, script = still((FIRST,), 1, hours=4)
    frames[FIRST].loc[0, ["close", "high"]] = 100.1  # one decimal, Freqtrade's tick size
    script[FIRST]["enter"] = [at("01:00")]
    section = only("order_rate", per_minute=1, per_hour=1)

    run = backtest(
        scripted_with_kit(body=MOVED_EACH_MINUTE),
        frames,
        script=script,
        riskkit=section,
        config={**ROOM, "unfilledtimeout": {"entry": 600, "exit": 600, "unit": "minutes"}},
        timeframe="1m",
    )

    assert run.stats["replaced_entry_orders"] >= 90
    assert len(run.trades) == 1
    assert (run.riskkit["trips"], run.riskkit["denials"]) == ([], {})


SELLS_EACH_MINUTE = """
    position_adjustment_enable = True

    def adjust_trade_position(self, trade, current_time, **kwargs):
        return -6.0 if current_time.hour == 1 and current_time > trade.open_date_utc else None
"""


@pytest.mark.feature("D4", "backtest")
def test_exits_and_stops_when_there_are_many_then_they_never_count(backtest: Backtest) -> None:
    """A position sold in fifteen parts, another stopped out, with one order a minute and two an hour allowed.

    The stop of 2 % is reached while both windows are full.
    """
    frames, script = still((FIRST, SECOND), 1, hours=2)
    script[FIRST]["enter"], script[SECOND]["enter"] = [at("01:00")], [at("01:01")]
    frames[SECOND].loc[75:, ["open", "high", "low", "close"]] = 97.0
    section = only("order_rate", per_minute=1, per_hour=2)
    body = SELLS_EACH_MINUTE + "    stoploss = -0.02\n"

    run = backtest(
        scripted_with_kit(body=body), frames, script=script, riskkit=section, config=ROOM, timeframe="1m"
    )

    assert run.riskkit["trips"] == []
    by_pair = run.trades.set_index("pair")
    assert sum(not order["ft_is_entry"] for order in by_pair.loc[FIRST, "orders"]) >= 10
    assert by_pair.loc[SECOND, "exit_reason"] == "stop_loss"


CONFIRMING = """
def confirm_trade_entry(self, pair, current_time, **kwargs):
    return True
"""


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_orders_when_the_strategy_confirms_each_then_all_is_as_where_it_leaves_that_to_freqtrade(
    backtest: Backtest, mode: str
) -> None:
    """Entries that a strategy confirms are decided first and noted later, all others in one step."""
    frames, script = still(PAIRS, 5)
    for pair in PAIRS:
        script[pair]["enter"] = [at("01:00"), at("02:10"), at("02:20")]
        script[pair]["exit"] = [at("01:30"), at("02:15")]
    section = {**only("order_rate"), "mode": mode}

    first, second = (
        backtest(strategy, frames, script=script, riskkit=section, config=ROOM, timeframe="5m")
        for strategy in (scripted_with_kit(), scripted_with_kit(body=CONFIRMING))
    )

    assert first.riskkit == second.riskkit
    assert first.riskkit["trips"]
    pd.testing.assert_frame_equal(first.trades, second.trades)
