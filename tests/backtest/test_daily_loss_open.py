"""The daily loss of open positions, through real backtests: every position at each candle's open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.backtest.held import CONFIG, ENTERED, beside, held, only
from tests.backtest.planned import FIRST, SECOND, entries, trips
from tests.support.backtest import BacktestRun
from tests.support.candles import from_rows
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

DAY = "DAILY_LOSS_EXCEEDED"


@pytest.mark.feature("D1", "backtest")
def test_day_when_an_open_position_loses_5_percent_then_it_trips_before_any_close(
    backtest: Backtest,
) -> None:
    """90.01 at 05:00 are 499.50 lost, 90 at 06:00 are 500, which is the limit. Nothing closes before the end.

    The other pair enters at 05:00, not at 07:00, and again after midnight's cooldown.
    """
    candles, script = held({"1 5:00": 90.01, "1 6:00": 90.0})
    beside(candles, script, SECOND, "1 5:00", "1 7:00", "2 2:00")

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=only("daily_loss"), config=CONFIG)

    assert trips(run) == [(DAY, "1 6:00", "2 0:00")]
    (trip,) = run.riskkit["trips"]
    assert (trip["limit"], trip["value"], trip["detail"]) == (500, 500, "since 00:00 UTC")
    assert entries(run, SECOND) == ["1 5:00", "2 2:00"]
    (kept,) = run.trades.loc[run.trades["pair"] == FIRST].itertuples()
    assert kept.exit_reason == "force_exit"


@pytest.mark.feature("D1", "backtest")
@pytest.mark.parametrize(
    ("after", "expected"),
    [(95.0, []), (90.0, [(DAY, "1 6:00", "2 0:00")])],
    ids=["recovered at the next open", "still down at the next open"],
)
def test_candle_when_its_low_breaches_and_its_open_doesnt_then_only_the_next_open_decides(
    backtest: Backtest, after: float, expected: list[tuple[str, str, str]]
) -> None:
    """The candle of 05:00 opens at 100 and falls to 70, 15 % of the account. Nobody can know at its open.

    The fall stands in the adverse figure of the result.
    """
    rows = [(100.0, 100.0, 100.0, 100.0)] * 5 + [(100.0, 100.0, 70.0, after)] + [(after,) * 4] * 30
    candles = {FIRST: from_rows(rows)}

    run = backtest(
        scripted_with_kit(),
        candles,
        script={FIRST: {"enter": [ENTERED]}},
        riskkit=only("daily_loss"),
        config=CONFIG,
    )

    assert trips(run) == expected
    equity = run.riskkit["equity"]
    assert equity["worst_day_loss"] == pytest.approx((100 - after) * 50 / 10_000)
    assert equity["adverse_worst_day_loss"] == pytest.approx(0.15)
    assert equity["marked_max_drawdown"] == equity["worst_day_loss"]
    assert equity["adverse_max_drawdown"] == pytest.approx(0.15)


@pytest.mark.feature("D1", "backtest")
@pytest.mark.parametrize(
    ("unlock_at", "falls", "expected"),
    [
        ("00:00", "3 0:00", [(DAY, "3 0:00", "4 0:00")]),
        ("07:00", "3 7:00", [(DAY, "3 7:00", "4 7:00")]),
        ("23:00", "3 7:00", [(DAY, "3 7:00", "3 23:00")]),
        ("12:00", "3 7:00", []),
    ],
    ids=["midnight", "seven", "the evening before", "noon"],
)
def test_day_when_it_begins_then_the_last_equity_before_its_boundary_is_its_baseline(
    backtest: Backtest, unlock_at: str, falls: str, expected: list[tuple[str, str, str]]
) -> None:
    """9,600 from the 1st on, 10,000 from noon of the 2nd, 9,490 at an open of the 3rd, 9,650 from 09:00 on.

    510 are more than 5 % of 10,000, and that is the last equity before midnight, before 07:00, before 23:00.
    Where the day begins at noon, the last equity before it is that of 11:00: 9,600 less 9,490 are 110. The
    equity of 24 hours ago is 9,600 as well.
    """
    candles, script = held({"1 4:00": 92.0, "2 12:00": 100.0, falls: 89.8, "3 9:00": 93.0})
    section = only("daily_loss", unlock_at=unlock_at)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=CONFIG)

    assert trips(run) == expected
    for trip in run.riskkit["trips"]:
        assert (trip["limit"], trip["value"]) == pytest.approx((500, 510))
        assert trip["detail"] == f"since {unlock_at} UTC"


@pytest.mark.feature("D1", "backtest")
def test_24_hours_when_they_lose_5_percent_across_a_boundary_then_they_trip(backtest: Backtest) -> None:
    """9,700 at 22:00, 9,495 at 03:00: 300 on one day, 205 on the other, 505 of 10,000 within five hours."""
    candles, script = held({"1 22:00": 94.0, "2 3:00": 89.9})

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=only("daily_loss"), config=CONFIG)

    assert trips(run) == [(DAY, "2 3:00", "3 0:00")]
    (trip,) = run.riskkit["trips"]
    assert (trip["limit"], trip["value"], trip["detail"]) == pytest.approx((500, 505, "over 24 hours"))


@pytest.mark.feature("D1", "backtest")
def test_24_hours_when_their_baseline_rises_in_the_candle_of_a_recovery_then_the_new_mark_is_held_against_it(
    backtest: Backtest,
) -> None:
    """10,600 at 10:00 of the 1st; 10,060 at 09:00 of the 2nd, 10,500 at 10:00.

    At 10:00 the equity of 24 hours ago is 10,600. Against it 10,500 are 100 less; the 10,060 of the candle
    before would be 540, and too much.
    """
    candles, script = held({"1 10:00": 112.0, "1 12:00": 106.0, "2 5:00": 101.2, "2 10:00": 110.0})

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=only("daily_loss"), config=CONFIG)

    assert run.riskkit["trips"] == []


def test_profit_when_it_is_only_open_then_it_is_the_days_to_lose(backtest: Backtest) -> None:
    """The day begins at 11,000 with 1,000 of open profit: 550 of them are the limit, reached at 09:00."""
    candles, script = held({"1 20:00": 120.0, "2 8:00": 109.02, "2 9:00": 109.0})

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=only("daily_loss"), config=CONFIG)

    assert trips(run) == [(DAY, "2 9:00", "3 0:00")]
    assert (run.riskkit["trips"][0]["limit"], run.riskkit["trips"][0]["value"]) == pytest.approx((550, 550))
