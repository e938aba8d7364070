"""Klines over HTTP: which candles a request gets, as Binance gives them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from freqtrade_riskkit.practice import CandleFolder
from tests.unit.practice.conftest import HOUR_MS, Client

Exchange = Callable[..., Client]
END = 1_735_689_600_000  # 2025-01-01, the end of the shipped candles
FIRST_5M = 1_679_270_400_000  # 2023-03-20
FIRST_1H = 1_704_067_200_000  # 2024-01-01


@pytest.fixture
def shipped(exchange: Exchange) -> Client:
    return exchange(CandleFolder())


def opens(rows: list[list[object]]) -> list[object]:
    return [row[0] for row in rows]


def test_candles_when_nothing_else_is_asked_then_the_last_500(shipped: Client) -> None:
    rows = shipped.klines("BTCUSDT", "1h")

    assert opens(rows) == [END - n * HOUR_MS for n in range(500, 0, -1)]
    assert rows[-1][:7] == [
        END - HOUR_MS,
        "93488.83000000",
        "93756.00000000",
        "93375.38000000",
        "93576.00000000",
        "336.57995000",
        END - 1,
    ]
    assert rows[-1][11] == "0"


def test_candles_when_a_start_is_given_then_the_first_from_there_on(shipped: Client) -> None:
    rows = shipped.klines("BTCUSDT", "1h", startTime=FIRST_1H + 1, limit=3)

    assert opens(rows) == [FIRST_1H + n * HOUR_MS for n in (1, 2, 3)]


def test_candles_when_an_end_is_given_then_the_last_that_begin_by_then(shipped: Client) -> None:
    on_the_hour = shipped.klines("BTCUSDT", "1h", endTime=FIRST_1H + 5 * HOUR_MS, limit=2)
    just_before = shipped.klines("BTCUSDT", "1h", endTime=FIRST_1H + 5 * HOUR_MS - 1, limit=2)

    assert opens(on_the_hour) == [FIRST_1H + n * HOUR_MS for n in (4, 5)]
    assert opens(just_before) == [FIRST_1H + n * HOUR_MS for n in (3, 4)]


def test_candles_when_start_and_end_are_given_then_what_lies_between_up_to_the_limit(shipped: Client) -> None:
    times = {"startTime": FIRST_1H, "endTime": FIRST_1H + 4 * HOUR_MS}

    assert len(shipped.klines("BTCUSDT", "1h", **times)) == 5
    assert opens(shipped.klines("BTCUSDT", "1h", **times, limit=2)) == [FIRST_1H, FIRST_1H + HOUR_MS]
    assert shipped.klines("BTCUSDT", "1h", startTime=FIRST_1H, endTime=FIRST_1H - 1) == []


def test_candles_when_asked_beyond_the_present_then_none(shipped: Client) -> None:
    assert shipped.klines("BTCUSDT", "1h", startTime=END) == []
    assert opens(shipped.klines("BTCUSDT", "1h", endTime=END * 2, limit=1)) == [END - HOUR_MS]


def test_candles_when_the_exchange_was_closed_then_there_are_none_and_the_next_follow(
    shipped: Client,
) -> None:
    """The files leave out nine months, and a real outage of 80 minutes on 2023-03-24."""
    first = shipped.klines("BTCUSDT", "5m", startTime=0, limit=1000)
    last_of_2023 = shipped.klines("BTCUSDT", "1h", endTime=FIRST_1H - 1, limit=1)[0][0]
    over_the_gap = shipped.klines("BTCUSDT", "1h", startTime=last_of_2023, limit=2)
    outage = shipped.klines("BTCUSDT", "5m", startTime=1_679_659_200_000, limit=1000)
    jumps = [b - a for a, b in zip(opens(outage), opens(outage)[1:], strict=False)]  # type: ignore[operator]

    assert opens(first)[0] == FIRST_5M
    assert opens(over_the_gap) == [last_of_2023, FIRST_1H]
    assert sorted(jumps)[-2:] == [5 * 60_000, 17 * 5 * 60_000]


def test_candles_when_of_another_length_then_cut_from_the_same_prices(shipped: Client) -> None:
    day = shipped.klines("ETHUSDT", "1d", limit=1)[0]
    hours = shipped.klines("ETHUSDT", "1h", limit=24)
    minutes = shipped.klines("ETHUSDT", "1m", limit=60)

    assert day[0] == hours[0][0]
    assert (day[1], day[4]) == (hours[0][1], hours[-1][4])
    assert float(day[2]) == max(float(row[2]) for row in hours)
    assert float(day[3]) == min(float(row[3]) for row in hours)
    assert float(day[5]) == pytest.approx(sum(float(row[5]) for row in hours))
    assert float(hours[-1][5]) == pytest.approx(sum(float(row[5]) for row in minutes))
    assert hours[-1][2] == max(row[2] for row in minutes)


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (1000, 1000), (5000, 1000)])
def test_limit_when_given_then_it_holds_and_1000_is_the_most(shipped: Client, limit: int, count: int) -> None:
    assert len(shipped.klines("BTCUSDT", "1h", limit=limit)) == count


@pytest.mark.parametrize("interval", ["1s", "3m", "15m", "30m", "2h", "6h", "8h", "12h", "3d", "1w", "1M"])
def test_candles_when_of_any_length_then_they_end_with_the_present_price(
    shipped: Client, interval: str
) -> None:
    last = shipped.klines("BTCUSDT", interval, limit=2)[-1]

    assert last[4] == "93576.00000000"
    assert last[0] < END <= last[6] + 1
