"""Losses in a row, through real backtests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.backtest.planned import FIRST, NO_FEE, SECOND, THIRD, Planned, entries, market, trips
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

STREAK = "CONSECUTIVE_LOSSES_EXCEEDED"
TRIPPED_AT_16 = [(STREAK, "1 16:00", "1 17:00")]


def one_after_the_other(*profits: float, pair: str = FIRST) -> list[Planned]:
    """Plan trades of two hours each: closed at 04:00, 07:00, 10:00, 13:00, 16:00, 19:00 of the 1st."""
    return [
        Planned(f"1 {2 + 3 * n}:00", f"1 {4 + 3 * n}:00", profit, pair) for n, profit in enumerate(profits)
    ]


def streak_only(**keys: Any) -> dict[str, Any]:
    """Write a section whose breaker watches the streak alone."""
    return {"circuit_breaker": {"daily_loss": None, "drawdown": None, "loss_streak": keys}}


@pytest.mark.feature("D3", "backtest")
def test_streak_when_five_trades_lost_in_a_row_then_entries_stop_and_exits_go_on(backtest: Backtest) -> None:
    """The fifth loss closes at 16:00. It holds for an hour, then 15 minutes of cooldown.

    A candle lasts an hour, so the next entry is at 18:00. The position opened at 15:00 is left at 17:00.
    """
    plan = one_after_the_other(-10, -10, -10, -10, -10, pair=FIRST)
    plan += [Planned("1 16:00", "1 19:00", pair=SECOND), Planned("1 20:00", pair=SECOND)]
    plan += [Planned("1 15:00", "1 17:00", pair=THIRD), Planned("1 18:00", "1 19:00", pair=THIRD)]
    candles, script = market(plan)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=streak_only(), config=NO_FEE)

    assert trips(run) == TRIPPED_AT_16
    (trip,) = run.riskkit["trips"]
    assert (trip["limit"], trip["value"], trip["unit"]) == (5, 5, "count")
    assert entries(run, SECOND) == ["1 20:00"]
    assert entries(run, THIRD) == ["1 15:00", "1 18:00"]


@pytest.mark.feature("D3", "backtest")
@pytest.mark.parametrize(
    ("between", "expected"),
    [
        (0.0, [(STREAK, "1 19:00", "1 20:00")]),
        (-9.9, [(STREAK, "1 19:00", "1 20:00")]),
        (-10.0, TRIPPED_AT_16),
        (0.1, []),
    ],
    ids=["draw", "loss below min_loss", "loss of min_loss", "win"],
)
def test_streak_when_something_comes_between_then_only_a_win_ends_it(
    backtest: Backtest, between: float, expected: list[tuple[str, str, str]]
) -> None:
    """Losses count from 1 % of the stake of 1,000 on; the third of six trades is the one between."""
    candles, script = market(one_after_the_other(-20, -20, between, -20, -20, -20))
    section = streak_only(min_loss=0.01)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert trips(run) == expected
    assert len(run.trades) == (5 if expected == TRIPPED_AT_16 else 6)


def test_streak_when_losses_come_from_several_pairs_then_the_account_counts_them_all(
    backtest: Backtest,
) -> None:
    """Three pairs lose at 04:00, two at 07:00: the fifth trips, in whatever order Freqtrade closes them."""
    plan = [Planned("1 2:00", "1 4:00", -10, pair) for pair in (FIRST, SECOND, THIRD)]
    plan += [Planned("1 5:00", "1 7:00", -10, pair) for pair in (FIRST, SECOND)]
    candles, script = market(plan)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=streak_only(), config=NO_FEE)

    assert trips(run) == [(STREAK, "1 7:00", "1 8:00")]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"limit": 2}, [(STREAK, "1 7:00", "1 8:00"), (STREAK, "1 16:00", None)]),
        ({"limit": 4, "stop_duration": 150}, [(STREAK, "1 13:00", "1 15:30")]),
        ({"limit": 4, "unlock_at": "22:30"}, [(STREAK, "1 13:00", "1 22:30")]),
        ({"limit": 4, "reset": "manual"}, [(STREAK, "1 13:00", None)]),
        ({"limit": 6}, []),
    ],
    ids=["limit, second trip latches", "duration", "time of day", "manual", "not reached"],
)
def test_streak_when_its_keys_are_set_then_they_decide(
    backtest: Backtest, keys: dict[str, Any], expected: list[tuple[str, str, str | None]]
) -> None:
    """Five losses of 10, closed at 04:00, 07:00, 10:00, 13:00 and 16:00 where entries pass.

    With a limit of two the entry of 08:00 falls into the cooldown: the second pair is lost at 16:00.
    """
    candles, script = market(one_after_the_other(-10, -10, -10, -10, -10))

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=streak_only(**keys), config=NO_FEE)

    assert trips(run) == expected
