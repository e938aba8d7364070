"""The drawdown of closed trades, through real backtests; open ones are in test_drawdown_open.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.backtest.planned import NO_FEE, SECOND, Planned, entries, market, trips
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

FALL = "DRAWDOWN_EXCEEDED"


def drawdown_only(**keys: Any) -> dict[str, Any]:
    """Write a section whose breaker watches the drawdown alone."""
    return {"circuit_breaker": {"daily_loss": None, "drawdown": keys, "loss_streak": None}}


def test_drawdown_when_15_percent_below_the_peak_then_no_entry_passes_until_a_person_resets_it(
    backtest: Backtest,
) -> None:
    """The peak is 10,500; 15 % of it are 1,575; two losses of 800 and 775 are just that."""
    plan = [
        Planned("1 2:00", "1 4:00", 500),
        Planned("1 6:00", "1 8:00", -800),
        Planned("2 6:00", "2 8:00", -775),
        Planned("2 7:00", "2 12:00", pair=SECOND),
        Planned("2 14:00", pair=SECOND),
        Planned("4 14:00", pair=SECOND),
    ]
    candles, script = market(plan)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=drawdown_only(), config=NO_FEE)

    assert trips(run) == [(FALL, "2 8:00", None)]
    (trip,) = run.riskkit["trips"]
    assert (trip["limit"], trip["value"]) == pytest.approx((0.15, 0.15))
    assert (trip["unit"], trip["detail"], trip["latched"]) == ("ratio", "peak=10500, equity=8925", False)
    assert entries(run, SECOND) == ["2 7:00"]
    (held,) = run.trades.loc[run.trades["pair"] == SECOND].itertuples()
    assert (held.exit_reason, held.close_date.hour) == ("exit_signal", 12)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"reset": "auto", "stop_duration": 120}, [(FALL, "1 8:00", "1 10:00")]),
        ({"reset": "auto", "unlock_at": "22:00"}, [(FALL, "1 8:00", "1 22:00")]),
        ({"limit": 0.0801}, [(FALL, "3 8:00", None)]),
        ({"limit": 0.08}, [(FALL, "1 8:00", None)]),
    ],
    ids=["duration", "time of day", "a little higher", "reached exactly"],
)
def test_drawdown_when_its_keys_are_set_then_they_decide(
    backtest: Backtest, keys: dict[str, Any], expected: list[tuple[str, str, str | None]]
) -> None:
    """800 of 10,000 are lost on the 1st, 400 on the 3rd.

    After a reset by time the peak is 9,200, of which 5 % are 460: the second loss is too small.
    """
    plan = [Planned("1 6:00", "1 8:00", -800), Planned("3 6:00", "3 8:00", -400)]
    candles, script = market(plan)
    section = drawdown_only(**{"limit": 0.05} | keys)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert trips(run) == expected
