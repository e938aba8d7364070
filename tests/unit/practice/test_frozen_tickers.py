"""A frozen feed: its tickers stand wholly still, as a real one's do; the exchange's time goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from freqtrade_riskkit.practice import RandomWalkPrices
from freqtrade_riskkit.practice.actions import Freeze
from tests.unit.practice.conftest import Client

ADDRESSES = (
    "/api/v3/ticker/24hr",
    "/api/v3/ticker/price",
    "/api/v3/ticker/bookTicker",
    "/fapi/v1/ticker/24hr",
    "/fapi/v1/ticker/price",
    "/fapi/v1/ticker/bookTicker",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_ticker_when_frozen_then_not_a_digit_of_it_changes_until_it_thaws(
    exchange: Callable[..., Client], address: str
) -> None:
    client = exchange(RandomWalkPrices(seed=7))
    market, clock = client.server.exchange.market, client.server.exchange.market.clock

    def look(after_seconds: int, path: str = address, symbol: str = "BTCUSDT") -> object:
        clock.advance(1000 * after_seconds)
        return client.get(path, symbol=symbol).body

    before = look(0)
    client.server.exchange.perform(Freeze(pair="BTC/USDT", for_seconds=300))
    frozen = look(1)
    others = look(0, symbol="ETHUSDT")
    times = [client.get("/api/v3/time").body["serverTime"]]

    assert [look(60) for _ in range(4)] == [frozen] * 4
    assert look(0, symbol="ETHUSDT") != others
    times.append(client.get("/api/v3/time").body["serverTime"])
    assert times[1] - times[0] >= 240_000
    assert look(120) not in (frozen, before)
    assert market.ticker_ms("BTCUSDT") >= times[1]
