"""The daily loss, through real backtests: closed losses, ends of a trip, parts of a position that are sold.

What open positions lose is in test_daily_loss_open.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from tests.backtest.planned import FIRST, NO_FEE, SECOND, Planned, entries, market, trips
from tests.support.backtest import BacktestRun
from tests.support.candles import from_opens, from_rows
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

DAY = "DAILY_LOSS_EXCEEDED"
# From the 10,000 of the account 5 % are 500.
LOSES_200_300 = [Planned("2 2:00", "2 6:00", -200), Planned("2 8:00", "2 10:00", -300)]


def day_only(**keys: Any) -> dict[str, Any]:
    """Write a section whose breaker watches the daily loss alone."""
    return {"circuit_breaker": {"daily_loss": keys, "drawdown": None, "loss_streak": None}}


def test_day_when_it_loses_5_percent_then_entries_stop_until_midnight_and_a_cooldown(
    backtest: Backtest,
) -> None:
    """500 of 10,000 are lost at 10:00; held to 00:00 and denied to 00:15, which is the candle of 01:00."""
    watch = [Planned(f"2 {hour}:00", f"2 {hour + 1}:00", pair=SECOND) for hour in (7, 9, 11, 20, 22)]
    watch += [Planned(f"3 {hour}:00", f"3 {hour + 1}:00", pair=SECOND) for hour in (0, 2)]
    candles, script = market([*LOSES_200_300, *watch])

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=day_only(), config=NO_FEE)

    assert trips(run) == [(DAY, "2 10:00", "3 0:00")]
    (trip,) = run.riskkit["trips"]
    assert (trip["limit"], trip["value"]) == pytest.approx((500, 500))
    assert trip["unit"] == "money"
    assert entries(run, SECOND) == ["2 7:00", "2 9:00", "3 2:00"]


@pytest.mark.parametrize(
    ("second_loss", "expected"),
    [(-299.9, []), (-300.0, [(DAY, "2 10:00", "3 0:00")])],
    ids=["10 cents short", "exactly"],
)
def test_day_when_it_loses_the_limit_then_trips_and_not_before(
    backtest: Backtest, second_loss: float, expected: list[tuple[str, str, str]]
) -> None:
    candles, script = market([LOSES_200_300[0], Planned("2 8:00", "2 10:00", second_loss)])

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=day_only(), config=NO_FEE)

    assert trips(run) == expected


def test_day_when_only_a_part_of_the_balance_may_be_used_then_the_limit_is_of_that_part(
    backtest: Backtest,
) -> None:
    """0.4 of 10,000 may be used: 5 % of 4,000 are 200, lost at 06:00."""
    candles, script = market(LOSES_200_300)
    config = {**NO_FEE, "tradable_balance_ratio": 0.4}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=day_only(), config=config)

    assert trips(run) == [(DAY, "2 6:00", "3 0:00")]
    assert run.riskkit["trips"][0]["limit"] == pytest.approx(200)


def test_day_when_a_boundary_lies_between_the_losses_then_the_last_24_hours_count(backtest: Backtest) -> None:
    """200 at 22:00 and 300 at 03:00: no calendar day loses 5 %, the 24 hours do."""
    plan = [Planned("1 20:00", "1 22:00", -200), Planned("2 1:00", "2 3:00", -300)]
    candles, script = market(plan)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=day_only(), config=NO_FEE)

    assert trips(run) == [(DAY, "2 3:00", "3 0:00")]
    assert run.riskkit["trips"][0]["detail"] == "over 24 hours"


@pytest.mark.parametrize(
    ("keys", "until"),
    [
        ({"unlock_at": "12:00"}, "2 14:00"),
        ({"unlock_at": "15:30"}, "2 15:30"),
        ({"unlock_at": "12:00", "min_stop_duration": 0}, "2 12:00"),
        ({"stop_duration": 90}, "2 11:30"),
        ({"reset": "manual"}, None),
    ],
    ids=["boundary within 240 minutes", "boundary", "no least duration", "duration", "manual"],
)
def test_trip_when_its_end_is_set_then_it_ends_so(
    backtest: Backtest, keys: dict[str, Any], until: str | None
) -> None:
    """Lost at 10:00. Unless it waits for a person, an entry passes on the 3rd."""
    candles, script = market([*LOSES_200_300, Planned("3 12:00", pair=SECOND)])

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=day_only(**keys), config=NO_FEE)

    assert trips(run) == [(DAY, "2 10:00", until)]
    assert entries(run, SECOND) == ([] if until is None else ["3 12:00"])


def test_day_when_its_boundary_is_moved_then_losses_before_it_are_the_day_befores(backtest: Backtest) -> None:
    """The day begins at 07:00. 24 hours are watched too, so the first loss is a day and more older."""
    plan = [Planned("1 4:00", "1 6:00", -300), Planned("2 6:00", "2 8:00", -300)]
    candles, script = market(plan)
    section = day_only(unlock_at="07:00")

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert trips(run) == []


SELLS_HALF_AT_THE_LOW = """
    position_adjustment_enable = True
    order_types = {{"entry": "market", "exit": "limit", "stoploss": "market", "stoploss_on_exchange": False}}

    def adjust_trade_position(self, trade, current_time, **kwargs):
        sells = (current_time.day, current_time.hour) == (2, {hour}) and not trade.nr_of_successful_exits
        return -trade.stake_amount / 2 if sells else None

    def custom_exit_price(self, proposed_rate, **kwargs):
        return {low}

    seen = None

    def bot_loop_start(self, current_time, **kwargs):
        if (current_time.day, current_time.hour) == (3, 1):
            type(self).seen = self.riskkit.status().day_loss
