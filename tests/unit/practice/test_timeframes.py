"""Where candles begin."""

from __future__ import annotations

from datetime import UTC, datetime

import ccxt
import pytest

from freqtrade_riskkit.practice.timeframes import TIMEFRAMES, fixed_length_ms


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("name", "opens", "next_opens"),
    [
        ("1m", "2024-08-05 14:37", "2024-08-05 14:38"),
        ("5m", "2024-08-05 14:35", "2024-08-05 14:40"),
        ("1h", "2024-08-05 14:00", "2024-08-05 15:00"),
        ("4h", "2024-08-05 12:00", "2024-08-05 16:00"),
        ("1d", "2024-08-05", "2024-08-06"),
        ("1w", "2024-08-05", "2024-08-12"),  # a Monday
        ("1M", "2024-08-01", "2024-09-01"),
    ],
)
def test_candle_when_cut_then_it_begins_where_binance_begins_it(
    name: str, opens: str, next_opens: str
) -> None:
    timeframe = TIMEFRAMES[name]

    assert timeframe.floor(ms("2024-08-05 14:37:21")) == ms(opens)
    assert timeframe.step(ms(opens), 1) == ms(next_opens)
    assert timeframe.step(ms(next_opens), -1) == ms(opens)
    assert timeframe.floor(ms(opens)) == ms(opens)


def test_months_when_stepped_over_a_year_then_counted_on() -> None:
    assert TIMEFRAMES["1M"].step(ms("2023-11-01"), 4) == ms("2024-03-01")
    assert TIMEFRAMES["1M"].step(ms("2024-03-01"), -15) == ms("2022-12-01")


def test_names_when_compared_then_all_of_binance_are_there() -> None:
    assert set(TIMEFRAMES) == set(ccxt.binance().timeframes)


def test_length_when_it_differs_from_month_to_month_then_none() -> None:
    assert (fixed_length_ms("5m"), fixed_length_ms("1M"), fixed_length_ms("7m")) == (300_000, None, None)
