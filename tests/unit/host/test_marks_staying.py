"""Marks of a backtest's positions that stay as they are: what is kept of them must go on being true."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from ccxt import TICK_SIZE
from freqtrade.persistence import LocalTrade
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskkit.host.marks_backtest import BacktestMarks
from tests.unit.host.freqtrade_cases import START, order, trade

HOUR = timedelta(hours=1)
PAIR = "BTC/USDT"


def at(hour: int) -> datetime:
    return START + hour * HOUR


def rows(*opens: float) -> list[list[Any]]:
    return [
        [pd.Timestamp(at(hour)), rate, rate, rate, rate, 0, 0, 0, 0, None, None]
        for hour, rate in enumerate(opens)
    ]


def bought_off_the_grid() -> LocalTrade:
    """10 bought at 100.004, where prices have steps of 0.01: Freqtrade's open_rate is 100.0 then.

    A replaced entry order, or candles finer than the pair's grid of today, fill at such a price.
    """
    made = trade(
        order("buy", 10.0, 100.004),
        pair=PAIR,
        amount_precision=0.001,
        price_precision=0.01,
        precision_mode=TICK_SIZE,
        precision_mode_price=TICK_SIZE,
        contract_size=1.0,
    )
    made.recalc_trade_from_orders()
    assert (made.open_rate, made.stake_amount) == (100.0, pytest.approx(1000.04))
    return made


def sell(made: LocalTrade, price: float, **changes: Any) -> None:
    placed = order("sell", 10.0, price, hours=2, **changes)
    placed._trade_bt = made
    made.orders.append(placed)


def test_position_when_entered_once_off_the_grid_then_marked_at_what_freqtrade_realises() -> None:
    made = bought_off_the_grid()
    marked = BacktestMarks({PAIR: rows(100.0, 100.0)}, HOUR).unrealised(at(1), [made])

    sell(made, 100.0)
    made.recalc_trade_from_orders(is_closing=True)

    assert marked == pytest.approx(made.close_profit_abs, abs=1e-6)


@pytest.mark.parametrize("steady", [False, True], ids=["looked at", "worked out ahead"])
def test_position_when_its_exit_order_waits_then_as_if_looked_at_anew(steady: bool) -> None:
    made = bought_off_the_grid()
    candles = {PAIR: rows(*[100.0] * 12)}
    kept = BacktestMarks(candles, HOUR, positions_stay=True)
    for hour in range(1, 6 if steady else 2):
        kept.unrealised(at(hour), [made])
    assert (kept._steady is not None) is steady

    sell(made, 101.0, filled=0.0, remaining=10.0, ft_is_open=True, status="open")

    anew = BacktestMarks(candles, HOUR).unrealised(at(6), [made])
    assert kept.unrealised(at(6), [made]) == anew


RATE = st.integers(50, 200).map(float) | st.sampled_from([math.nan, 0.0])
DEED = st.sampled_from(["enter", "enter", "order", "fill", "close", "close", "loop", "loop", "loop"])


@settings(max_examples=200, deadline=None)
@given(
    opens=st.lists(st.lists(RATE, min_size=2, max_size=20), min_size=2, max_size=2),
    missing=st.none() | st.integers(1, 8),
    deeds=st.lists(st.tuples(DEED, st.integers(0, 3)), min_size=5, max_size=60),
)
def test_positions_when_one_closes_then_the_others_are_marked_as_if_looked_at_anew(
    opens: list[list[float]], missing: int | None, deeds: list[tuple[str, int]]
) -> None:
    """To the last digit, while others are entered, filled and closed, over bad and missing candles."""
    candles = {pair: rows(*rates) for pair, rates in zip((PAIR, "ETH/USDT"), opens, strict=True)}
    if missing is not None:
        del candles[PAIR][missing : missing + 1]
    marks = BacktestMarks(candles, HOUR, positions_stay=True)
    held: list[LocalTrade] = []
    hour, number = 1, 0
    for deed, which in deeds:
        if deed == "loop":
            hour += 1 if which else 2
            assert marks.unrealised(at(hour), held) == anew(candles, hour, held)
        elif deed in ("enter", "order"):
            number += 1
            held.append(position(number, list(candles)[which % 2], filled=deed == "enter", short=which > 1))
        elif held and deed == "fill":
            held[which % len(held)].amount = 10.0
        elif held:
            closed = held.pop(which % len(held))
            closed.is_open = False
            assert marks.unrealised_without(closed, at(hour), held) == anew(candles, hour, held)


def anew(candles: dict[str, list[list[Any]]], hour: int, held: list[LocalTrade]) -> float:
    return BacktestMarks(candles, HOUR).unrealised(at(hour), held)


def position(number: int, pair: str, *, filled: bool, short: bool) -> LocalTrade:
    made = trade(id=number, pair=pair, is_short=short, amount=10.0 if filled else 0.0)
    made.recalc_open_trade_value()
    return made


def test_position_when_it_can_not_be_read_then_no_look_leaves_it_out() -> None:
    """Nor the second one, which finds the same positions as the first."""
    held, broken = bought_off_the_grid(), bought_off_the_grid()
    marks = BacktestMarks({PAIR: rows(*[100.0] * 12)}, HOUR, positions_stay=True)
    alone = marks.unrealised(at(1), [held])
    stake, broken.stake_amount = broken.stake_amount, None

    for hour in range(2, 6):
        with pytest.raises(TypeError):
            marks.unrealised(at(hour), [held, broken])

    broken.stake_amount = stake
    assert marks.unrealised(at(6), [held, broken]) == 2 * alone
