"""Limits on open positions, through real backtests."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any

import pytest

from tests.backtest.planned import NO_FEE, PAIRS, Planned, entries, market
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]
E1 = pytest.mark.feature("E1", "backtest")

TWO_OR_THREE = {"entry": {"max_open_positions": 2, "max_open_positions_high_confidence": 3}}
RESTING_ORDERS = """
    order_types = {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}

    def custom_entry_price(self, proposed_rate, **kwargs):
        return proposed_rate * 0.5
"""

COUNTS_BESIDE_FREQTRADE = """
    seen = []

    def bot_loop_start(self, current_time, **kwargs):
        from freqtrade.persistence import Trade

        self.seen.append((self.riskkit.status().open_positions, Trade.get_open_trade_count()))
"""


def signals(*confidences: float | None, at: str = "1 2:00") -> list[Planned]:
    """Plan one signal a pair, in Freqtrade's order of pairs, all at one hour and never left."""
    return [
        Planned(at, pair=pair, confidence=confidence)
        for pair, confidence in zip(PAIRS, confidences, strict=False)
    ]


def entered(run: BacktestRun) -> list[int]:
    """Number the pairs that were entered, from 1 on."""
    return [number for number, pair in enumerate(PAIRS, start=1) if entries(run, pair)]


@E1
def test_signals_when_many_come_together_then_each_is_held_against_its_own_limit(backtest: Backtest) -> None:
    """Two are let in by the normal limit. The third has 0.96 and fills the third place; then none is left."""
    candles, script = market(signals(0.5, 0.94, 0.3, 0.96, 0.99, 0.95, 0.1), days=1)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=TWO_OR_THREE, config=NO_FEE)

    assert entered(run) == [1, 2, 4]
    assert run.riskkit["denials"] == {"POSITION_LIMIT": 4}


@E1
@pytest.mark.parametrize(("confidence", "third"), [(0.9499, []), (0.95, [3])])
def test_signal_when_its_confidence_is_at_the_edge_then_the_higher_limit_begins_at_0_95(
    backtest: Backtest, confidence: float, third: list[int]
) -> None:
    candles, script = market(signals(0.5, 0.5, confidence), days=1)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=TWO_OR_THREE, config=NO_FEE)

    assert entered(run) == [1, 2, *third]


@E1
def test_signal_when_its_confidence_is_nan_then_denied_though_places_are_free(backtest: Backtest) -> None:
    """The second pair's column has a figure for another signal, none for this one."""
    plan = [*signals(0.5, math.nan, 0.5)]
    candles, script = market(plan, days=1)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=TWO_OR_THREE, config=NO_FEE)

    assert entered(run) == [1, 3]
    assert run.riskkit["denials"] == {"CONFIDENCE_TOO_LOW": 1}


@E1
def test_column_when_absent_then_one_warning_and_the_normal_limit(
    backtest: Backtest, caplog: pytest.LogCaptureFixture
) -> None:
    candles, script = market(signals(None, None, None, None), days=1)

    with caplog.at_level(logging.WARNING, "freqtrade_riskkit.confidence"):
        run = backtest(scripted_with_kit(), candles, script=script, riskkit=TWO_OR_THREE, config=NO_FEE)

    assert entered(run) == [1, 2]
    warnings = [record for record in caplog.records if record.name == "freqtrade_riskkit.confidence"]
    assert len(warnings) == 1
    assert "no column 'confidence'" in warnings[0].message


@E1
def test_orders_when_they_are_not_filled_yet_then_they_count_as_positions(backtest: Backtest) -> None:
    """Limit orders at half the price rest unfilled; two of them take both places."""
    plan = [*signals(0.5, 0.5), Planned("1 6:00", pair=PAIRS[2], confidence=0.5)]
    candles, script = market(plan, days=1)

    run = backtest(
        scripted_with_kit(body=RESTING_ORDERS),
        candles,
        script=script,
        riskkit=TWO_OR_THREE,
        config={**NO_FEE, "unfilledtimeout": {"entry": 6000, "exit": 6000, "unit": "minutes"}},
    )

    assert len(run.trades) == 0
    assert run.riskkit["entries"]["passed"] == 2
    assert run.riskkit["denials"] == {"POSITION_LIMIT": 1}


