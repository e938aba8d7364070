"""The bracket in real backtests: a stop 5 % below the entry, a target 10 % above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]
Row = tuple[float, float, float, float]
H1 = pytest.mark.feature("H1", "backtest")

PAIR = "SYN01/USDT"
BRACKET = {"exits": {"bracket": {"stop": 0.05, "reward_to_risk": 2.0}}}
CALM: Row = (100.0, 100.25, 99.75, 100.0)
STOP, TARGET = "riskkit_stop_loss", "riskkit_take_profit"


def held_over(
    backtest: Backtest, rows: Sequence[Row], *, body: str = "", exit_at: int | None = None
) -> tuple[str, float, int]:
    """Enter at 100, the open of 02:00, hold over rows from 03:00 on; give the exit's reason, rate, hour."""
    frame = candles.from_rows([CALM, CALM, CALM, *rows, *[(rows[-1][3],) * 4] * 4])
    script = {PAIR: {"enter": ["2024-01-01 02:00"]}}
    if exit_at is not None:
        script[PAIR]["exit"] = [f"2024-01-01 {exit_at:02}:00"]

    run = backtest(scripted_with_kit(body=body), {PAIR: frame}, script=script, riskkit=BRACKET)

    (trade,) = run.trades.itertuples()
    return trade.exit_reason, trade.close_rate, trade.close_date.hour


@H1
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((100.0, 101.0, 94.0, 96.0), (STOP, 95.0)),
        ((100.0, 100.0, 95.0, 99.0), (STOP, 95.0)),
        ((100.0, 111.0, 99.0, 108.0), (TARGET, 110.0)),
        ((100.0, 110.0, 99.0, 108.0), (TARGET, 110.0)),
        ((100.0, 115.0, 90.0, 112.0), (STOP, 95.0)),
        ((90.0, 92.0, 88.0, 91.0), (STOP, 90.0)),
        ((100.0, 109.75, 95.25, 100.0), None),
    ],
    ids=[
        "through the stop",
        "stop touched",
        "through the target",
        "target touched",
        "both: the stop counts",
        "gap below the stop: at the open",
        "neither",
    ],
)
def test_bracket_when_a_candle_reaches_it_then_filled_at_its_exact_price(
    backtest: Backtest, row: Row, expected: tuple[str, float] | None
) -> None:
    """With Freqtrade's fee of 0.001 a side, which a price doesn't know of."""
    reason, rate, hour = held_over(backtest, [row])

    if expected is None:
        assert (reason, hour) == ("force_exit", 7)
    else:
        assert (reason, rate, hour) == (*expected, 3)


@H1
@pytest.mark.parametrize(
    ("body", "row", "expected"),
    [
        ("stoploss = -0.02", (100.0, 101.0, 90.0, 95.0), ("stop_loss", 98.0)),
        ("stoploss = -0.20", (100.0, 101.0, 90.0, 95.0), (STOP, 95.0)),
        ('minimal_roi = {"0": 0.04}', (100.0, 112.0, 99.0, 111.0), ("roi", 104.21)),
        ('minimal_roi = {"0": 0.20}', (100.0, 125.0, 99.0, 111.0), (TARGET, 110.0)),
        ('minimal_roi = {"0": 0.04}', (100.0, 112.0, 94.0, 111.0), (STOP, 95.0)),
        ('minimal_roi = {"0": 0.20}', (100.0, 125.0, 94.0, 111.0), (STOP, 95.0)),
    ],
    ids=[
        "tighter stop of the strategy",
        "wider stop of the strategy",
        "nearer ROI of the strategy",
        "farther ROI of the strategy",
        "nearer ROI and the stop in one candle",
        "farther ROI and the stop in one candle",
    ],
)
def test_bracket_when_the_strategy_has_exits_of_its_own_then_the_one_the_price_meets_first_counts(
    backtest: Backtest, body: str, row: Row, expected: tuple[str, float]
) -> None:
    """Of a stop and a gain in one candle, the stop. A ROI of 0.04 net of two fees of 0.001 is at 104.21."""
    reason, rate, _ = held_over(backtest, [(100.0, 100.0, 99.99, 100.0), row], body=body)

    assert (reason, round(rate, 2)) == expected


