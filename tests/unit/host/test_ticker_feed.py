"""Tickers: fetched rarely, one attempt each, and bounded where the exchange doesn't answer."""

from __future__ import annotations

import pytest
from freqtrade.exceptions import ExchangeError, TemporaryError

from tests.unit.host.exchange_cases import Exchange

BTC, ETH = "BTC/USDT", "ETH/USDT"


def test_ticker_when_looked_at_in_each_loop_then_fetched_every_30_seconds_and_without_retries() -> None:
    exchange = Exchange()
    feed = exchange.feed()

    for _ in range(13):
        feed.look([BTC], exchange.clock.now)
        exchange.clock.after(5)

    assert exchange.asked == [(BTC, 0)] * 3


def test_ticker_when_it_stays_wholly_the_same_then_the_time_of_that_is_known() -> None:
    exchange = Exchange()
    feed = exchange.feed()
    still = []
    for exchange.frozen in (False, True, True, True, False):
        feed.look([BTC], exchange.clock.now)
        seen = feed.seen(BTC)
        assert seen is not None
        still.append(seen.still_seconds)
        exchange.clock.after(40)

    assert still == [0.0, 40.0, 80.0, 120.0, 0.0]


def test_ticker_when_only_the_exchanges_time_moves_then_it_is_still() -> None:
    """There are exchanges that stamp an answer as they give it, however old its prices are."""
    exchange = Exchange(frozen=True)
    feed = exchange.feed()
    times, still = set(), []
    for _ in range(3):
        feed.look([BTC], exchange.clock.now)
        seen = feed.seen(BTC)
        assert seen is not None
        times.add(seen.values["timestamp"])
        still.append(seen.still_seconds)
        exchange.clock.after(60)

    assert (len(times), still) == (3, [0.0, 60.0, 120.0])


def test_exchange_when_it_does_not_answer_then_one_attempt_in_30_seconds_and_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    exchange = Exchange(errors={BTC: TemporaryError("timed out"), ETH: TemporaryError("timed out")})
    feed = exchange.feed()
    with caplog.at_level("WARNING"):
        for _ in range(12):
            feed.look([BTC, ETH], exchange.clock.now)
            exchange.clock.after(5)

    assert len(exchange.asked) == 2
    assert [pair in caplog.text for pair in (BTC, ETH)] == [True, True]
    assert len(caplog.records) == 2
    assert feed.seen(BTC) is None
    exchange.errors.clear()
    feed.look([BTC, ETH], exchange.clock.now)
    assert feed.seen(BTC) is not None and feed.seen(ETH) is not None


@pytest.mark.parametrize("error", [ExchangeError("Pair not available"), KeyError("bid")])
def test_ticker_when_one_pair_has_none_then_the_others_are_still_fetched(error: Exception) -> None:
    exchange = Exchange(errors={BTC: error})
    feed = exchange.feed()

    feed.look([BTC, ETH], exchange.clock.now)

    assert feed.seen(BTC) is None
    assert feed.seen(ETH) is not None


def test_ticker_when_it_fails_later_then_the_last_one_stays_with_its_time() -> None:
    exchange = Exchange()
    feed = exchange.feed()
    feed.look([BTC], exchange.clock.now)
    first = feed.seen(BTC)
    exchange.errors[BTC] = TemporaryError("timed out")

    feed.look([BTC], exchange.clock.after(60))

    assert feed.seen(BTC) is first


def test_look_when_it_takes_long_then_the_others_wait_for_the_next_loop() -> None:
    """Pairs that were never asked about wait too: 30 positions at 8 s each took 4 minutes after a start."""
    pairs = [f"P{number}/USDT" for number in range(4)]
    exchange = Exchange(last=dict.fromkeys(pairs, 100.0), takes_seconds=4.0)
    feed = exchange.feed()

    for number in (2, 4, 2, 4):
        feed.look(pairs, exchange.clock.now)
        assert [pair for pair, _ in exchange.asked] == pairs[:number]
        if number == 4:
            exchange.asked.clear()
            exchange.clock.after(30)


def test_clock_when_set_back_then_fetched_again() -> None:
    exchange = Exchange()
    feed = exchange.feed()
    feed.look([BTC], exchange.clock.now)

    feed.look([BTC], exchange.clock.after(-3600))

    assert len(exchange.asked) == 2


def test_exchange_when_it_has_no_tickers_then_never_asked() -> None:
    exchange = Exchange(offers=set())
    feed = exchange.feed()

    feed.look([BTC], exchange.clock.now)

    assert (exchange.asked, feed.offered) == ([], False)
