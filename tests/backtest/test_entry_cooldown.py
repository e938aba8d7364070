"""The time between two entries, through real backtests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from freqtrade_riskkit.core.entry.request import SECOND_LEG
from tests.backtest.planned import FIRST, NO_FEE, PAIRS, SECOND, THIRD, Planned, entries, market, tagged
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]
E2 = pytest.mark.feature("E2", "backtest")

EVERY_HOUR = [Planned(f"1 {hour}:00", f"1 {hour + 1}:00", pair=SECOND) for hour in range(3, 20, 2)]
EVERY_HOUR += [Planned(f"1 {hour}:00", f"1 {hour + 1}:00", pair=THIRD) for hour in range(4, 20, 2)]


@E2
@pytest.mark.parametrize(
    ("keys", "first_entries"),
    [
        ({}, [3, 4]),
        ({"cooldown_seconds": 3600}, [3, 4]),
        ({"cooldown_seconds": 3601}, [4, 6]),
        ({"cooldown_seconds": 7200}, [4, 6]),
        ({"cooldown_candles": 2}, [4, 6]),
        ({"cooldown_seconds": 10800}, [5, 8]),
        ({"cooldown_with_positions_seconds": 36000}, [3, 4]),
    ],
    ids=["off", "an hour", "a second more", "two hours", "two candles", "three hours", "with positions only"],
)
def test_entries_when_nothing_is_open_then_the_cooldown_counts_from_the_last_entry(
    backtest: Backtest, keys: dict[str, Any], first_entries: list[int]
) -> None:
    """The first pair is held from 02:00 to 03:00; then a signal each hour, held for an hour where it enters.

    At its very end the cooldown is over.
    """
    candles, script = market([Planned("1 2:00", "1 3:00", pair=FIRST), *EVERY_HOUR], days=1)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit={"entry": keys}, config=NO_FEE)

    assert _hours(run)[:2] == first_entries


@E2
@pytest.mark.parametrize(
    ("keys", "first_entries"),
    [
        ({"cooldown_seconds": 36000}, [3, 4]),
        ({"cooldown_with_positions_seconds": 7200}, [4, 6]),
        ({"cooldown_with_positions_candles": 3}, [5, 8]),
        ({"cooldown_seconds": 60, "cooldown_with_positions_seconds": 18000}, [7, 12]),
    ],
    ids=["alone only", "two hours", "three candles", "both"],
)
def test_entries_when_a_position_is_open_then_the_other_cooldown_counts(
    backtest: Backtest, keys: dict[str, Any], first_entries: list[int]
) -> None:
    """The first pair is held from 02:00 to the end."""
    candles, script = market([Planned("1 2:00", pair=FIRST), *EVERY_HOUR], days=1)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit={"entry": keys}, config=NO_FEE)

    assert _hours(run)[:2] == first_entries


@E2
def test_entries_when_signalled_on_one_candle_then_only_the_first_passes(backtest: Backtest) -> None:
    plan = [Planned("1 2:00", pair=pair) for pair in (FIRST, SECOND, THIRD)]
    candles, script = market(plan, days=1)
    section = {"entry": {"cooldown_with_positions_seconds": 60}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert list(run.trades["pair"]) == [FIRST]
    assert run.riskkit["denials"] == {"ENTRY_COOLDOWN": 2}


@E2
def test_order_when_replaced_then_the_cooldown_lets_it_pass_and_it_counts_as_one_entry(
    backtest: Backtest,
) -> None:
    """A limit order 1 below is moved up by 0.25 each hour until it fills at 100, four hours later.

    The cooldown of ten hours counts from its first placement: another pair is denied at 07:00 and
    enters at 12:00.
    """
    body = """
        order_types = {"entry": "limit", "exit": "market", "stoploss": "market",
                       "stoploss_on_exchange": False}

        def custom_entry_price(self, pair, proposed_rate, **kwargs):
            return 99.0 if pair == "SYN01/USDT" else proposed_rate

        def adjust_entry_price(self, current_order_rate, **kwargs):
            return current_order_rate + 0.25
    """
    plan = [Planned("1 2:00", pair=FIRST), Planned("1 7:00", pair=SECOND), Planned("1 12:00", pair=THIRD)]
    candles, script = market(plan, days=1)
    candles[FIRST].loc[0, "close"] = 100.01  # two decimals, which Freqtrade takes for the tick size
    candles[FIRST].loc[0, "high"] = 100.01
    section = {
        "entry": {
            "max_open_positions": 3,
            "cooldown_with_positions_seconds": 36000,
            "cooldown_seconds": 36000,
        }
    }

    run = backtest(
        scripted_with_kit(body=body),
        candles,
        script=script,
        riskkit=section,
        config={**NO_FEE, "unfilledtimeout": {"entry": 6000, "exit": 6000, "unit": "minutes"}},
    )

    trades = run.trades.set_index("pair")
    assert run.stats["replaced_entry_orders"] == 4
    assert trades.loc[FIRST, "open_rate"] == 100
    assert entries(run, SECOND) == []
    assert entries(run, THIRD) == ["1 12:00"]
    assert run.riskkit["denials"] == {"ENTRY_COOLDOWN": 1}
    assert (run.riskkit["entries"]["passed"], run.riskkit["entries"]["one_slot_left"]) == (2, 1)


@E2
@pytest.mark.parametrize(
    "wait",
    [{"cooldown_with_positions_seconds": 36000}, {"cooldown_with_positions_candles": 10}],
    ids=["seconds", "candles"],
)
def test_second_leg_when_it_follows_at_once_then_it_passes_and_the_cooldown_counts_from_it(
    backtest: Backtest, wait: dict[str, Any]
) -> None:
    """The first leg at 02:00, its second leg at 03:00. An ordinary signal is too soon at 12:00 still."""
    plan = [
        Planned("1 2:00", pair=FIRST),
        Planned("1 3:00", pair=SECOND),
        Planned("1 12:00", pair=THIRD),
        Planned("1 13:00", pair=PAIRS[3]),
    ]
    candles, script = market(plan, days=1)
    tagged(script, SECOND, SECOND_LEG)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit={"entry": wait}, config=NO_FEE)

    assert [entries(run, pair) for pair in (FIRST, SECOND, THIRD)] == [["1 2:00"], ["1 3:00"], []]
    assert entries(run, PAIRS[3]) == ["1 13:00"]
    assert run.riskkit["denials"] == {"ENTRY_COOLDOWN": 1}


def _hours(run: BacktestRun) -> list[int]:
    opened = run.trades.loc[run.trades["pair"] != FIRST, "open_date"].sort_values()
    return [moment.hour for moment in opened]
