"""What a trip with `action: flatten` sells, in real backtests: everything, once, as an emergency exit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from tests.backtest.held import CONFIG, ENTERED, beside, held, only
from tests.backtest.planned import FIRST, NO_FEE, SECOND, THIRD, Planned, market, trips
from tests.support.backtest import BacktestRun
from tests.support.candles import from_rows
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

DAY, FALL = "DAILY_LOSS_EXCEEDED", "DRAWDOWN_EXCEEDED"
FLATTEN = "riskkit_flatten"


def exits(run: BacktestRun) -> dict[str, tuple[str, str, float]]:
    """Give reason, time and rate of each pair's last exit."""
    return {
        row.pair: (row.exit_reason, f"{row.close_date:%-d %-H:%M}", row.close_rate)
        for row in run.trades.itertuples()
    }


@pytest.mark.feature("D9", "backtest")
@pytest.mark.parametrize(
    ("section", "code", "price"),
    [
        (only("daily_loss", action="flatten"), DAY, 90.0),
        (only("drawdown", action="flatten"), FALL, 70.0),
    ],
    ids=["daily loss", "drawdown"],
)
def test_trip_when_it_flattens_then_every_position_is_sold_at_the_open_that_tripped_it(
    backtest: Backtest, section: dict[str, Any], code: str, price: float
) -> None:
    """At the open of 06:00 the first pair is worth so little. That open is also the price of a market order.

    The second pair, which lost nothing, is sold too. Each is sold once, and no entry follows on that day.
    """
    candles, script = held({"1 6:00": price})
    beside(candles, script, SECOND, "1 8:00", "1 12:00")
    script[SECOND] = {"enter": [ENTERED, "2024-01-01 08:00", "2024-01-01 12:00"]}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=CONFIG)

    assert trips(run)[0][:2] == (code, "1 6:00")
    assert len(run.riskkit["trips"]) == 1
    assert exits(run) == {FIRST: (FLATTEN, "1 6:00", price), SECOND: (FLATTEN, "1 6:00", 100.0)}
    assert len(run.trades) == 2


@pytest.mark.feature("D9", "backtest")
def test_trip_within_a_candle_when_it_flattens_then_at_the_next_open(backtest: Backtest) -> None:
    """The first pair's stop at 80 is reached within the candle of 06:00, the day's 1,000 are lost there.

    The second pair opened that candle at 100 and is sold at 07:00, at 97.
    """
    rows = [(100.0,) * 4] * 6 + [(100.0, 100.0, 78.0, 90.0)] + [(90.0,) * 4] * 20
    other, _ = held({"1 7:00": 97.0}, days=2)
    candles = {FIRST: from_rows(rows), SECOND: other[FIRST].iloc[: len(rows)]}
    script = {pair: {"enter": [ENTERED]} for pair in candles}

    run = backtest(
        scripted_with_kit(body="    stoploss = -0.2\n"),
        candles,
        script=script,
        riskkit=only("daily_loss", action="flatten"),
        config=CONFIG,
    )

    assert trips(run) == [(DAY, "1 6:00", "2 0:00")]
    assert exits(run) == {FIRST: ("stop_loss", "1 6:00", 80.0), SECOND: (FLATTEN, "1 7:00", 97.0)}


VETO = """
    asked = []

    def confirm_trade_exit(self, pair, trade, order_type, amount, rate, time_in_force, exit_reason,
                           current_time, **kwargs):
        self.asked.append((pair, exit_reason, current_time.hour))
        return exit_reason != "riskkit_flatten" or pair != "SYN01/USDT"
"""


@pytest.mark.feature("D9", "backtest")
def test_flatten_when_the_strategy_refuses_then_the_position_is_kept_and_told_once(
    backtest: Backtest, caplog: pytest.LogCaptureFixture
) -> None:
    """The first pair's exit is refused at 06:00: it isn't asked for again; its own exit passes at 10:00."""
    caplog.set_level(logging.DEBUG, "freqtrade_riskkit")
    candles, script = held({"1 6:00": 90.0})
    beside(candles, script, SECOND, "1 12:00")
    script[SECOND] = {"enter": [ENTERED]}
    script[FIRST]["exit"] = ["2024-01-01 10:00"]

    run = backtest(
        scripted_with_kit(body=VETO),
        candles,
        script=script,
        riskkit=only("daily_loss", action="flatten"),
        config=CONFIG,
    )

    assert exits(run) == {FIRST: ("exit_signal", "1 10:00", 90.0), SECOND: (FLATTEN, "1 6:00", 100.0)}
    assert [asked for asked in run.strategy.asked if asked[1] == FLATTEN] == [
        (FIRST, FLATTEN, 6),
        (SECOND, FLATTEN, 6),
    ]
    vetoes = [record.getMessage() for record in caplog.records if "FLATTEN_VETOED" in record.getMessage()]
    assert vetoes == [f"FLATTEN_VETOED: confirm_trade_exit of the strategy keeps {FIRST} open"]


@pytest.mark.feature("D9", "backtest")
def test_flatten_when_a_later_trip_comes_then_it_sells_what_is_open_then(backtest: Backtest) -> None:
    """Tripped on the 1st at 06:00 and, with what was bought after the reset, on the 3rd at 06:00 once more.

    In between, on the 2nd, nothing that is bought is sold for the old trip.
    """
    candles, script = held({"1 6:00": 90.0})
    second, _ = held({"3 6:00": 90.0})
    candles[SECOND] = second[FIRST]
    script[SECOND] = {"enter": ["2024-01-02 05:00"]}

    run = backtest(
        scripted_with_kit(),
        candles,
        script=script,
        riskkit=only("daily_loss", action="flatten"),
        config=CONFIG,
    )

    assert trips(run) == [(DAY, "1 6:00", "2 0:00"), (DAY, "3 6:00", "4 0:00")]
    assert exits(run) == {FIRST: (FLATTEN, "1 6:00", 90.0), SECOND: (FLATTEN, "3 6:00", 90.0)}


@pytest.mark.feature("D9", "backtest")
def test_streak_when_it_trips_beside_a_rule_that_flattens_then_nothing_is_sold(backtest: Backtest) -> None:
    """Only the rule that tripped says what is done: a streak only blocks."""
    plan = [Planned("1 2:00", "1 4:00", -10, FIRST), Planned("1 2:00", "1 9:00", 0, THIRD)]
    candles, script = market(plan, days=1)
    section = {"circuit_breaker": {"daily_loss": {"action": "flatten"}, "loss_streak": {"limit": 1}}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert len(run.riskkit["trips"]) == 1
    assert exits(run)[THIRD][:2] == ("exit_signal", "1 9:00")