@H1
def test_trailing_stop_of_the_strategy_when_above_the_bracket_then_it_keeps_its_name_and_price(
    backtest: Backtest,
) -> None:
    """The stop trails 3 % behind the high of 108: 104.76. The bracket's would be at 95."""
    body = "stoploss = -0.03\ntrailing_stop = True"

    reason, rate, _ = held_over(
        backtest, [(100.0, 108.0, 100.0, 107.99), (107.0, 107.5, 101.0, 102.0)], body=body
    )

    assert (reason, rate) == ("trailing_stop_loss", 104.76)


def test_exit_signal_when_it_comes_before_the_bracket_then_it_closes_as_ever(backtest: Backtest) -> None:
    reason, rate, hour = held_over(backtest, [CALM, CALM, (103.0, 104.0, 102.0, 103.0)], exit_at=5)

    assert (reason, rate, hour) == ("exit_signal", 103.0, 5)


@pytest.mark.parametrize(
    ("row", "expected"),
    [((100.0, 111.0, 99.0, 110.5), (TARGET, 110.0)), ((100.0, 111.0, 94.0, 99.0), (STOP, 95.0))],
    ids=["target", "both"],
)
def test_bracket_when_reached_in_the_candle_of_the_entry_then_filled_in_it(
    backtest: Backtest, row: Row, expected: tuple[str, float]
) -> None:
    frame = candles.from_rows([CALM, CALM, row, *[(row[3],) * 4] * 3])
    script = {PAIR: {"enter": ["2024-01-01 02:00"]}}

    run = backtest(scripted_with_kit(), {PAIR: frame}, script=script, riskkit=BRACKET)

    (trade,) = run.trades.itertuples()
    assert (trade.exit_reason, trade.close_rate, trade.close_date.hour) == (*expected, 2)


@pytest.mark.parametrize(
    ("last", "expected"),
    [((107.0, 108.0, 106.0, 107.0), (TARGET, 107.76)), ((96.0, 97.0, 94.0, 94.5), (STOP, 95.0))],
    ids=["target", "stop"],
)
def test_bracket_when_the_position_is_added_to_then_it_follows_the_entry_price_but_loosens_no_stop(
    backtest: Backtest, last: Row, expected: tuple[str, float]
) -> None:
    """1,000 at 100 and 1,000 at 96, averaged to 97.96: the target goes to 107.76, the stop stays at 95."""
    body = """
        position_adjustment_enable = True

        def adjust_trade_position(self, trade, current_time, **kwargs):
            return 1000.0 if current_time.hour == 3 and trade.nr_of_successful_entries == 1 else None
    """
    rows = [(96.0, 97.0, 95.5, 96.0), (96.0, 107.75, 96.0, 107.0), last]

    reason, rate, hour = held_over(backtest, rows, body=body)

    assert (reason, rate, hour) == (*expected, 5)


@pytest.mark.parametrize(
    ("row", "expected"),
    [((33.0, 36.66, 33.0, 36.0), (TARGET, 36.66)), ((33.0, 33.5, 31.0, 32.0), (STOP, 31.67))],
    ids=["target", "stop"],
)
def test_bracket_when_its_prices_fall_between_ticks_then_filled_at_the_tick(
    backtest: Backtest, row: Row, expected: tuple[str, float]
) -> None:
    """Entered at 33.33: the target of 36.663 is ordered at 36.66; Freqtrade rounds the stop of 31.6635 up."""
    flat: Row = (33.33, 33.33, 33.33, 33.33)
    frame = candles.from_rows([flat, flat, flat, row, *[(row[3],) * 4] * 3])
    script = {PAIR: {"enter": ["2024-01-01 02:00"]}}

    run = backtest(scripted_with_kit(), {PAIR: frame}, script=script, riskkit=BRACKET)

    (trade,) = run.trades.itertuples()
    assert (trade.exit_reason, trade.close_rate, trade.close_date.hour) == (*expected, 3)


def test_bracket_when_not_configured_then_no_exit_is_added(backtest: Backtest) -> None:
    frame = candles.from_rows([CALM, CALM, CALM, (100.0, 150.0, 50.0, 100.0), CALM])
    script = {PAIR: {"enter": ["2024-01-01 02:00"]}}

    run = backtest(scripted_with_kit(), {PAIR: frame}, script=script, riskkit={})

    assert run.trades["exit_reason"].tolist() == ["force_exit"]
