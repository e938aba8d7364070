"""Marks of a running bot's positions: whose rate they are, how old, and what is missing."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from freqtrade.exceptions import PricingError, TemporaryError
from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.freshness import PairAge
from freqtrade_riskkit.host.marks_live import LiveMarks
from tests.unit.host.exchange_cases import Exchange
from tests.unit.host.freqtrade_cases import START, order, trade

BTC, ETH = "BTC/USDT", "ETH/USDT"


def position(pair: str = BTC, number: int = 1, **changes: Any) -> LocalTrade:
    """Hold 10 at 100, without fees, entered a day ago."""
    fields = {"id": number, "pair": pair, "open_date": START - timedelta(days=1)}
    made = trade(**{**fields, "fee_open": 0.0, "fee_close": 0.0, **changes})
    made.recalc_open_trade_value()
    return made


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def marks(exchange: Exchange) -> LiveMarks:
    return LiveMarks(exchange.feed(), exchange, {"order_book_top": 1})


def test_position_when_freqtrade_judged_it_then_marked_at_that_rate_without_a_request(
    exchange: Exchange, marks: LiveMarks
) -> None:
    held = position()
    marks.note(held, 97.0, exchange.clock.now)
    now = exchange.clock.after(5)

    marks.refresh(now, [held])

    assert marks.unrealised(now, [held]) == (-30.0, 5.0, ())
    assert marks.ages(now) == (PairAge(BTC, 5.0),)
    assert exchange.asked == []


@pytest.mark.parametrize(("is_short", "expected"), [(False, 10.0), (True, 10.0)])
def test_position_when_it_was_never_judged_then_fetched_as_freqtrade_prices_exits(
    exchange: Exchange, marks: LiveMarks, is_short: bool, expected: float
) -> None:
    """The ask of 101 for a long one, the bid of 99 to buy a short one back: both gain 1 a coin."""
    held = position(is_short=is_short)

    marks.refresh(exchange.clock.now, [held])

    assert marks.unrealised(exchange.clock.now, [held]) == (expected, 0.0, ())


def test_position_when_its_rate_is_older_than_30_seconds_then_fetched(
    exchange: Exchange, marks: LiveMarks
) -> None:
    held = position()
    marks.note(held, 97.0, exchange.clock.now)
    marks.refresh(exchange.clock.after(30), [held])
    assert exchange.asked == []

    marks.refresh(exchange.clock.after(1), [held])

    assert marks.unrealised(exchange.clock.now, [held]) == (10.0, 0.0, ())


def test_mark_when_it_can_not_be_fetched_then_the_old_one_stays_with_its_age(
    exchange: Exchange, marks: LiveMarks
) -> None:
    held = position()
    marks.note(held, 97.0, exchange.clock.now)
    exchange.errors[BTC] = TemporaryError("timed out")

    marks.refresh(exchange.clock.after(300), [held])

    assert marks.unrealised(exchange.clock.now, [held]) == (-30.0, 300.0, ())


def test_position_when_nothing_is_known_of_it_then_at_cost_and_missing(
    exchange: Exchange, marks: LiveMarks
) -> None:
    held = [position(), position(ETH, 2, open_rate=50.0)]
    exchange.errors[ETH] = PricingError("empty")

    marks.refresh(exchange.clock.now, held)

    assert marks.unrealised(exchange.clock.now, held) == (10.0, 0.0, (ETH,))
    assert marks.missing() == (ETH,)


def test_position_when_entered_a_moment_ago_then_worth_what_it_was_entered_at(
    exchange: Exchange, marks: LiveMarks
) -> None:
    """Entries that come together don't wait for each other; where nobody judges it, it is asked for soon."""
    exchange.clock.after(60)
    held = position(open_date=exchange.clock.now)

    assert marks.unrealised(exchange.clock.now, [held]) == (0.0, 0.0, ())
    assert exchange.asked == []

    marks.refresh(exchange.clock.after(31), [held])

    assert [pair for pair, _ in exchange.asked] == [BTC]


def test_mark_when_a_candle_began_since_then_fetched_anew(exchange: Exchange, marks: LiveMarks) -> None:
    """However young it is, and however short a time ago its ticker was last asked for."""
    held, begins = position(), START + timedelta(hours=1)
    exchange.clock.now = begins - timedelta(seconds=10)
    marks.refresh(exchange.clock.now, [held])
    marks.note(held, 97.0, begins - timedelta(seconds=5))

    marks.refresh(exchange.clock.after(15), [held], since=begins)

    assert [pair for pair, _ in exchange.asked] == [BTC, BTC]
    assert marks.unrealised(exchange.clock.now, [held]) == (10.0, 0.0, ())

    marks.refresh(exchange.clock.after(5), [held], since=begins)

    assert [pair for pair, _ in exchange.asked] == [BTC, BTC]


