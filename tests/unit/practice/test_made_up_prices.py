"""Flat and random prices for tests."""

from __future__ import annotations

import numpy as np
import pytest

from freqtrade_riskkit.practice import FlatPrices, PracticeError, RandomWalkPrices
from freqtrade_riskkit.practice.aggregate import candles_until
from freqtrade_riskkit.practice.listings import STANDARD_LISTINGS
from freqtrade_riskkit.practice.sources import PriceFeed, with_standard_pairs
from freqtrade_riskkit.practice.timeframes import TIMEFRAMES


def closes(feed: PriceFeed, pair: str) -> np.ndarray:
    path = next(prices.path for prices in feed.pairs if prices.listing.pair == pair)
    now = feed.clock.now_ms()
    return candles_until(path, TIMEFRAMES["1m"], now - 60_000, 600, now).close


def test_flat_prices_when_asked_then_they_stand_still_and_trade() -> None:
    feed = FlatPrices({"SYN01/USDT": 12.5}).open()
    (prices,) = feed.pairs
    day = candles_until(prices.path, TIMEFRAMES["1d"], feed.clock.now_ms(), 2, feed.clock.now_ms())

    assert prices.listing.symbol == "SYN01USDT"
    assert day.open.tolist() == day.high.tolist() == day.low.tolist() == day.close.tolist() == [12.5, 12.5]
    assert day.volume[0] == pytest.approx(float(prices.listing.daily_volume))


@pytest.mark.parametrize("price", [0, -1, float("nan"), float("inf")])
def test_flat_prices_when_no_price_then_refused(price: float) -> None:
    with pytest.raises(PracticeError, match=r"the price of BTC/USDT must be in \(0, 1e\+09\]"):
        FlatPrices({"BTC/USDT": price})


def test_standard_pairs_when_a_source_leaves_them_out_then_they_stand_at_their_usual_price() -> None:
    pairs = with_standard_pairs(FlatPrices({"ETH/USDT": 1.0, "NEW/USDT": 2.0}).open())
    by_name = {prices.listing.pair: prices for prices in pairs}

    assert set(by_name) == {listing.pair for listing in STANDARD_LISTINGS} | {"NEW/USDT"}
    assert len(pairs) == len(by_name)
    assert by_name["ETH/USDT"].path.price_at(0) == 1.0
    assert by_name["BTC/USDT"].path.price_at(0) == float(STANDARD_LISTINGS[0].reference_price)


def test_random_walk_when_seeded_alike_then_alike_whatever_other_pairs_there_are() -> None:
    alone = closes(RandomWalkPrices(7, ["ETH/USDT"]).open(), "ETH/USDT")
    among = closes(RandomWalkPrices(7).open(), "ETH/USDT")
    other = closes(RandomWalkPrices(8).open(), "ETH/USDT")

    assert len(alone) == 600
    assert len(np.intersect1d(alone, among)) >= 598  # the minute may have turned between the two
    assert len(np.intersect1d(alone, other)) == 0


def test_random_walk_when_measured_then_as_volatile_as_asked() -> None:
    feed = RandomWalkPrices(3, ["SYN/USDT"], days=30, daily_volatility=0.05).open()
    now = feed.clock.now_ms()
    candles = candles_until(feed.pairs[0].path, TIMEFRAMES["1m"], now, 43_000, now)
    daily = np.diff(np.log(candles.close)).std() * np.sqrt(1440)

    assert daily == pytest.approx(0.05, rel=0.03)
    assert (candles.low <= candles.close).all()
    assert (candles.volume > 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"days": 0}, "days must be at least 1"),
        ({"daily_volatility": 0.0}, "daily_volatility must be above 0"),
        ({"daily_volatility": float("nan")}, "daily_volatility must be above 0"),
    ],
)
def test_random_walk_when_misconfigured_then_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(PracticeError, match=message):
        RandomWalkPrices(1, **options)  # type: ignore[arg-type]
