"""The benchmark compares like with like: every contender makes the same trades."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from benchmarks.arena import differences
from benchmarks.machine import Machine
from benchmarks.measure import (
    Measurement,
    TradesDifferError,
    check,
    in_trade_candles,
    measure,
    order,
    together,
)
from benchmarks.report import END_MARKER, START_MARKER, Report, placed
from benchmarks.scenarios import SCENARIOS, Contender, Scenario
from tests.support.workspace import Workspace

TINY = Scenario(
    *("tiny", 40, 4, 8, "1h", 0.004),
    processes=1,
    rounds=1,
    control_rounds=1,
    protections_rounds=1,
)
MACHINE = Machine("a processor", 2, "Linux x86_64", "CPython 3.11.0", {"freqtrade": "2026.9"}, 0.1)


@pytest.mark.timeout(180)
def test_contenders_when_run_then_each_makes_exactly_the_planned_trades(workspace: Workspace) -> None:
    """`measure` refuses any other trades, so its measurements are the proof; four candles a trade."""
    measurements = measure(TINY, 0, workspace.root, workspace.overlay, report=lambda what: None)

    assert {m.contender for m in measurements} == set(Contender)
    assert {(m.trades, m.in_trade_candles) for m in measurements} == {(40, 160)}
    assert all(seconds > 0 for m in measurements for seconds in m.seconds)


def test_scenarios_when_built_then_trades_divide_over_the_pairs() -> None:
    """A remainder would leave the planned number of trades out of reach."""
    assert all(scenario.trades == scenario.trades_per_pair * 8 for scenario in SCENARIOS)


def test_order_when_rounds_alternate_then_nobody_is_always_last() -> None:
    """Odd rounds run backwards; protections only in the first ones."""
    scenario = replace(TINY, rounds=3, control_rounds=2, protections_rounds=1)

    assert order(scenario, 0, 0) == [Contender.PLAIN, Contender.KIT, Contender.CONTROL, Contender.PROTECTIONS]
    assert order(scenario, 0, 1) == [Contender.CONTROL, Contender.KIT, Contender.PLAIN]
    assert order(scenario, 0, 2) == [Contender.PLAIN, Contender.KIT]


def test_order_when_processes_alternate_then_every_second_one_begins_backwards() -> None:
    """Control rounds are spread over the processes: the third of them is the first process's second one."""
    scenario = replace(TINY, processes=2, rounds=2, control_rounds=3, protections_rounds=1)

    assert order(scenario, 0, 0) == [Contender.PLAIN, Contender.KIT, Contender.CONTROL, Contender.PROTECTIONS]
    assert order(scenario, 0, 1) == [Contender.CONTROL, Contender.KIT, Contender.PLAIN]
    assert order(scenario, 1, 0) == [Contender.CONTROL, Contender.KIT, Contender.PLAIN]
    assert order(scenario, 1, 1) == [Contender.PLAIN, Contender.KIT]


def test_together_when_there_are_several_processes_then_figures_follow_each_other_in_order() -> None:
    """The median counts over all ratios: 1.25, where those of the two processes are 1.1 and 1.5."""
    control = Measurement("x", Contender.CONTROL, 100, 400, (1.0,), (1.0,))
    first = [_plain(), _kit((1.1, 1.8, 2.0), (1.1, 1.2, 1.0)), control]
    second = [_plain(), _kit((1.3, 2.25, 3.2), (1.3, 1.5, 1.6))]

    plain, kit, alone = together([first, second])

    assert plain.seconds == (1.0, 1.5, 2.0, 1.0, 1.5, 2.0)
    assert kit.seconds == (1.1, 1.8, 2.0, 1.3, 2.25, 3.2)
    assert kit.ratios == (1.1, 1.2, 1.0, 1.3, 1.5, 1.6)
    assert kit.ratio == 1.25
    assert alone == control


def test_together_when_a_process_made_other_trades_then_refused() -> None:
    """A candle more in one of them."""
    other = replace(_plain(), in_trade_candles=401)

    with pytest.raises(TradesDifferError, match="x, Plain: other trades in another process"):
        together([[_plain()], [other]])


def test_check_when_a_trade_differs_then_the_run_is_refused() -> None:
    """Another exit rate, or a missing trade, is named."""
    scenario = replace(TINY, name="x", trades=8)
    plain = _trades(8)
    other = plain.assign(close_rate=2.0)

    assert differences(plain, plain.copy()) == ""
    with pytest.raises(TradesDifferError, match="x, WithKit: different close_rate"):
        check(scenario, Contender.KIT, plain, other)
    with pytest.raises(TradesDifferError, match="7 trades instead of 8"):
        check(scenario, Contender.KIT, plain, plain.head(7))
    with pytest.raises(TradesDifferError, match="7 trades were made, 8 planned"):
        check(scenario, Contender.PLAIN, plain.head(7), plain.head(7))


def test_in_trade_candles_when_counted_then_durations_over_the_timeframe() -> None:
    """Eight trades of two hours are sixteen candles of one hour."""
    assert in_trade_candles(_trades(8), "1h") == 16


def test_report_when_a_round_drifts_then_ratios_are_taken_within_rounds() -> None:
    """The machine slows by half in the second round; the kit still costs a tenth, by the median."""
    kit = Measurement("x", Contender.KIT, 100, 400, (1.1, 1.65, 2.2), (1.1, 1.1, 1.1))
    report = Report(datetime(2026, 1, 1, tzinfo=UTC), MACHINE, [_plain(), kit])

    assert report.rows() == [("100", "400", "15,000", "16,500", "1.10 (1.10–1.10)", "–", "–")]
    assert report.verdict() == "Goal kit / plain <= 1.10: met everywhere, worst 1.10"


def test_report_when_the_goal_is_missed_then_the_verdict_names_where() -> None:
    """A median of 1.2 at x."""
    kit = Measurement("x", Contender.KIT, 100, 400, (1.2, 1.8, 2.4), (1.2, 1.2, 1.2))
    report = Report(datetime(2026, 1, 1, tzinfo=UTC), MACHINE, [_plain(), kit])

    assert report.verdict() == "Goal kit / plain <= 1.10: missed at x (1.20)"


def test_readme_when_written_twice_then_only_the_block_changes() -> None:
    """What stands around the markers stays; without them nothing is guessed."""
    text = f"before\n{START_MARKER}\nold\n{END_MARKER}\nafter\n"

    once = placed(text, "new")

    assert once == f"before\n{START_MARKER}\nnew\n{END_MARKER}\nafter\n"
    assert placed(once, "new") == once
    with pytest.raises(ValueError, match="needs the lines"):
        placed("no markers", "new")


def _plain() -> Measurement:
    return Measurement("x", Contender.PLAIN, 100, 400, (1.0, 1.5, 2.0), (1.0, 1.0, 1.0))


def _kit(seconds: tuple[float, ...], ratios: tuple[float, ...]) -> Measurement:
    return Measurement("x", Contender.KIT, 100, 400, seconds, ratios)


def _trades(count: int) -> pd.DataFrame:
    opened = pd.Timestamp("2024-01-01", tz="UTC")
    return pd.DataFrame(
        {
            "pair": "SYN01/USDT",
            "open_date": opened,
            "close_date": opened + pd.Timedelta(hours=2),
            "open_rate": 1.0,
            "close_rate": 1.5,
            "amount": 1.0,
            "profit_abs": 0.5,
            "exit_reason": "exit_signal",
        },
        index=range(count),
    )