@pytest.mark.parametrize("rate", [math.nan, 0.0, -5.0, math.inf])
def test_rate_when_it_can_be_none_then_passed_over(exchange: Exchange, marks: LiveMarks, rate: float) -> None:
    held = position()
    marks.note(held, 97.0, exchange.clock.now)

    marks.note(held, rate, exchange.clock.after(5))

    assert marks.unrealised(exchange.clock.now, [held]) == (-30.0, 5.0, ())


def test_ticker_when_it_has_no_prices_then_no_mark_and_one_line(
    exchange: Exchange, marks: LiveMarks, caplog: pytest.LogCaptureFixture
) -> None:
    exchange.last[BTC] = math.nan
    held = position()
    with caplog.at_level("WARNING"):
        for _ in range(3):
            marks.refresh(exchange.clock.after(31), [held])

    assert marks.missing() == (BTC,)
    assert len(caplog.records) == 1


def test_position_when_closed_then_its_mark_is_forgotten(exchange: Exchange, marks: LiveMarks) -> None:
    """A later position on the pair begins without one."""
    marks.note(position(), 97.0, exchange.clock.now)
    marks.unrealised(exchange.clock.now, [])

    assert marks.unrealised(exchange.clock.now, [position(number=2)]).missing == (BTC,)


def test_entry_when_not_filled_then_no_mark_and_none_missing(exchange: Exchange, marks: LiveMarks) -> None:
    waiting = position(amount=0.0)

    marks.refresh(exchange.clock.now, [waiting])

    assert marks.unrealised(exchange.clock.now, [waiting]) == (0.0, 0.0, ())
    assert exchange.asked == []


def test_mark_when_the_clock_is_set_back_then_it_counts_as_old(exchange: Exchange, marks: LiveMarks) -> None:
    held = position()
    marks.note(held, 97.0, exchange.clock.now)

    assert marks.unrealised(exchange.clock.after(-600), [held]).oldest_age_seconds == 600.0


def test_marks_when_an_earlier_process_left_them_then_used_with_their_age_where_there_are_none(
    exchange: Exchange, marks: LiveMarks
) -> None:
    held = [position(), position(ETH, 2)]
    marks.note(held[0], 97.0, exchange.clock.now)
    exchange.clock.after(60)
    marks.unrealised(exchange.clock.now, held)
    left = marks.standing()
    assert [(mark.pair, mark.rate, mark.age_seconds(exchange.clock.now)) for mark in left] == [
        (BTC, 97.0, 60.0),
        (ETH, None, None),
    ]

    after = LiveMarks(exchange.feed(), exchange, {"order_book_top": 1})
    after.note(held[1], 98.0, exchange.clock.now)
    after.recall(left)

    assert after.unrealised(exchange.clock.now, held) == (-50.0, 60.0, ())


@pytest.mark.parametrize(("is_short", "expected"), [(False, -40.58), (True, 39.42)])
def test_first_entry_when_filled_in_part_then_that_part_is_marked(
    exchange: Exchange, marks: LiveMarks, is_short: bool, expected: float
) -> None:
    """Freqtrade gives a new trade an amount of 0 until its order is done. 4 at 100 in, marked at 90.

    Long: 4 × 90 × 0.9995 − 400 × 1.001 = 359.82 − 400.4; short: 400 × 0.999 − 4 × 90 × 1.0005.
    """
    entering = order("sell" if is_short else "buy", 10.0, 100.0, ft_is_open=True, status="open", filled=4.0)
    waiting = trade(entering, amount=0.0, is_short=is_short, fee_open=0.001, fee_close=0.0005)
    waiting.recalc_open_trade_value()
    marks.refresh(exchange.clock.now, [waiting])
    assert exchange.asked == [(BTC, 0)]
    assert marks.missing() == ()

    marks.note(waiting, 90.0, exchange.clock.now)

    assert marks.unrealised(exchange.clock.now, [waiting]).unrealised == pytest.approx(expected)


def test_added_entry_when_filled_in_part_then_worth_what_it_is_once_freqtrade_has_booked_it(
    exchange: Exchange, marks: LiveMarks
) -> None:
    adding = order("buy", 10.0, 90.0, hours=1, ft_is_open=True, status="open", filled=4.0, remaining=6.0)
    held = trade(order("buy", 10.0, 100.0), adding)
    held.recalc_trade_from_orders()
    assert held.amount == 10.0
    marks.note(held, 80.0, exchange.clock.now)
    before = marks.unrealised(exchange.clock.now, [held]).unrealised
    adding.ft_is_open, adding.status = False, "canceled"
    held.recalc_trade_from_orders()
    assert held.amount == 14.0

    assert before == pytest.approx(held.calc_profit(80.0))
    assert before == pytest.approx(marks.unrealised(exchange.clock.now, [held]).unrealised)


def test_entry_when_it_has_filled_nothing_then_not_held(exchange: Exchange, marks: LiveMarks) -> None:
    waiting = trade(order("buy", 10.0, 100.0, ft_is_open=True, status="open", filled=None), amount=0.0)
    marks.refresh(exchange.clock.now, [waiting])
    assert (marks.missing(), exchange.asked) == ((), [])
