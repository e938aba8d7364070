"""Spot's other addresses: they agree with each other and with the script, and err as Binance errs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from decimal import Decimal

import pytest

from freqtrade_riskkit.practice import CandleFolder, FlatPrices, ScriptedPrices, ScriptRow
from freqtrade_riskkit.practice.listings import STANDARD_LISTINGS
from tests.unit.practice.conftest import Client

Exchange = Callable[..., Client]
SYMBOLS = {listing.symbol for listing in STANDARD_LISTINGS}


@pytest.fixture
def flat(exchange: Exchange) -> Client:
    return exchange(FlatPrices({"BTC/USDT": 50_000.0}))


def test_time_and_ping_when_asked_then_answered(exchange: Exchange) -> None:
    client = exchange(CandleFolder())

    assert client.get("/api/v3/ping").body == {}
    assert client.get("/api/v3/time").body == {"serverTime": 1_735_689_600_000}


def test_exchange_info_when_asked_for_some_then_only_those(flat: Client) -> None:
    def names(**parameters: str) -> set[str]:
        symbols = flat.get("/api/v3/exchangeInfo", **parameters).body["symbols"]
        return {entry["symbol"] for entry in symbols}

    assert names() == SYMBOLS
    assert names(symbol="ETHUSDT") == {"ETHUSDT"}
    assert names(symbols='["ETHUSDT","BTCUSDT"]') == {"ETHUSDT", "BTCUSDT"}
    assert "serverTime" in flat.get("/api/v3/exchangeInfo").body


def test_depth_when_asked_then_so_many_levels_around_the_price(flat: Client) -> None:
    body = flat.get("/api/v3/depth", symbol="BTCUSDT", limit=5).body

    assert [len(body[side]) for side in ("bids", "asks")] == [5, 5]
    assert (body["bids"][0][0], body["asks"][0][0]) == ("49995.00000000", "50005.00000000")
    assert len(flat.get("/api/v3/depth", symbol="BTCUSDT").body["bids"]) == 100
    assert len(flat.get("/api/v3/depth", symbol="BTCUSDT", limit=9999).body["asks"]) == 5000


def test_depth_when_the_spread_is_0_then_both_sides_begin_at_the_price(exchange: Exchange) -> None:
    client = exchange(FlatPrices({"BTC/USDT": 50_000.0}), spread=0)
    body = client.get("/api/v3/depth", symbol="BTCUSDT", limit=1).body

    assert body["bids"][0][0] == body["asks"][0][0] == "50000.00000000"


@pytest.mark.parametrize("path", ["/api/v3/ticker/24hr", "/api/v3/ticker/price", "/api/v3/ticker/bookTicker"])
def test_tickers_when_asked_then_one_some_or_all(flat: Client, path: str) -> None:
    one = flat.get(path, symbol="BTCUSDT").body
    some = flat.get(path, symbols=json.dumps(["BTCUSDT", "ETHUSDT"], separators=(",", ":"))).body
    everything = flat.get(path).body

    assert one["symbol"] == "BTCUSDT"
    assert [entry["symbol"] for entry in some] == ["BTCUSDT", "ETHUSDT"]
    assert {entry["symbol"] for entry in everything} == SYMBOLS


def test_day_when_prices_are_flat_then_its_figures_are_too(flat: Client) -> None:
    day = flat.get("/api/v3/ticker/24hr", symbol="BTCUSDT").body

    prices = ("lastPrice", "openPrice", "highPrice", "lowPrice", "prevClosePrice", "weightedAvgPrice")
    assert {day[name] for name in prices} == {"50000.00000000"}
    assert (day["priceChange"], day["priceChangePercent"]) == ("0.00000000", "0.000")
    assert float(day["volume"]) == pytest.approx(25_000)
    assert float(day["quoteVolume"]) == pytest.approx(25_000 * 50_000)
    assert day["closeTime"] - day["openTime"] == 86_400_000
    assert day["count"] == day["lastId"] - day["firstId"] + 1


def test_day_when_asked_for_the_short_form_then_without_the_book(flat: Client) -> None:
    mini = flat.get("/api/v3/ticker/24hr", symbol="BTCUSDT", type="MINI").body

    assert "bidPrice" not in mini
    assert mini["lastPrice"] == "50000.00000000"


def test_day_when_candles_are_real_then_it_sums_up_the_last_24_hours(exchange: Exchange) -> None:
    client = exchange(CandleFolder())
    day = client.get("/api/v3/ticker/24hr", symbol="BTCUSDT").body
    hours = client.klines("BTCUSDT", "1h", limit=24)

    assert (day["openPrice"], day["lastPrice"]) == (hours[0][1], hours[-1][4])
    assert day["highPrice"] == max(row[2] for row in hours)
    assert day["lowPrice"] == min(row[3] for row in hours)
    assert float(day["volume"]) == pytest.approx(sum(float(row[5]) for row in hours))


def test_average_price_when_flat_then_the_price(flat: Client) -> None:
    answer = flat.get("/api/v3/avgPrice", symbol="BTCUSDT").body

    assert (answer["mins"], answer["price"]) == (5, "50000.00000000")


def test_script_when_time_goes_on_then_every_address_follows_it(exchange: Exchange) -> None:
    """100 for a minute, then within another down to 90; time is moved on, not waited for."""
    rows = [
        ScriptRow("BTC/USDT", 0, 100, 100, 100, 100, 60),
        ScriptRow("BTC/USDT", 60, 100, 100, 90, 90, 600),
    ]
    client = exchange(ScriptedPrices(rows), spread=0)

    def answers() -> tuple[Decimal, ...]:
        price = client.get("/api/v3/ticker/price", symbol="BTCUSDT").body["price"]
        day = client.get("/api/v3/ticker/24hr", symbol="BTCUSDT").body["lastPrice"]
        bid = client.get("/api/v3/depth", symbol="BTCUSDT", limit=5).body["bids"][0][0]
        close = client.klines("BTCUSDT", "1m", limit=1)[0][4]
        return tuple(Decimal(text) for text in (price, day, bid, close))

    seen = [answers()]
    for _ in range(13):
        client.server.market.clock.advance(10_000)
        seen.append(answers())

    for one_after_another in seen:  # a falling price falls a little from request to request
        assert list(one_after_another) == sorted(one_after_another, reverse=True)
        assert one_after_another[0] - one_after_another[-1] < 1
    prices = [price for price, *_ in seen]
    assert prices[:6] == [100] * 6
    assert prices[-1] == 90
    assert prices == sorted(prices, reverse=True)
    assert len(set(prices)) >= 3


def test_script_when_it_has_begun_then_the_history_before_it_is_flat(exchange: Exchange) -> None:
    client = exchange(ScriptedPrices([ScriptRow("BTC/USDT", 3600, 100, 100, 90, 90, 1)]))

    rows = client.klines("BTCUSDT", "1m", limit=1000)
    assert len(rows) == 1000
    assert {price for row in rows for price in row[1:5]} == {"100.00000000"}
    assert all(float(row[5]) > 0 for row in rows)


@pytest.mark.parametrize(
    ("path", "parameters", "code", "message"),
    [
        ("klines", {"symbol": "NOUSDT", "interval": "1h"}, -1121, "Invalid symbol."),
        ("klines", {"symbol": "BTCUSDT", "interval": "7m"}, -1120, "Invalid interval."),
        (
            "klines",
            {"interval": "1h"},
            -1102,
            "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
        ),
        (
            "klines",
            {"symbol": "BTCUSDT"},
            -1102,
            "Mandatory parameter 'interval' was not sent, was empty/null, or malformed.",
        ),
        ("depth", {"symbol": ""}, -1105, "Parameter 'symbol' was empty."),
        (
            "depth",
            {"symbol": "btcusdt"},
            -1100,
            "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
        ),
        (
            "klines",
            {"symbol": "BTCUSDT", "interval": "1h", "startTime": "-5"},
            -1100,
            "Illegal characters found in parameter 'startTime'; legal range is '^[0-9]{1,20}$'.",
        ),
        ("depth", {"symbol": "BTCUSDT", "limit": 0}, -1130, "Data sent for parameter 'limit' is not valid."),
        (
            "klines",
            {"symbol": "BTCUSDT", "interval": "1h", "endTime": 10**19},
            -1130,
            "Data sent for parameter 'endTime' is not valid.",
        ),
        (
            "ticker/price",
            {"symbol": "BTCUSDT", "symbols": "[]"},
            -1128,
            "Combination of optional parameters invalid.",
        ),
        ("ticker/price", {"symbols": '["NOUSDT"]'}, -1121, "Invalid symbol."),
        ("ticker/24hr", {"type": "HUGE"}, -1130, "Data sent for parameter 'type' is not valid."),
        ("time", {"x": 1}, -1101, "Too many parameters; expected '0' and received '1'."),
        (
            "depth",
            {"symbol": "BTCUSDT", "depth": 5},
            -1104,
            "Not all sent parameters were read; read '1' parameter(s) but was sent '2'.",
        ),
    ],
)
def test_request_when_malformed_then_binances_code_and_text(
    flat: Client, path: str, parameters: dict[str, object], code: int, message: str
) -> None:
    answer = flat.get(f"/api/v3/{path}", **parameters)

    assert (answer.status, answer.body) == (400, {"code": code, "msg": message})


@pytest.mark.parametrize("symbols", ["BTCUSDT", "[1]", '{"a":1}', '["btcusdt"]'])
def test_symbols_when_malformed_then_illegal_characters(flat: Client, symbols: str) -> None:
    assert flat.get("/api/v3/ticker/price", symbols=symbols).body["code"] == -1100


def test_parameter_when_sent_twice_then_refused(flat: Client) -> None:
    answer = flat.get("/api/v3/depth?symbol=BTCUSDT&symbol=ETHUSDT")

    assert answer.body == {"code": -1101, "msg": "Duplicate values for a parameter detected."}


def test_unknown_address_when_asked_then_answered_as_binance_does_and_logged(
    flat: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "freqtrade_riskkit.practice"):
        spot, futures = flat.get("/api/v3/nothing"), flat.get("/fapi/v1/nothing")
        wrong_method = flat.ask("POST", "/api/v3/klines")

    assert (spot.status, "404 Not Found" in spot.body) == (404, True)
    assert (futures.status, futures.body) == (
        404,
        {"code": -5000, "msg": "Path /fapi/v1/nothing, Method GET is invalid"},
    )
    assert wrong_method.status == 404
    logged = [record.getMessage() for record in caplog.records]
    assert logged == [
        f"Unknown address asked for: {request}"
        for request in ("GET /api/v3/nothing", "GET /fapi/v1/nothing", "POST /api/v3/klines")
    ]


def test_answers_when_looked_at_then_they_say_practice(flat: Client) -> None:
    for path in ("/api/v3/time", "/api/v3/nothing", "/api/v3/klines"):
        headers = {name.lower(): value for name, value in flat.get(path).headers.items()}
        assert headers["server"] == "practice-exchange"
        assert headers["x-practice-exchange"] == "no real exchange, no real money"
