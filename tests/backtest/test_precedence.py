"""Which value is in force in a real backtest: written key, strategy parameter, preset, profile, default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from freqtrade.exceptions import OperationalException

from tests.backtest.planned import NO_FEE, PAIRS, SECOND, Planned, entries, market, trips
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

SIX_SIGNALS = [
    Planned(f"1 {2 + 2 * number}:00", pair=pair, confidence=0.92) for number, pair in enumerate(PAIRS[:6])
]
ONE_PLACE = """
    places = 1
    riskkit_parameters = {"entry.max_open_positions": "places"}
"""


@pytest.mark.parametrize(
    ("section", "positions"),
    [
        ({}, 6),
        ({"profile": "micro_cap"}, 4),
        ({"entry": {"preset": "moderate"}}, 2),
        ({"entry": {"preset": "aggressive"}}, 5),
        ({"entry": {"preset": "aggressive", "high_confidence": 0.93}}, 3),
        ({"entry": {"preset": "moderate", "max_open_positions": 3}}, 3),
        ({"profile": "micro_cap", "entry": {"preset": "aggressive"}}, 4),
        ({"profile": "micro_cap", "entry": {"max_open_positions": 6}}, 4),
    ],
    ids=[
        "default: Freqtrade's",
        "profile",
        "preset",
        "preset whose higher limit begins at 0.90",
        "key beside a preset: confidence",
        "key beside a preset: limit",
        "profile and preset: the smaller",
        "profile and key: the smaller",
    ],
)
def test_positions_when_set_in_several_places_then_the_stronger_or_the_smaller_holds(
    backtest: Backtest, section: dict[str, Any], positions: int
) -> None:
    """Six signals two hours apart, all of confidence 0.92."""
    candles, script = market(SIX_SIGNALS, days=1)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert len(run.trades) == positions


def test_environment_when_it_sets_a_key_then_it_wins_over_the_config(
    backtest: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    candles, script = market(SIX_SIGNALS, days=1)
    monkeypatch.setenv("FREQTRADE__RISKKIT__ENTRY__MAX_OPEN_POSITIONS", "1")

    run = backtest(
        scripted_with_kit(),
        candles,
        script=script,
        riskkit={"entry": {"max_open_positions": 3}},
        config=NO_FEE,
    )

    assert len(run.trades) == 1


def test_parameter_when_the_strategy_maps_it_then_it_wins_over_a_preset(backtest: Backtest) -> None:
    """One place, where the preset has two and, from 0.95 on, three."""
    candles, script = market(SIX_SIGNALS, days=1)

    run = backtest(
        scripted_with_kit(body=ONE_PLACE),
        candles,
        script=script,
        riskkit={"entry": {"preset": "moderate"}},
        config=NO_FEE,
    )

    assert len(run.trades) == 1


def test_parameter_when_the_config_writes_its_key_too_then_refused(backtest: Backtest) -> None:
    candles, script = market(SIX_SIGNALS, days=1)

    with pytest.raises(OperationalException, match=r"max_open_positions is written in the config and also"):
        backtest(
            scripted_with_kit(body=ONE_PLACE),
            candles,
            script=script,
            riskkit={"entry": {"max_open_positions": 2}},
            config=NO_FEE,
        )


@pytest.mark.parametrize(
    ("keys", "until", "entered"),
    [
        ({}, "1 5:00", ["1 9:00"]),
        ({"cooldown_minutes": 300}, "1 5:00", ["1 11:00"]),
        ({"loss_streak": {"limit": 1, "stop_duration": 180}}, "1 7:00", ["1 9:00"]),
    ],
    ids=["timed alone", "its cooldown written", "one rule written"],
)
def test_breaker_when_a_key_is_written_beside_its_preset_then_the_key_wins(
    backtest: Backtest, keys: dict[str, Any], until: str, entered: list[str]
) -> None:
    """A loss at 04:00 trips a streak of one; `timed` lets go after 60 minutes and 15 of cooldown."""
    plan = [Planned("1 2:00", "1 4:00", -10)]
    plan += [Planned(f"1 {hour}:00", pair=SECOND) for hour in (9, 11)]
    candles, script = market(plan, days=1)
    section = {"circuit_breaker": {"preset": "timed", "loss_streak": {"limit": 1}, **keys}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert trips(run) == [("CONSECUTIVE_LOSSES_EXCEEDED", "1 4:00", until)]
    assert entries(run, SECOND) == entered
