"""Marks of a backtest's positions, from candles that are given: what is looked at, and what isn't."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from freqtrade.persistence import LocalTrade
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskkit.host.marks_backtest import BacktestMarks
from tests.unit.host.freqtrade_cases import START, trade

HOUR = timedelta(hours=1)
Prices = tuple[float, float, float, float]
CALM: Prices = (100.0, 101.0, 99.0, 100.0)


def at(hour: int) -> datetime:
    return START + hour * HOUR


def rows(*prices: Prices | None, first_hour: int = 0) -> list[list[Any]]:
    """Make hourly candles of (open, high, low, close); None leaves one out."""
    return [
        [pd.Timestamp(at(first_hour + hour)), *four, 0, 0, 0, 0, None, None]
        for hour, four in enumerate(prices)
        if four is not None
    ]


def position(pair: str = "BTC/USDT", number: int = 1, **changes: Any) -> LocalTrade:
    """Hold 10 at 100, with a fee of 0.001 a side."""
    made = trade(**{"id": number, "pair": pair, **changes})
    made.recalc_open_trade_value()
    return made


def test_position_when_marked_then_at_the_open_of_the_candle_that_begins() -> None:
    """At 105: 50 less 1.00 and 1.05. The candle before went down to 90: -100 less 1.00 and 0.90."""
    marks = BacktestMarks({"BTC/USDT": rows(CALM, (100.0, 106.0, 90.0, 105.0), (105.0, 105, 1, 1))}, HOUR)
    held = [position()]

    marks.unrealised(at(1), held)
    assert marks.unrealised(at(2), held) == pytest.approx(47.95)
    assert marks.adverse == pytest.approx(-101.9)
    assert (marks.oldest_age_seconds, marks.missing) == (0.0, ())


def test_short_when_marked_then_its_adverse_rate_is_the_high() -> None:
    """Sold at 100, at 105: -50 less 1.00 and 1.05. The high was 106: -60 less 1.00 and 1.06."""
    marks = BacktestMarks({"BTC/USDT": rows((100.0, 106.0, 90.0, 105.0), (105.0, 999.0, 1.0, 50.0))}, HOUR)

    assert marks.unrealised(at(1), [position(is_short=True)]) == pytest.approx(-52.05)
    assert marks.adverse == pytest.approx(-62.06)


@pytest.mark.parametrize("is_short", [False, True])
@pytest.mark.parametrize("start_hour", [1, 3])
def test_marks_when_the_future_is_another_then_the_same(start_hour: int, is_short: bool) -> None:
    """Everything of the candle that begins but its open, and all that follows it, is changed."""
    known: list[Prices] = [CALM, (100.0, 103.0, 97.0, 102.0), (102.0, 104.0, 98.0, 99.0)]
    held = [position(is_short=is_short)]
    seen = []
    for high, low, close in ((99.5, 99.5, 99.5), (9999.0, 0.01, 0.01), (math.nan, math.nan, math.nan)):
        beginning: Prices = (99.5, high, low, close)
        later: Prices = (close, high, low, close)
        marks = BacktestMarks({"BTC/USDT": rows(*known, beginning, later, later)}, HOUR)
        marked = [marks.unrealised(at(hour), held) for hour in range(start_hour, 4)]
        seen.append((marked, marks.adverse, marks.oldest_age_seconds))

    assert seen[0] == seen[1] == seen[2]


def test_adverse_when_the_next_open_is_beyond_the_low_then_that_open() -> None:
    """The low was 99, the gap opens at 80: -200 less 1.00 and 0.80, which is the mark too."""
    marks = BacktestMarks({"BTC/USDT": rows(CALM, (80.0, 80.0, 70.0, 75.0))}, HOUR)

    assert marks.unrealised(at(1), [position()]) == marks.adverse == pytest.approx(-201.8)


def test_candles_when_some_are_missing_then_the_last_close_is_kept_and_its_age_counts() -> None:
    """The candles of 02:00 and 03:00 are missing; that of 01:00 closed at 96 at 02:00."""
    candles = {"BTC/USDT": rows(CALM, (100.0, 101.0, 95.0, 96.0), None, None, (110.0, 110.0, 110.0, 110.0))}
    marks = BacktestMarks(candles, HOUR)
    held = [position(fee_open=0.0, fee_close=0.0)]

    seen = []
    for hour in range(1, 7):
        unrealised = marks.unrealised(at(hour), held)
        seen.append((unrealised, marks.adverse, marks.oldest_age_seconds))

    assert seen == [
        (0.0, -10.0, 0.0),
        (-40.0, -50.0, 0.0),  # the close is of this very moment
        (-40.0, -40.0, 3600.0),
        (100.0, 100.0, 0.0),
        (100.0, 100.0, 0.0),  # the data ends here
        (100.0, 100.0, 3600.0),
    ]


@pytest.mark.parametrize("bad", [math.nan, 0.0, -1.0, math.inf])
def test_open_when_it_can_be_no_rate_then_the_rate_before_is_kept(bad: float) -> None:
    marks = BacktestMarks(
        {"BTC/USDT": rows(CALM, CALM, (bad, bad, bad, bad), (90.0, 90.0, 90.0, 90.0))}, HOUR
    )
    held = [position()]

    before = marks.unrealised(at(1), held)
    assert marks.unrealised(at(2), held) == before
    assert marks.oldest_age_seconds == 3600.0
    assert marks.unrealised(at(3), held) == pytest.approx(-101.9)
    assert marks.oldest_age_seconds == 0.0


class CountedRows(list[list[Any]]):
    """Candles that count how many of them are looked at."""

    looks = 0

    def __getitem__(self, wanted: Any) -> Any:
        found = super().__getitem__(wanted)
        self.looks += len(found) if isinstance(wanted, slice) else 1
        return found


@pytest.mark.parametrize("kind", ["ended", "with a gap"])
def test_pair_when_its_candles_have_ended_or_have_gaps_then_few_of_them_are_looked_at(kind: str) -> None:
    """A position may stay on it for a year of minutes."""
    candles = CountedRows(rows(*[CALM] * 500, *([None, CALM] if kind == "with a gap" else [])))
    marks, held = BacktestMarks({"BTC/USDT": candles}, HOUR), [position()]
    marks.unrealised(at(450), held)
    candles.looks = 0

    for hour in range(495, 505):
        marks.unrealised(at(hour), held)

    assert 0 < candles.looks / 10 < 20


def test_position_when_its_pair_has_no_candle_yet_then_at_cost_and_named() -> None:
    marks = BacktestMarks({"BTC/USDT": rows(CALM, CALM), "ETH/USDT": rows(CALM, first_hour=9)}, HOUR)
    held = [position("ETH/USDT"), position("XRP/USDT", 2)]

    assert marks.unrealised(at(1), held) == marks.adverse == 0.0
    assert marks.missing == ("ETH/USDT", "XRP/USDT")
    assert marks.unrealised(at(1), []) == 0.0
    assert not marks.missing


def test_entry_when_not_filled_then_no_mark() -> None:
    marks = BacktestMarks({"BTC/USDT": rows(CALM, CALM)}, HOUR)

    assert marks.unrealised(at(1), [position(amount=0.0)]) == 0.0


def test_position_when_partly_sold_or_added_to_or_funded_then_its_figures_of_the_moment_count() -> None:
    marks = BacktestMarks({"BTC/USDT": rows(CALM, CALM, CALM, CALM)}, HOUR)
    held = position(fee_close=0.0, fee_open=0.0, stake_amount=900.0)

    assert marks.unrealised(at(1), [held]) == 100.0
    held.amount, held.stake_amount = 5.0, 450.0
    assert marks.unrealised(at(2), [held]) == 50.0
    held.amount, held.stake_amount = 10.0, 950.0
    held.funding_fees = -3.0
    assert marks.unrealised(at(3), [held]) == 47.0


def test_trade_when_a_figure_is_not_finite_then_refused() -> None:
    marks = BacktestMarks({"BTC/USDT": rows(CALM, CALM)}, HOUR)
    held = position()
    held.stake_amount = math.nan

    with pytest.raises(ValueError, match="can't be marked at 2024-01-01 01:00"):
        marks.unrealised(at(1), [held])


PRICE = st.floats(1.0, 1000.0).map(lambda price: round(price, 4))
CANDLE = st.one_of(st.none(), st.tuples(PRICE, PRICE, PRICE, PRICE))
SERIES = st.lists(CANDLE, min_size=2, max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    series=st.lists(SERIES, min_size=1, max_size=3),
    held=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 11), st.integers(1, 11), st.booleans()), max_size=5
    ),
)
def test_marks_when_computed_anew_from_all_candles_then_the_same(
    series: list[list[Prices | None]], held: list[tuple[int, int, int, bool]]
) -> None:
    """Trades come and go, several on one pair, over candles with gaps; each loop is recomputed plainly."""
    candles = {f"P{number}/USDT": rows(*_ordered(prices)) for number, prices in enumerate(series)}
    marks = BacktestMarks(candles, HOUR)
    trades = [
        (position(f"P{pair}/USDT", number, is_short=short), opened, opened + lasted)
        for number, (pair, opened, lasted, short) in enumerate(held)
    ]
    for hour in range(1, 14):
        now_open = [made for made, opened, closed in trades if opened < hour <= closed]

        unrealised = marks.unrealised(at(hour), now_open)

        expected = [_plainly(candles.get(made.pair, []), made, at(hour)) for made in now_open]
        assert unrealised == pytest.approx(sum(profit for profit, _ in expected), abs=1e-6)
        assert marks.adverse == pytest.approx(sum(adverse for _, adverse in expected), abs=1e-6)
        assert marks.adverse <= unrealised + 1e-9


def _ordered(prices: Sequence[Prices | None]) -> list[Prices | None]:
    return [None if p is None else (p[0], max(p), min(p), p[3]) for p in prices]


def _plainly(candles: list[list[Any]], made: LocalTrade, now: datetime) -> tuple[float, float]:
    begun = [row for row in candles if row[0] <= now]
    if not begun:
        return 0.0, 0.0
    rate = begun[-1][1] if begun[-1][0] == now else begun[-1][4]
    rates = [rate]
    for row in begun:
        if row[0] + HOUR == now:
            rates.append(row[2] if made.is_short else row[3])
    worst = max(rates) if made.is_short else min(rates)
    return made.calc_profit(rate), made.calc_profit(worst)
