"""What Freqtrade writes of errors, written by Freqtrade's own code, and read from its log."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
from freqtrade.exceptions import DependencyException, TemporaryError
from freqtrade.exchange.common import retrier
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskkit import RiskKitMixin
from freqtrade_riskkit.host import error_log
from freqtrade_riskkit.host.error_log import LOGGERS, ErrorLog, unread_loggers
from freqtrade_riskkit.host.error_watch import ErrorSeen, ErrorWatch

WRAPPER = logging.getLogger("freqtrade.strategy.strategy_wrapper")


@pytest.fixture
def watch() -> Iterator[ErrorWatch]:
    watch = ErrorWatch()
    log = ErrorLog(watch)
    log.attach()
    log.attach()
    yield watch
    log.detach()


def errors(watch: ErrorWatch) -> list[tuple[str, str]]:
    return [(str(event.kind), event.text) for event in watch.take() if isinstance(event, ErrorSeen)]


@pytest.mark.parametrize("error", [ValueError("bad value"), KeyError("bad key"), ZeroDivisionError("by 0")])
@pytest.mark.parametrize("default", [{"default_retval": True}, {"supress_error": True}])
def test_strategy_when_a_callback_raises_then_one_error(
    watch: ErrorWatch, error: Exception, default: dict[str, Any]
) -> None:
    def confirm_trade_entry() -> bool:
        raise error

    with watch.loop():
        strategy_safe_wrapper(confirm_trade_entry, **default)()

    assert errors(watch) == [("strategy", f"{type(error).__name__}: {error}")]


def test_analysis_when_it_raises_for_three_pairs_then_one_error_though_each_writes_two_lines(
    watch: ErrorWatch, caplog: pytest.LogCaptureFixture
) -> None:
    def analyze(self: Any, dataframe: Any, metadata: dict[str, str]) -> Any:
        raise KeyError(metadata["pair"])

    with watch.loop():
        for pair in ("A/USDT", "B/USDT", "C/USDT"):
            analyze_pair(analyze, pair)

    assert len(caplog.records) == 6
    assert errors(watch) == [("strategy", "KeyError: 'A/USDT'")]


def analyze_pair(analyze: Callable[..., Any], pair: str) -> None:
    """Let Freqtrade analyse a pair with a strategy's code."""

    class Strategy(IStrategy):
        analyze_ticker = analyze
        timeframe = "1h"

        def populate_indicators(self, dataframe: Any, metadata: Any) -> Any:
            return dataframe

    frame = pd.DataFrame({"date": pd.to_datetime(["2024-01-01"], utc=True), "close": [1.0]})

    class Provider:
        def ohlcv(self, *args: Any, **kwargs: Any) -> pd.DataFrame:
            return frame

    strategy = Strategy({})
    strategy.dp = Provider()
    strategy.analyze_pair(pair)


def test_kit_when_it_raises_inside_a_callback_then_the_strategy_is_not_blamed(watch: ErrorWatch) -> None:
    def populate_indicators() -> None:
        error_log.is_of_kit(object())  # type: ignore[arg-type]

    def through_the_gates(callback: Callable[[], None]) -> None:
        exec(  # a frame that belongs to the kit's gates
            compile("callback()", "gates.py", "exec"),
            {"__name__": "freqtrade_riskkit.host.gates", "callback": callback},
        )

    def bug() -> None:
        raise KeyError("the strategy's")

    with watch.loop():
        strategy_safe_wrapper(populate_indicators, supress_error=True)()
    assert errors(watch) == []
    with watch.loop():
        strategy_safe_wrapper(through_the_gates, supress_error=True)(bug)
    assert errors(watch) == [("strategy", 'KeyError: "the strategy\'s"')]


def test_kit_when_it_writes_to_its_own_log_then_it_is_no_error_of_the_bot(watch: ErrorWatch) -> None:
    with watch.loop():
        try:
            raise RuntimeError("the kit's")
        except RuntimeError:
            logging.getLogger("freqtrade_riskkit.session").exception("The books could not be kept.")

    assert errors(watch) == []


