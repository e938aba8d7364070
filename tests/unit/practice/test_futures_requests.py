"""Swaps: the spot pairs' prices under the swaps' rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from freqtrade_riskkit.practice import CandleFolder
from tests.unit.practice.conftest import Client

FIRST_1H = 1_704_067_200_000
EIGHT_HOURS = 8 * 3_600_000
END = 1_735_689_600_000


@pytest.fixture
def shipped(exchange: Callable[..., Client]) -> Client:
    return exchange(CandleFolder())


def test_swap_when_priced_then_as_its_spot_pair_in_its_own_ticks(shipped: Client) -> None:
    spot = shipped.klines("BTCUSDT", "1h", limit=5)
    swap = shipped.get("/fapi/v1/klines", symbol="BTCUSDT", interval="1h", limit=5).body
    mark = shipped.get("/fapi/v1/markPriceKlines", symbol="BTCUSDT", interval="1h", limit=5).body

    assert swap == mark
    assert [row[0] for row in swap] == [row[0] for row in spot]
    assert [float(row[4]) for row in swap] == [round(float(row[4]), 1) for row in spot]


def test_tickers_when_asked_then_as_ccxt_tells_swaps_from_spot(shipped: Client) -> None:
    day = shipped.get("/fapi/v1/ticker/24hr", symbol="BTCUSDT").body
    price = shipped.get("/fapi/v1/ticker/price", symbol="BTCUSDT").body
    best = shipped.get("/fapi/v1/ticker/bookTicker", symbol="BTCUSDT").body
    everything = shipped.get("/fapi/v1/ticker/24hr").body

    assert day["lastPrice"] == price["price"] == "93576.00000000"
    assert "bidQty" not in day
    assert price["time"] == best["time"] == END
    assert best["bidPrice"] == "93566.60000000"
    assert len(everything) >= 10


def test_depth_when_asked_then_around_the_price(shipped: Client) -> None:
    book = shipped.get("/fapi/v1/depth", symbol="BTCUSDT", limit=5).body

    assert (book["bids"][0][0], book["asks"][0][0], book["E"]) == ("93566.60000000", "93585.40000000", END)


def test_funding_when_asked_then_a_constant_rate_every_eight_hours(shipped: Client) -> None:
    rows = shipped.get("/fapi/v1/fundingRate", symbol="BTCUSDT", startTime=FIRST_1H, limit=3).body
    mark = shipped.get("/fapi/v1/premiumIndex", symbol="BTCUSDT").body

    assert [row["fundingTime"] for row in rows] == [FIRST_1H + n * EIGHT_HOURS for n in range(3)]
    assert {row["fundingRate"] for row in rows} == {"0.00010000"}
    assert rows[0]["markPrice"] == "42283.60000000"
    assert (mark["markPrice"], mark["nextFundingTime"]) == ("93576.00000000", END + EIGHT_HOURS)


def test_swap_when_unknown_then_binances_code(shipped: Client) -> None:
    answer = shipped.get("/fapi/v1/klines", symbol="NOUSDT", interval="1h")

    assert (answer.status, answer.body["code"]) == (400, -1121)
