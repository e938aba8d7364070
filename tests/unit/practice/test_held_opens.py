"""The mode for comparison with backtests: a pair costs its candle's open until the candle is over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from freqtrade_riskkit.practice import CandleFolder, PracticeServer
from freqtrade_riskkit.practice.timeframes import TIMEFRAMES

ROWS = [(100.0, 130.0, 90.0, 120.0, 10.0), (125.0, 126.0, 60.0, 80.0, 10.0), (70.0, 71.0, 69.0, 70.5, 10.0)]


def test_prices_when_opens_are_held_then_only_candles_know_the_rest(candle_file: Callable[..., Path]) -> None:
    """The clock stands at the end of the last candle, which costs its open to its very end."""
    folder = candle_file(ROWS).parent
    with PracticeServer(CandleFolder(folder, hold_opens=True), spread=0) as server:
        market = server.market
        end = market.clock.now_ms()
        hours = [end - 3_600_000 * left for left in (3, 2, 1)]

        for opening, row in zip(hours, ROWS, strict=True):
            moments = (opening + 1, opening + 1_800_000, opening + 3_599_999)
            assert [float(market.price("BTCUSDT", moment)) for moment in moments] == [row[0]] * 3
        candles = market.candles("BTCUSDT", TIMEFRAMES["1h"], 3)
        assert [tuple(map(float, (c.open, c.high, c.low, c.close))) for c in candles] == [r[:4] for r in ROWS]
        assert market.order_book("BTCUSDT", 1).asks[0].price == 70


def test_prices_when_shifted_too_then_held_as_well(candle_file: Callable[..., Path]) -> None:
    folder = candle_file(ROWS).parent
    with PracticeServer(CandleFolder(folder, shift=True, hold_opens=True), spread=0) as server:
        now = server.market.clock.now_ms()
        opening = TIMEFRAMES["1h"].floor(now)
        prices: Any = {server.market.price("BTCUSDT", opening + 1 + part * 60_000) for part in range(60)}

        assert [float(price) for price in prices] == [70.0]
