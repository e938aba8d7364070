"""The budget of a loop's reads: ended by a missing answer or five seconds, and all have their turn."""

from __future__ import annotations

import pytest
from freqtrade.exceptions import ExchangeError, TemporaryError

from freqtrade_riskkit.core.freshness import Freshness
from freqtrade_riskkit.host.balances import Balances
from freqtrade_riskkit.host.data_watch import DataWatch
from freqtrade_riskkit.host.exchange_clock import ExchangeClock
from freqtrade_riskkit.host.marks_live import LiveMarks
from freqtrade_riskkit.host.read_budget import ReadBudget
from freqtrade_riskkit.host.wallet_check import WalletCheck
from tests.unit.host.exchange_cases import Clock, Exchange
from tests.unit.host.freqtrade_cases import trade

NO_ANSWER = TemporaryError("timed out")


def test_reads_when_they_took_five_seconds_then_the_rest_wait_for_the_next_loop() -> None:
    clock = Clock()
    budget = ReadBudget(clock)
    now = clock.now
    assert budget.allows("a", now)
    clock.after(4.9)
    assert budget.allows("b", now)
    clock.after(0.1)
    assert not budget.allows("c", now)

    assert budget.allows("c", clock.after(5))


@pytest.mark.parametrize(
    ("error", "goes_on"),
    [
        (NO_ANSWER, False),
        (ConnectionResetError("gone"), False),
        (ExchangeError("Pair not available"), True),
        (KeyError("bid"), True),
    ],
)
def test_read_when_it_got_no_answer_then_nobody_asks_again_in_this_loop(
    error: Exception, goes_on: bool
) -> None:
    clock = Clock()
    budget = ReadBudget(clock)
    now = clock.now
    assert budget.allows("a", now)
    budget.failed(error)
    assert budget.allows("b", now) is goes_on

    assert budget.allows("b", clock.after(5))


def test_readers_when_one_read_uses_the_whole_loop_then_each_has_its_turn() -> None:
    """Whoever is asked first in each loop, and has always more to read, doesn't keep the others from it."""
    clock = Clock()
    budget = ReadBudget(clock)
    turns = []
    for _ in range(6):
        now = clock.after(5)
        for reader in ("tickers", "tickers", "clock", "balances"):
            if budget.allows(reader, now):
                turns.append(reader)
                clock.after(8)
    assert turns == ["tickers", "clock", "balances"] * 2


def test_reader_when_it_waited_and_needs_nothing_any_more_then_the_others_wait_one_loop_at_most() -> None:
    clock = Clock()
    budget = ReadBudget(clock)
    now = clock.now
    assert budget.allows("tickers", now)
    budget.failed(NO_ANSWER)
    assert not budget.allows("balances", now)

    assert not budget.allows("tickers", clock.after(5))
    assert budget.allows("tickers", clock.after(5))


def test_exchange_when_slow_after_a_start_with_many_positions_then_a_loop_waits_for_one_answer() -> None:
    """30 positions, 8 s an answer: the first loop took 4 minutes, and no exit was looked at meanwhile."""
    pairs = [f"P{number}/USDT" for number in range(30)]
    exchange = Exchange(last=dict.fromkeys(pairs, 100.0), takes_seconds=8.0)
    exchange.api.takes_seconds = 8.0
    feed = exchange.feed()
    marks = LiveMarks(feed, exchange, {})
    watch = DataWatch(
        Freshness(120.0, 5.0),
        marks,
        feed,
        ExchangeClock(exchange, 5.0, exchange.budget, exchange.clock),
        WalletCheck(Balances(exchange, exchange.budget)),
        lambda: None,
    )
    held = [trade(id=number, pair=pair, base_currency=pair[:-5]) for number, pair in enumerate(pairs)]
    for _ in range(5):
        began = exchange.clock.after(5)
        marks.refresh(began, held)
        watch.look(began, held)
        assert (exchange.clock.now - began).total_seconds() <= 8

    decision = watch.decide(exchange.clock.now)
    assert decision is not None and not decision.allowed
    assert exchange.api.asked and ("balances", 0) in exchange.asked
