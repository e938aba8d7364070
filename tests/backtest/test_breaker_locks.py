"""Freqtrade's locks while the breaker is open: their reason, their end, and how many there are."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pandas as pd
import pytest

from freqtrade_riskkit.host.locks import is_own
from tests.backtest.planned import FIRST, NO_FEE, SECOND, THIRD, Planned, entries, hour, market
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

LOSES_500_AT_10 = [Planned("2 2:00", "2 6:00", -200), Planned("2 8:00", "2 10:00", -300)]
DAY_ONLY = {"circuit_breaker": {"drawdown": None, "loss_streak": None}}


def locks_of(run: BacktestRun) -> list[tuple[str, str, pd.Timestamp, pd.Timestamp]]:
    """Give pair, reason, begin and end of each lock."""
    return [(lock.pair, lock.reason, lock.lock_time, lock.lock_end_time) for lock in run.locks]


def test_lock_when_the_breaker_is_open_then_one_for_the_trip_and_one_for_its_cooldown(
    backtest: Backtest,
) -> None:
    """The cooldown ends at 00:15; Freqtrade rounds a lock's end up to the end of its candle, 01:00."""
    candles, script = market(LOSES_500_AT_10)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=DAY_ONLY, config=NO_FEE)

    reason = "DAILY_LOSS_EXCEEDED: limit=500.00 USDT, value=500.00 USDT, since 00:00 UTC (riskkit)"
    assert locks_of(run) == [
        ("*", reason, hour("2 10:00"), hour("3 0:00")),
        ("*", "COOLDOWN: until 2024-01-03 00:15 UTC (riskkit)", hour("3 0:00"), hour("3 1:00")),
    ]


def test_lock_when_it_is_written_then_entries_later_in_the_same_candle_are_denied_already(
    backtest: Backtest,
) -> None:
    """All three signal at 10:00. Freqtrade goes through the pairs in order: the first lost at that hour."""
    plan = [
        Planned("2 2:00", "2 10:00", -500, FIRST),
        Planned("2 10:00", pair=SECOND),
        Planned("2 10:00", pair=THIRD),
    ]
    candles, script = market(plan)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=DAY_ONLY, config=NO_FEE)

    assert len(run.riskkit["trips"]) == 1
    assert entries(run, SECOND) + entries(run, THIRD) == []


@pytest.mark.parametrize(
    ("unlock_at", "rounded"), [("15:00", "2 15:00"), ("15:01", "2 16:00"), ("15:59", "2 16:00")]
)
def test_lock_when_the_trip_ends_within_a_candle_then_it_ends_with_that_candle(
    backtest: Backtest, unlock_at: str, rounded: str
) -> None:
    """An end on the boundary itself costs no candle more."""
    candles, script = market([*LOSES_500_AT_10, Planned("2 17:00", pair=SECOND)])
    section = {"circuit_breaker": {"daily_loss": {"unlock_at": unlock_at}, "loss_streak": None}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert locks_of(run)[0][2:] == (hour("2 10:00"), hour(rounded))


def test_lock_when_a_second_rule_trips_meanwhile_then_the_longer_one_stands_and_the_first_is_taken_back(
    backtest: Backtest,
) -> None:
    """The streak at 10:00; at 10:00 of the next candle's close the drawdown, which waits for a person."""
    plan = [Planned("2 2:00", "2 10:00", -100, FIRST), Planned("2 2:00", "2 11:00", -900, SECOND)]
    candles, script = market(plan)
    section = {
        "circuit_breaker": {
            "daily_loss": None,
            "drawdown": {"limit": 0.1},
            "loss_streak": {"limit": 1, "stop_duration": 600},
        }
    }

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    streak, drawdown = run.locks
    assert streak.reason == "CONSECUTIVE_LOSSES_EXCEEDED: limit=1, value=1 (riskkit)"
    numbers = "limit=0.1000, value=0.1000, peak=10000, equity=9000"
    assert drawdown.reason == f"DRAWDOWN_EXCEEDED: {numbers} (riskkit)"
    assert (streak.active, drawdown.active) == (False, True)
    assert drawdown.lock_end_time.year == 2100


def test_lock_when_a_reset_comes_by_time_then_none_is_left(backtest: Backtest) -> None:
    """After the cooldown an entry passes, and no further lock is written in the days that follow."""
    candles, script = market([*LOSES_500_AT_10, Planned("3 1:00", pair=SECOND)])

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=DAY_ONLY, config=NO_FEE)

    assert entries(run, SECOND) == ["3 1:00"]
    assert len(run.locks) == 2


def test_locks_when_trips_are_many_then_two_an_episode_and_never_two_at_once(backtest: Backtest) -> None:
    """Forty days of trades at random under tight limits; one lock for what is open, one for its cooldown."""
    candles, script = random_market(seed=9, pairs=6, days=40)
    breaker = {
        "preset": "timed",
        "daily_loss": {"limit": 0.004},
        "drawdown": {"limit": 0.006},
        "loss_streak": {"limit": 2},
    }

    run = backtest(scripted_with_kit(), candles, script=script, riskkit={"circuit_breaker": breaker})

    moments = {trip["at"] for trip in run.riskkit["trips"]}
    assert len(moments) >= 50
    assert len(run.locks) <= 2 * len(moments)
    kept = sorted((lock.lock_time, lock.lock_end_time) for lock in run.locks if lock.active)
    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(kept))


def test_locks_when_thousands_of_trades_trip_often_then_one_for_each_hold_and_cooldown(
    backtest: Backtest,
) -> None:
    """Freqtrade looks through all locks at every signal: they must not grow with the trades."""
    candles, script = random_market(seed=11, pairs=12, days=140)
    rules = {
        "preset": "timed",
        "daily_loss": {"limit": 0.01},
        "drawdown": {"limit": 0.02},
        "loss_streak": {"limit": 4},
    }

    run = backtest(scripted_with_kit(), candles, script=script, riskkit={"circuit_breaker": rules})

    trips = run.riskkit["trips"]
    locks = [lock for lock in run.locks if is_own(lock.reason)]
    cooldowns = [lock for lock in locks if lock.reason.startswith("COOLDOWN")]
    assert len(run.trades) >= 2000
    assert len(trips) >= 50
    assert len(locks) - len(cooldowns) <= len(trips)
    assert len(cooldowns) <= len(trips)
