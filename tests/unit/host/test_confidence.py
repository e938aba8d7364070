"""The confidence that belongs to a signal, by the candle at which it is acted on."""

from __future__ import annotations

import logging
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from freqtrade_riskkit.host.confidence import SignalConfidence

PAIR = "BTC/USDT"
START = datetime(2024, 1, 1, tzinfo=UTC)


def frame(confidence: list[Any], *, hours: list[int] | None = None, **signals: list[int]) -> pd.DataFrame:
    """Build a dataframe as a strategy hands it back, of hourly candles unless `hours` leaves some out."""
    dates = [START + timedelta(hours=hour) for hour in hours or range(len(confidence))]
    return pd.DataFrame({"date": pd.to_datetime(dates), "confidence": confidence, **signals})


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def test_signal_when_acted_on_then_the_confidence_of_the_candle_before_counts() -> None:
    known = SignalConfidence()
    known.learn(PAIR, frame([0.1, 0.97, 0.2, 0.3], enter_long=[0, 1, 0, 0]))

    assert known.at_candle(PAIR, at(2)) == 0.97
    assert known.at_candle(PAIR, at(1)) is None
    assert known.at_candle("ETH/USDT", at(2)) is None


def test_signal_when_short_then_read_as_well() -> None:
    known = SignalConfidence()
    known.learn(PAIR, frame([0.5, 0.6, 0.7], enter_long=[1, 0, 0], enter_short=[0, 1, 0]))

    assert (known.at_candle(PAIR, at(1)), known.at_candle(PAIR, at(2))) == (0.5, 0.6)


def test_signal_when_candles_are_missing_behind_it_then_acted_on_at_the_next_one_there_is() -> None:
    known = SignalConfidence()
    known.learn(PAIR, frame([0.9, 0.1], hours=[0, 5], enter_long=[1, 0]))

    assert known.at_candle(PAIR, at(5)) == 0.9
    assert known.at_candle(PAIR, at(1)) is None


@pytest.mark.parametrize("unreadable", [math.nan, None, "high"])
def test_confidence_when_it_is_no_number_on_the_signal_then_nan(unreadable: object) -> None:
    known = SignalConfidence()
    known.learn(PAIR, frame([unreadable, 0.9], enter_long=[1, 0]))

    value = known.at_candle(PAIR, at(1))
    assert value is not None
    assert math.isnan(value)


@pytest.mark.parametrize(("signal", "expected"), [(1, 0.9), (0, None)])
def test_newest_when_the_last_candle_signals_then_its_confidence_and_else_none(
    signal: int, expected: float | None
) -> None:
    known = SignalConfidence()
    known.learn(PAIR, frame([0.1, 0.9], enter_long=[1, signal]))

    assert known.newest(PAIR) == expected


def test_column_when_absent_for_several_pairs_then_warned_once_and_none_known(
    caplog: pytest.LogCaptureFixture,
) -> None:
    known = SignalConfidence()
    without = frame([0.9, 0.9], enter_long=[1, 1]).drop(columns="confidence")

    with caplog.at_level(logging.WARNING):
        known.learn(PAIR, without)
        known.learn("ETH/USDT", without)

    assert len(caplog.records) == 1
    assert known.newest(PAIR) is None
    assert known.at_candle(PAIR, at(1)) is None


def test_column_when_it_goes_away_then_nothing_old_is_left_of_it() -> None:
    known = SignalConfidence()
    with_column = frame([0.9, 0.9], enter_long=[1, 1])
    known.learn(PAIR, with_column)
    known.learn(PAIR, with_column.drop(columns="confidence"))

    assert (known.newest(PAIR), known.at_candle(PAIR, at(1))) == (None, None)


def test_dataframe_when_empty_then_nothing_is_known() -> None:
    known = SignalConfidence()
    known.learn(PAIR, frame([], enter_long=[]))

    assert known.newest(PAIR) is None


def test_pair_when_its_column_could_not_be_read_then_nan_until_it_can_be_again() -> None:
    known = SignalConfidence()
    good = frame([0.9, 0.9], enter_long=[1, 1])
    known.learn(PAIR, good)
    known.distrust(PAIR)

    for value in (known.newest(PAIR), known.at_candle(PAIR, at(1))):
        assert value is not None
        assert math.isnan(value)
    known.learn(PAIR, good)
    assert (known.newest(PAIR), known.at_candle(PAIR, at(1))) == (0.9, 0.9)
