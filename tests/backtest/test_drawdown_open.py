"""The drawdown of open positions, through real backtests: peak and fall at each candle's open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.backtest.held import CONFIG, ENTERED, beside, held, only
from tests.backtest.planned import FIRST, SECOND, entries, trips
from tests.support.backtest import BacktestRun
from tests.support.candles import from_rows
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

FALL = "DRAWDOWN_EXCEEDED"


@pytest.mark.feature("D2", "backtest")
def test_drawdown_when_an_open_position_falls_from_an_open_peak_then_it_trips_before_any_close(
    backtest: Backtest,
) -> None:
    """120 are 11,000, the peak; 15 % of it are 1,650. 87.02 leave 9,351, 87 leave 9,350.

    It took three days, so no day lost it. It waits for a person: no entry passes any more.
    """
    candles, script = held({"1 5:00": 120.0, "2 5:00": 104.0, "3 5:00": 87.02, "3 6:00": 87.0})
    beside(candles, script, SECOND, "3 5:00", "3 8:00", "4 5:00")

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=only("drawdown"), config=CONFIG)

    assert trips(run) == [(FALL, "3 6:00", None)]
    (trip,) = run.riskkit["trips"]
    assert (trip["limit"], trip["value"]) == pytest.approx((0.15, 0.15))
    assert trip["detail"] == "peak=11000, equity=9350"
    assert entries(run, SECOND) == ["3 5:00"]
    assert set(run.trades.loc[run.trades["pair"] == FIRST, "exit_reason"]) == {"force_exit"}
    assert run.riskkit["equity"]["marked_max_drawdown"] == pytest.approx(0.15)
    assert run.riskkit["equity"]["peak"] == 10_000  # of closed trades, as ever


@pytest.mark.feature("D2", "backtest")
def test_peak_when_it_is_only_a_candles_high_then_it_is_none(backtest: Backtest) -> None:
    """The candle of 05:00 opens at 100 and rises to 130 in between. From 10,000 at the opens 86 is 7 %."""
    rows = [(100.0,) * 4] * 5 + [(100.0, 130.0, 100.0, 100.0)] + [(100.0,) * 4] * 3 + [(86.0,) * 4] * 10

    run = backtest(
        scripted_with_kit(),
        {FIRST: from_rows(rows)},
        script={FIRST: {"enter": [ENTERED]}},
        riskkit=only("drawdown"),
        config=CONFIG,
    )

    assert run.riskkit["trips"] == []
    assert run.riskkit["equity"]["marked_max_drawdown"] == pytest.approx(0.07)


@pytest.mark.feature("D2", "backtest")
def test_drawdown_when_it_is_made_of_closed_and_open_losses_then_both_count(backtest: Backtest) -> None:
    """At 06:00 the first pair is sold with 500 lost, at 09:00 the second is down by 1,000 and still held."""
    candles, script = held({"1 6:00": 90.0})
    script[FIRST]["exit"] = ["2024-01-01 06:00"]
    other, _ = held({"1 8:00": 80.02, "1 9:00": 80.0})
    candles[SECOND] = other[FIRST]
    script[SECOND] = {"enter": [ENTERED]}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=only("drawdown"), config=CONFIG)

    assert trips(run) == [(FALL, "1 9:00", None)]
    assert run.riskkit["trips"][0]["detail"] == "peak=10000, equity=8500"
