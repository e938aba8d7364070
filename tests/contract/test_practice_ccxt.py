"""ccxt, as Freqtrade uses it, takes the practice exchange for Binance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ccxt
import pytest

from freqtrade_riskkit.practice import CandleFolder, FlatPrices, PracticeServer, config_overlay
from freqtrade_riskkit.practice.listings import STANDARD_LISTINGS

START = 1_704_067_200_000
URL = "http://127.0.0.1:8087"


def connect(server: PracticeServer) -> Any:
    return ccxt.binance(server.overlay()["exchange"]["ccxt_config"])


@pytest.fixture(scope="module")
def exchange() -> Iterator[Any]:
    with PracticeServer(CandleFolder()) as server:
        yield connect(server)


def test_overlay_when_applied_then_no_address_of_ccxt_leads_outside() -> None:
    """A ccxt that brings a new address shows up here."""
    exchange = ccxt.binance(config_overlay(URL)["exchange"]["ccxt_config"])

    assert set(exchange.urls["api"]) == set(config_overlay(URL)["exchange"]["ccxt_config"]["urls"]["api"])
    assert all(url.startswith(f"{URL}/") for url in exchange.urls["api"].values())


def test_markets_when_loaded_then_rules_arrive_as_listed(exchange: Any) -> None:
    markets = exchange.load_markets()

    for listing in STANDARD_LISTINGS:
        spot, swap = markets[listing.pair], markets[f"{listing.pair}:USDT"]
        assert (spot["spot"], spot["active"], spot["margin"]) == (True, True, False)
        assert spot["precision"]["price"] == float(listing.tick)
        assert spot["precision"]["amount"] == spot["limits"]["amount"]["min"] == float(listing.step)
        assert spot["limits"]["cost"] == {"min": 5.0, "max": 9_000_000.0}
        assert spot["limits"]["market"]["max"] > 0
        assert (swap["swap"], swap["linear"], swap["active"], swap["contractSize"]) == (True, True, True, 1)
        assert listing.contract is not None
        assert swap["precision"]["price"] == float(listing.contract.tick)
        assert swap["limits"]["cost"]["min"] == float(listing.contract.min_notional)


def test_candles_when_fetched_then_they_are_the_files(exchange: Any) -> None:
    rows = exchange.fetch_ohlcv("BTC/USDT", "1h", since=START, limit=2)

    assert rows == [
        [START, 42283.58, 42554.57, 42261.02, 42475.23, 1271.68108],
        [START + 3_600_000, 42475.23, 42775.0, 42431.65, 42613.56, 1196.37856],
    ]


def test_order_book_when_fetched_then_it_lies_around_the_ticker(exchange: Any) -> None:
    book = exchange.fetch_order_book("BTC/USDT", 5)
    ticker = exchange.fetch_ticker("BTC/USDT")

    assert len(book["bids"]) == len(book["asks"]) == 5
    assert (book["bids"][0][0], book["asks"][0][0]) == (ticker["bid"], ticker["ask"])
    assert ticker["bid"] < ticker["last"] == 93576.0 < ticker["ask"]
    assert (ticker["ask"] - ticker["bid"]) / ticker["last"] == pytest.approx(0.0002, rel=1e-3)


def test_tickers_when_fetched_then_all_pairs_have_figures(exchange: Any) -> None:
    tickers = exchange.fetch_tickers()
    prices = exchange.fetch_last_prices()
    best = exchange.fetch_bids_asks()

    for listing in STANDARD_LISTINGS:
        ticker = tickers[listing.pair]
        assert ticker["low"] <= ticker["last"] <= ticker["high"]
        assert ticker["quoteVolume"] > 0
        assert prices[listing.pair]["price"] == ticker["last"]
        assert best[listing.pair]["bid"] == ticker["bid"]


def test_time_when_fetched_then_the_exchanges(exchange: Any) -> None:
    assert exchange.fetch_time() == 1_735_689_600_000


def test_unknown_symbol_when_asked_for_then_ccxt_calls_it_one(exchange: Any) -> None:
    with pytest.raises(ccxt.BadSymbol, match="-1121"):
        exchange.public_get_klines({"symbol": "NOUSDT", "interval": "1h"})


def test_bad_request_when_sent_then_ccxt_calls_it_one(exchange: Any) -> None:
    with pytest.raises(ccxt.BadRequest, match="-1100"):
        exchange.public_get_depth({"symbol": "btcusdt"})


def test_unknown_address_when_asked_for_then_ccxt_fails(exchange: Any) -> None:
    with pytest.raises(ccxt.BaseError, match="404"):
        exchange.sapi_get_system_status()


def test_pair_when_only_a_source_knows_it_then_ccxt_does_too() -> None:
    with PracticeServer(FlatPrices({"SYN01/USDT": 12.5}), spread=0) as server:
        ticker = connect(server).fetch_ticker("SYN01/USDT")

    assert ticker["bid"] == ticker["ask"] == ticker["last"] == 12.5