"""


def half_sold(hour: int, low: float) -> tuple[str, dict[str, pd.DataFrame], dict[str, Any]]:
    """Hold 50 from 100; at an hour of the 2nd, whose candle dips to `low`, half of it is sold down there."""
    rows = [(100.0, 100.0, 100.0, 100.0)] * 96
    rows[24 + hour] = (100.0, 100.0, low, 100.0)
    body = SELLS_HALF_AT_THE_LOW.format(hour=hour, low=low)
    return body, {FIRST: from_rows(rows)}, {FIRST: {"enter": ["2024-01-02 03:00"]}}


def test_loss_when_a_part_of_a_position_is_sold_then_it_counts_at_once(backtest: Backtest) -> None:
    """Of 50 held at 100, half is sold at 80 within the candle of 06:00: 500 are realised.

    The other half stays at its mark of 100, so the day has lost 500 at 06:00, not an hour later.
    """
    body, candles, script = half_sold(6, 80.0)
    config = {**NO_FEE, "stake_amount": 5000}

    run = backtest(scripted_with_kit(body=body), candles, script=script, riskkit=day_only(), config=config)

    assert trips(run) == [(DAY, "2 6:00", "3 0:00")]
    assert run.riskkit["trips"][0]["value"] == pytest.approx(500)


def test_loss_of_a_part_when_sold_in_the_days_last_candle_then_it_is_that_days(backtest: Backtest) -> None:
    """Half is sold at 88 within the candle of 23:00: the 300 are the 2nd's, the 3rd has lost nothing."""
    body, candles, script = half_sold(23, 88.0)
    config = {**NO_FEE, "stake_amount": 5000}

    run = backtest(scripted_with_kit(body=body), candles, script=script, riskkit=day_only(), config=config)

    assert run.strategy.seen == 0
    assert run.riskkit["equity"]["worst_day_loss"] == pytest.approx(0)
    assert run.riskkit["trips"] == []


def test_position_when_a_part_is_sold_at_the_mark_then_its_loss_counts_once(backtest: Backtest) -> None:
    """50 held at 100; the open of 06:00 is 90.1, half is sold there.

    Realised 247.50 and 247.50 still open are the 495 that the mark has shown already: no trip at 500.
    """
    body = """
        position_adjustment_enable = True

        def adjust_trade_position(self, trade, current_time, **kwargs):
            sells = (current_time.day, current_time.hour) == (2, 6)
            return -trade.stake_amount / 2 if sells and not trade.nr_of_successful_exits else None
    """
    candles = {FIRST: from_opens([100.0] * 30 + [90.1] * 66)}
    script = {FIRST: {"enter": ["2024-01-02 03:00"]}}
    config = {**NO_FEE, "stake_amount": 5000}

    run = backtest(scripted_with_kit(body=body), candles, script=script, riskkit=day_only(), config=config)

    assert [len(orders) for orders in run.trades["orders"]] == [3]
    assert run.riskkit["trips"] == []
    assert run.riskkit["equity"]["worst_day_loss"] == pytest.approx(0.0495)
