"""The protective second leg of a pair trade: which rules let it pass, and which never do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from freqtrade_riskkit.core.entry.request import SECOND_LEG
from tests.backtest.planned import FIRST, NO_FEE, SECOND, THIRD, Planned, entries, market, tagged
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

FIRST_LEG = Planned("1 2:00", pair=FIRST)
LIMITS = {"entry": {"max_open_positions": 1, "cooldown_with_positions_seconds": 36000}}


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_second_leg_when_the_place_is_taken_and_the_cooldown_runs_then_only_it_passes(
    backtest: Backtest, mode: str
) -> None:
    """The third pair signals on the same candle as the second leg, and is denied for the position."""
    candles, script = market(
        [FIRST_LEG, Planned("1 3:00", pair=SECOND), Planned("1 3:00", pair=THIRD)], days=1
    )
    tagged(script, SECOND, SECOND_LEG)

    run = backtest(
        scripted_with_kit(), candles, script=script, riskkit={**LIMITS, "mode": mode}, config=NO_FEE
    )

    assert entries(run, SECOND) == ["1 3:00"]
    assert entries(run, THIRD) == ([] if mode == "enforce" else ["1 3:00"])
    assert run.riskkit["denials"] == {"POSITION_LIMIT": 1}


@pytest.mark.parametrize(("tag", "number"), [(SECOND_LEG, 2), ("another", 1)])
def test_second_leg_when_its_pair_is_open_already_then_it_may_enter_it_again(
    backtest: Backtest, tag: str, number: int
) -> None:
    candles, script = market([FIRST_LEG, Planned("1 5:00", pair=FIRST)], days=1)
    tagged(script, FIRST, tag)

    run = backtest(
        scripted_with_kit(),
        candles,
        script=script,
        riskkit={"profile": "micro_cap"},
        config={**NO_FEE, "dry_run_wallet": 400, "stake_amount": 50},
        arguments=["--enable-position-stacking"],
    )

    assert len(run.trades) == number


@pytest.mark.parametrize(
    ("section", "code"),
    [
        (
            {"circuit_breaker": {"loss_streak": {"limit": 1, "stop_duration": 360}}},
            "CONSECUTIVE_LOSSES_EXCEEDED",
        ),
        ({"entry": {"enabled": False}}, "ENTRIES_DISABLED"),
    ],
    ids=["breaker", "switch"],
)
@pytest.mark.parametrize("tag", [SECOND_LEG, "riskkit_override"])
def test_second_leg_when_entries_are_stopped_altogether_then_no_tag_of_a_signal_helps(
    backtest: Backtest, section: dict[str, Any], code: str, tag: str
) -> None:
    """The first pair loses at 04:00, where it may enter; the leg signals at 04:00 and at 05:00."""
    plan = [
        Planned("1 2:00", "1 4:00", -10, FIRST),
        Planned("1 4:00", pair=SECOND),
        Planned("1 5:00", pair=THIRD),
    ]
    candles, script = market(plan, days=1)
    for pair in (SECOND, THIRD):
        tagged(script, pair, tag)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert entries(run, SECOND) + entries(run, THIRD) == []
    assert run.riskkit["denials"][code] >= 2