@E1
@pytest.mark.parametrize(
    ("max_open_trades", "entry", "number"),
    [(3, {}, 3), (1, {"max_open_positions": 2}, 1), (5, {"max_open_positions": 2}, 2), (-1, {}, 5)],
    ids=["Freqtrade's by default", "Freqtrade's is smaller", "the kit's is smaller", "no limit at all"],
)
def test_limits_when_both_are_there_then_the_smaller_holds(
    backtest: Backtest, max_open_trades: int, entry: dict[str, Any], number: int
) -> None:
    candles, script = market(signals(*[None] * 5), days=1)

    run = backtest(
        scripted_with_kit(),
        candles,
        script=script,
        riskkit={"entry": entry},
        config={**NO_FEE, "max_open_trades": max_open_trades},
    )

    assert entered(run) == list(range(1, number + 1))


@E1
def test_positions_when_counted_again_over_hundreds_of_signals_then_never_more_than_the_limit(
    backtest: Backtest,
) -> None:
    """Every candle's positions from the exported trades, a third of the signals of high confidence."""
    candles, script = random_market(seed=11, days=25)
    for number, words in enumerate(script.values()):
        words["confidence"] = {
            moment: 0.99 if (place + number) % 3 == 0 else 0.5 for place, moment in enumerate(words["enter"])
        }

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=TWO_OR_THREE)

    trades = run.trades
    most = 0
    for trade in trades.itertuples():
        others = trades[(trades["open_date"] < trade.open_date) & (trades["close_date"] > trade.open_date)]
        together = trades[trades["open_date"] == trade.open_date]
        confidence = script[trade.pair]["confidence"][f"{trade.open_date:%Y-%m-%d %H:%M}"]
        most = max(most, len(others) + len(together))
        assert len(others) < (3 if confidence >= 0.95 else 2)
    assert most == 3
    assert run.riskkit["denials"]["POSITION_LIMIT"] > 100


@pytest.mark.parametrize("confidence", [95.0, -0.5])
def test_confidence_when_written_as_a_percentage_then_denied_and_not_read_as_high(
    backtest: Backtest, confidence: float
) -> None:
    candles, script = market(signals(confidence), days=1)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=TWO_OR_THREE, config=NO_FEE)

    assert entered(run) == []
    assert run.riskkit["denials"] == {"CONFIDENCE_TOO_LOW": 1}


@pytest.mark.feature("E6", "backtest")
def test_positions_when_asked_for_then_they_are_freqtrades_at_every_loop(backtest: Backtest) -> None:
    """Orders that time out vanish without a word to the strategy; their place is free in the same candle.

    The kit says at each loop what Freqtrade's own list says, and lets in the next one at once.
    """
    plan = [
        Planned("1 2:00", pair=PAIRS[0]),
        Planned("1 4:00", pair=PAIRS[1]),
        Planned("1 5:00", pair=PAIRS[2]),
    ]
    candles, script = market(plan, days=1)

    run = backtest(
        scripted_with_kit(body=RESTING_ORDERS + COUNTS_BESIDE_FREQTRADE),
        candles,
        script=script,
        riskkit={"entry": {"max_open_positions": 1}},
        config={**NO_FEE, "unfilledtimeout": {"entry": 120, "exit": 120, "unit": "minutes"}},
    )

    assert all(ours == freqtrades for ours, freqtrades in run.strategy.seen)
    assert {ours for ours, _ in run.strategy.seen} == {0, 1}
    assert run.riskkit["entries"]["passed"] == 2
    assert run.riskkit["denials"] == {"POSITION_LIMIT": 1}


def test_entry_when_an_order_of_its_pair_is_replaced_on_the_same_candle_then_the_limit_is_asked_again(
    backtest: Backtest,
) -> None:
    """With position stacking: the replaced order passes, the new position beside it is one too many."""
    body = (
        RESTING_ORDERS
        + """
    def adjust_entry_price(self, current_order_rate, **kwargs):
        return current_order_rate + 0.25
"""
    )
    plan = [Planned("1 2:00", pair=PAIRS[0]), Planned("1 4:00", pair=PAIRS[0])]
    candles, script = market(plan, days=1)
    candles[PAIRS[0]].loc[0, ["close", "high"]] = 100.01  # two decimals, Freqtrade's tick size

    run = backtest(
        scripted_with_kit(body=body),
        candles,
        script=script,
        riskkit={"entry": {"max_open_positions": 1}},
        config={**NO_FEE, "unfilledtimeout": {"entry": 6000, "exit": 6000, "unit": "minutes"}},
        arguments=["--enable-position-stacking"],
    )

    assert run.stats["replaced_entry_orders"] > 2
    assert run.riskkit["entries"]["passed"] == 1
    assert run.riskkit["denials"] == {"POSITION_LIMIT": 1}
