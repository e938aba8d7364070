"""What counts as one error and what as a success, told event by event."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import ccxt
import pytest
from freqtrade.exceptions import InsufficientFundsError, InvalidOrderException, StrategyError, TemporaryError

from freqtrade_riskkit.core.breaker.errors import ErrorKind
from freqtrade_riskkit.host.error_watch import KEPT, ErrorSeen, ErrorWatch, SuccessSeen, WatchFailed

START = datetime(2024, 1, 1, tzinfo=UTC)
ORDERS = {ErrorKind.REJECTION, ErrorKind.FUNDS, ErrorKind.NETWORK, ErrorKind.EXCHANGE_DOWN}
EXCHANGE = {ErrorKind.NETWORK, ErrorKind.EXCHANGE_DOWN}
STRATEGY = {ErrorKind.STRATEGY}


@pytest.fixture
def watch() -> ErrorWatch:
    return ErrorWatch()


def events(watch: ErrorWatch) -> list[ErrorKind | set[ErrorKind]]:
    """Take what was seen: the kind of an error, the kinds that a success answers for."""
    return [event.kind if isinstance(event, ErrorSeen) else set(event.kinds) for event in watch.take()]


def timeout() -> TemporaryError:
    error = TemporaryError("Could not place buy order")
    error.__cause__ = ccxt.RequestTimeout("binance POST")
    return error


def test_events_when_taken_then_in_order_with_their_moments_and_only_once() -> None:
    moments = iter(START + timedelta(seconds=second) for second in range(10))
    watch = ErrorWatch(lambda: next(moments))
    watch.order_failed(InvalidOrderException("price too low"))
    watch.order_accepted()

    first, second = watch.take()

    assert first == ErrorSeen(ErrorKind.REJECTION, START, "InvalidOrderException: price too low")
    assert isinstance(second, SuccessSeen)
    assert (second.at, set(second.kinds)) == (START + timedelta(seconds=1), ORDERS)
    assert watch.take() == []


def test_orders_when_refused_in_one_loop_then_each_is_an_error(watch: ErrorWatch) -> None:
    with watch.loop():
        watch.answered()
        watch.order_failed(InvalidOrderException("one"))
        watch.order_failed(InsufficientFundsError("two"))
        watch.order_failed(InvalidOrderException("three"))

    assert events(watch) == ["rejection", "funds", "rejection", EXCHANGE | STRATEGY]


def test_exception_when_told_again_by_the_log_then_it_is_one_error(watch: ErrorWatch) -> None:
    refused = InvalidOrderException("refused")
    wrapped = StrategyError("refused")
    wrapped.__cause__ = refused
    with watch.loop():
        watch.order_failed(refused)
        watch.failed(ErrorKind.REJECTION, refused)
        watch.failed(ErrorKind.STRATEGY, wrapped)

    assert events(watch) == ["rejection", STRATEGY]


def test_answers_when_missing_all_through_a_loop_then_one_error_and_no_success_of_the_exchange(
    watch: ErrorWatch,
) -> None:
    with watch.loop():
        watch.answered()
        watch.order_failed(timeout())
        watch.failed_with_text(ErrorKind.EXCHANGE_DOWN, "candles")
        watch.order_failed(timeout())

    assert events(watch) == ["network", STRATEGY]


def test_answers_when_missing_again_after_an_accepted_order_then_a_second_error(watch: ErrorWatch) -> None:
    with watch.loop():
        watch.answered()
        watch.order_failed(timeout())
        watch.order_accepted()
        watch.order_failed(timeout())

    assert events(watch) == ["network", ORDERS, "network", STRATEGY]


def test_strategy_when_it_raises_for_every_pair_then_one_error_a_loop(watch: ErrorWatch) -> None:
    for _ in range(2):
        with watch.loop():
            watch.answered()
            for pair in range(3):
                watch.failed(ErrorKind.STRATEGY, KeyError(pair))

    assert events(watch) == ["strategy", EXCHANGE, "strategy", EXCHANGE]


def test_loop_when_nothing_was_asked_then_it_says_nothing_of_the_exchange(watch: ErrorWatch) -> None:
    with watch.loop():
        pass

    assert events(watch) == [STRATEGY]


@pytest.mark.parametrize(
    ("error", "kinds"),
    [
        (timeout(), [ErrorKind.NETWORK]),
        (TemporaryError("no cause"), [ErrorKind.NETWORK]),
        (StrategyError("ends the bot"), []),
        (RuntimeError("ends the bot"), []),
    ],
)
def test_loop_when_broken_off_then_an_error_where_the_bot_goes_on_and_never_a_success(
    watch: ErrorWatch, error: Exception, kinds: list[ErrorKind]
) -> None:
    with pytest.raises(type(error)), watch.loop():
        watch.answered()
        raise error

    assert events(watch) == kinds


def test_loop_when_an_order_fails_and_takes_the_loop_with_it_then_one_error(watch: ErrorWatch) -> None:
    refused = TemporaryError("Could not place buy order")
    refused.__cause__ = ccxt.BadRequest("no")
    with pytest.raises(TemporaryError), watch.loop():
        watch.order_failed(refused)
        raise refused

    assert events(watch) == ["rejection"]


def test_operation_when_outside_the_loop_then_it_counts_but_is_no_loop_that_ran_through(
    watch: ErrorWatch,
) -> None:
    with watch.operation():
        watch.answered()
        watch.failed(ErrorKind.STRATEGY, ValueError("in confirm_trade_entry"))
        watch.failed(ErrorKind.STRATEGY, ValueError("in custom_entry_price"))

    assert events(watch) == ["strategy"]
    assert not watch.is_watching


def test_operation_when_inside_the_loop_then_it_is_part_of_it(watch: ErrorWatch) -> None:
    with watch.loop():
        for _ in range(2):
            with watch.operation():
                watch.failed(ErrorKind.STRATEGY, ValueError("x"))

    assert events(watch) == ["strategy"]


def test_threads_when_both_fail_then_what_one_saw_is_no_news_of_the_other(watch: ErrorWatch) -> None:
    def force_entry() -> None:
        with watch.operation():
            watch.failed(ErrorKind.STRATEGY, ValueError("a person's entry"))

    with watch.loop():
        watch.failed(ErrorKind.STRATEGY, ValueError("the loop's"))
        thread = threading.Thread(target=force_entry)
        thread.start()
        thread.join()

    assert events(watch) == ["strategy", "strategy"]


def test_threads_when_they_tell_at_once_then_nothing_is_lost(watch: ErrorWatch) -> None:
    def reject() -> None:
        for _ in range(50):
            watch.order_failed(InvalidOrderException("x"))

    threads = [threading.Thread(target=reject) for _ in range(4)]
    for thread in threads:
        thread.start()
    taken = []
    while any(thread.is_alive() for thread in threads):
        taken += watch.take()
    taken += watch.take()

    assert len(taken) == 200


def test_events_when_nobody_takes_them_then_the_newest_are_kept(watch: ErrorWatch) -> None:
    for number in range(KEPT + 5):
        watch.order_rejected(f"order {number}")

    kept = watch.take()

    assert len(kept) == KEPT
    assert isinstance(kept[-1], ErrorSeen)
    assert kept[-1].text == f"order {KEPT + 4}"


def test_take_when_something_could_not_be_noted_then_it_says_so_once_and_loses_nothing(
    watch: ErrorWatch,
) -> None:
    watch.order_accepted()
    watch.not_noted(RuntimeError("a bug"))

    with pytest.raises(WatchFailed, match="a bug"):
        watch.take()
    assert events(watch) == [ORDERS]