def test_strategy_when_the_exchange_does_not_answer_it_then_it_is_the_network(watch: ErrorWatch) -> None:
    def custom_exit() -> None:
        raise TemporaryError("Could not get ticker")

    with watch.loop():
        strategy_safe_wrapper(custom_exit, default_retval=False)()

    assert errors(watch) == [("network", "TemporaryError: Could not get ticker")]


def test_retries_when_the_last_one_succeeds_then_no_error(watch: ErrorWatch) -> None:
    tries = iter([TemporaryError("first"), TemporaryError("second"), None])

    @retrier
    def fetch_order() -> str:
        error = next(tries)
        if error is not None:
            raise error
        return "an order"

    with watch.loop():
        assert fetch_order() == "an order"

    assert errors(watch) == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TemporaryError("Could not get ticker"), [("network", "TemporaryError: Could not get ticker")]),
        (
            DependencyException("Not enough amount to exit trade. Trade-amount: 1, Wallet: 0.5"),
            [
                (
                    "funds",
                    "DependencyException: Not enough amount to exit trade. Trade-amount: 1, Wallet: 0.5",
                )
            ],
        ),
        (DependencyException("Available balance (3 USDT) is lower than stake amount (10 USDT)"), []),
    ],
)
def test_exit_when_it_fails_then_what_is_missing_is_told(
    watch: ErrorWatch, error: Exception, expected: list[tuple[str, str]]
) -> None:
    """Freqtrade's own loop over the open positions, with one that can't be exited."""

    class Position:
        pair = "BTC/USDT"
        has_open_orders = has_open_position = is_open = True

    class Bot:
        strategy = type("Strategy", (), {"order_types": {}})

        def handle_trade(self, trade: Position) -> bool:
            raise error

    with watch.loop():
        FreqtradeBot.exit_positions(Bot(), [Position()])

    assert errors(watch) == expected


def test_lines_when_another_thread_or_nobody_of_the_bot_writes_them_then_not_counted(
    watch: ErrorWatch,
) -> None:
    """Another bot of the process, a web server, a person's command that is no entry."""

    def raises() -> None:
        raise ValueError("somebody else's")

    wrapped = strategy_safe_wrapper(raises, supress_error=True)
    with watch.loop():
        thread = threading.Thread(target=wrapped)
        thread.start()
        thread.join()
    wrapped()

    assert errors(watch) == []


def test_bots_when_two_run_in_one_process_then_each_sees_its_own(watch: ErrorWatch) -> None:
    other = ErrorWatch()
    log = ErrorLog(other)
    log.attach()
    try:
        with watch.loop():
            WRAPPER.warning("mine")
        with other.loop():
            WRAPPER.warning("the other's")
    finally:
        log.detach()

    assert errors(watch) == [("strategy", "mine")]
    assert errors(other) == [("strategy", "the other's")]


def test_log_when_detached_then_no_handler_is_left() -> None:
    log = ErrorLog(ErrorWatch())
    log.attach()
    log.detach()

    assert [name for name in LOGGERS if log in logging.getLogger(name).handlers] == []


def test_loggers_when_a_config_silences_them_then_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unread_loggers() == ()

    monkeypatch.setattr(WRAPPER, "level", logging.ERROR)
    WRAPPER.manager._clear_cache()  # type: ignore[attr-defined]
    try:
        assert unread_loggers() == (WRAPPER.name,)
    finally:
        monkeypatch.undo()
        WRAPPER.manager._clear_cache()  # type: ignore[attr-defined]


def test_line_when_it_can_not_be_read_then_the_bot_goes_on_and_the_watch_says_so(watch: ErrorWatch) -> None:
    class Unreadable(Exception):
        def __str__(self) -> str:
            raise RuntimeError("a bug")

    with watch.loop():
        try:
            raise Unreadable
        except Unreadable:
            WRAPPER.warning("a line")

    with pytest.raises(RuntimeError, match="could not be noted"):
        watch.take()


def test_mixin_when_named_as_passing_on_then_its_modules_exist() -> None:
    """The kit's modules through which a strategy's own code is called."""
    assert all(importlib.import_module(name) for name in error_log._PASS_ON)
    assert RiskKitMixin.__module__ in error_log._PASS_ON
