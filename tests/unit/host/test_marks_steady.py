"""Marks that are worked out ahead, beside the same marks worked out loop by loop."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pandas as pd
from freqtrade.persistence import LocalTrade
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskkit.host import marks_backtest
from freqtrade_riskkit.host.marks_backtest import BacktestMarks
from freqtrade_riskkit.host.marks_steady import SteadyMarks
from tests.unit.host.freqtrade_cases import START, order, trade

HOUR = timedelta(hours=1)
PAIRS = ("BTC/USDT", "ETH/USDT")


def at(hour: int) -> datetime:
    return START + hour * HOUR


def rows(opens: list[float]) -> list[list[Any]]:
    """Make hourly candles that go 1 above and 2 below their opens."""
    return [
        [pd.Timestamp(at(hour)), rate, rate + 1.0, rate - 2.0, rate, 0, 0, 0, 0, None, None]
        for hour, rate in enumerate(opens)
    ]


def position(number: int, pair: str, is_short: bool = False) -> LocalTrade:
    made = trade(order("buy", 10.0, 100.0), id=number, pair=pair, is_short=is_short)
    made.recalc_open_trade_value()
    return made


def looked_at_alone(marks: BacktestMarks, now: datetime, trades: list[LocalTrade]) -> float:
    """Mark positions without anything worked out ahead: a look at nothing comes before."""
    marks.unrealised(now, [])
    return marks.unrealised(now, trades)


RATE = st.one_of(st.floats(1.0, 1000.0), st.floats(1.0, 1000.0), st.sampled_from([math.nan, 0.0, math.inf]))
STEP = st.sampled_from(["", "", "", "", "", "amount", "funding", "order", "come", "go", "skip", "again"])


@settings(max_examples=200, deadline=None)
@given(
    opens=st.lists(st.lists(RATE, min_size=4, max_size=30), min_size=2, max_size=2),
    gap=st.one_of(st.none(), st.integers(1, 10)),
    held=st.lists(st.tuples(st.sampled_from(PAIRS), st.booleans()), min_size=1, max_size=3),
    steps=st.lists(STEP, min_size=10, max_size=40),
    ahead=st.integers(1, 5),
    asks_rates=st.booleans(),
)
def test_marks_when_positions_stay_the_same_then_as_if_each_loop_was_looked_at_alone(
    opens: list[list[float]],
    gap: int | None,
    held: list[tuple[str, bool]],
    steps: list[str],
    ahead: int,
    asks_rates: bool,
) -> None:
    """To the last digit, while positions change, come and go, and candles are bad, missing or over."""
    candles = {pair: rows(rates) for pair, rates in zip(PAIRS, opens, strict=True)}
    if gap is not None:
        del candles["ETH/USDT"][gap : gap + 1]
    trades = [position(number, pair, short) for number, (pair, short) in enumerate(held)]
    marks, alone = BacktestMarks(candles, HOUR), BacktestMarks(candles, HOUR)
    hour = 1
    with patch.object(marks_backtest, "AHEAD", ahead):
        for step in steps:
            hour += {"skip": 2, "again": 0}.get(step, 1)
            change(trades, step)

            assert marks.unrealised(at(hour), trades) == looked_at_alone(alone, at(hour), trades)
            assert marks.adverse == alone.adverse
            assert (marks.missing, marks.oldest_age_seconds) == (alone.missing, alone.oldest_age_seconds)
            if asks_rates and hour % 3 == 0:
                assert [marks.rate(made) for made in trades] == [alone.rate(made) for made in trades]


def change(trades: list[LocalTrade], step: str) -> None:
    """Do to the positions what a backtest may do between two loops."""
    if step == "come":
        trades.append(position(len(trades), PAIRS[len(trades) % 2]))
    elif step == "go" and trades:
        trades.pop(0)
    elif step == "amount" and trades:
        trades[-1].amount = 0.0 if trades[-1].amount == 20.0 else trades[-1].amount + 5.0
        trades[-1].recalc_open_trade_value()
    elif step == "funding" and trades:
        trades[0].funding_fees = (trades[0].funding_fees or 0.0) - 0.5
    elif step == "order" and trades:
        # Sold in part and bought again: the same amount, at another cost.
        trades[0].orders = [*trades[0].orders, *trades[0].orders[:1]]
        trades[0].stake_amount += 3.0


def test_candles_when_positions_stay_the_same_then_most_loops_need_no_look_at_the_pairs() -> None:
    candles = {pair: rows([100.0 + hour % 7 for hour in range(600)]) for pair in PAIRS}
    trades = [position(1, "BTC/USDT"), position(2, "ETH/USDT", is_short=True)]
    marks, given = BacktestMarks(candles, HOUR), 0
    take = SteadyMarks.take

    def counted(steady: SteadyMarks, *loop: Any) -> tuple[float, float] | None:
        nonlocal given
        sums = take(steady, *loop)
        given += sums is not None
        return sums

    with patch.object(SteadyMarks, "take", counted):
        for hour in range(1, 600):
            marks.unrealised(at(hour), trades)

    assert given > 580


def test_future_when_it_is_another_then_marks_worked_out_ahead_are_the_same() -> None:
    """The candles differ from hour 50 on: up to its open, which both share, nothing of it shows."""
    known = [100.0 + hour % 5 for hour in range(51)]
    seen = []
    for later in (1.0, 9999.0, math.nan):
        series = rows([*known, *[later] * 100])
        series[50][2:5] = [later, later, later]
        marks, held = BacktestMarks({"BTC/USDT": series}, HOUR), [position(1, "BTC/USDT")]
        seen.append([(marks.unrealised(at(hour), held), marks.adverse) for hour in range(1, 51)])

    assert seen[0] == seen[1] == seen[2]
