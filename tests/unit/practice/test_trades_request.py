"""The market's trades: one a second, so that they agree with the candles."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from freqtrade_riskkit.practice import CandleFolder

HOUR = 3600


@pytest.fixture
def client(exchange: Callable[..., Any], candle_file: Callable[..., Path]) -> Any:
    rows = [(100.0, 130.0, 90.0, 120.0, 7200.0), (120.0, 121.0, 60.0, 80.0, 3600.0)]
    return exchange(CandleFolder(candle_file(rows).parent))


def test_trades_when_asked_for_then_the_last_seconds_oldest_first(client: Any) -> None:
    trades = client.get("/api/v3/trades", symbol="BTCUSDT", limit=3).body

    assert [trade["time"] % 3_600_000 for trade in trades] == [3_597_999, 3_598_999, 3_599_999]
    assert trades[-1]["price"] == "80.00000000"
    assert trades[-1]["qty"] == "1.00000000"
    assert [trade["id"] for trade in trades] == [trade["time"] // 1000 for trade in trades]


def test_trades_when_read_page_by_page_then_they_add_up_to_the_candles(client: Any) -> None:
    candles = client.klines("BTCUSDT", "1h")
    first = candles[0][0] // 1000
    trades: list[dict[str, Any]] = []
    while len(trades) < 2 * HOUR:
        path = "/api/v3/historicalTrades"
        trades += client.get(path, symbol="BTCUSDT", fromId=first + len(trades), limit=1000).body

    for number, candle in enumerate(candles):
        hour = trades[number * HOUR : (number + 1) * HOUR]
        assert sum(Decimal(trade["qty"]) for trade in hour) == Decimal(candle[5])
        assert hour[-1]["price"] == candle[4]
        assert max(Decimal(trade["price"]) for trade in hour) <= Decimal(candle[2])
        assert min(Decimal(trade["price"]) for trade in hour) >= Decimal(candle[3])


def test_aggregate_trades_when_asked_for_by_time_then_no_other(client: Any) -> None:
    start = client.klines("BTCUSDT", "1h")[1][0]
    trades = client.get("/api/v3/aggTrades", symbol="BTCUSDT", startTime=start, endTime=start + 2999).body

    assert [trade["T"] - start for trade in trades] == [999, 1999, 2999]
    assert [trade["a"] for trade in trades] == [start // 1000 + n for n in range(3)]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [({"fromId": 1, "startTime": 1}, -1128), ({"fromId": 10**19}, -1130), ({"limit": 0}, -1130)],
)
def test_aggregate_trades_when_asked_wrongly_then_binances_code(
    client: Any, parameters: dict[str, int], code: int
) -> None:
    assert client.get("/api/v3/aggTrades", symbol="BTCUSDT", **parameters).body["code"] == code
