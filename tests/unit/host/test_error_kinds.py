"""Kinds of exceptions, and what of their text may be kept."""

from __future__ import annotations

from typing import Any

import ccxt
import pytest
from freqtrade import exceptions as ft

from freqtrade_riskkit.core.breaker.errors import ErrorKind
from freqtrade_riskkit.host import error_kinds
from freqtrade_riskkit.host.error_kinds import (
    LONGEST_TEXT,
    UNSERVED,
    kind_of_broken_loop,
    kind_of_logged_text,
    kind_of_missing_answer,
    kind_of_order_failure,
    without_secrets,
)

FUNDS, REJECTION = ErrorKind.FUNDS, ErrorKind.REJECTION
NETWORK, DOWN = ErrorKind.NETWORK, ErrorKind.EXCHANGE_DOWN


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """Give an exception as it is once it was raised from another."""
    try:
        raise error from cause
    except type(error) as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "cause", "order", "answer", "loop"),
    [
        (ft.InsufficientFundsError("x"), ccxt.InsufficientFunds("x"), FUNDS, None, None),
        (ft.InvalidOrderException("x"), ccxt.InvalidOrder("x"), REJECTION, None, None),
        (ft.InvalidOrderException("no cause"), None, REJECTION, None, None),
        (ft.TemporaryError("x"), ccxt.BadRequest("x"), REJECTION, None, DOWN),
        (ft.TemporaryError("x"), ccxt.AuthenticationError("x"), REJECTION, None, DOWN),
        (ft.TemporaryError("x"), ccxt.NetworkError("x"), NETWORK, NETWORK, NETWORK),
        (ft.TemporaryError("x"), ccxt.RequestTimeout("x"), NETWORK, NETWORK, NETWORK),
        (ft.TemporaryError("x"), ccxt.ExchangeNotAvailable("x"), DOWN, DOWN, DOWN),
        (ft.TemporaryError("x"), ccxt.OnMaintenance("x"), DOWN, DOWN, DOWN),
        (ft.TemporaryError("x"), ccxt.OperationFailed("x"), DOWN, DOWN, DOWN),
        (ft.TemporaryError("x"), None, NETWORK, NETWORK, NETWORK),
        (ft.DDosProtection("x"), ccxt.DDoSProtection("x"), NETWORK, NETWORK, NETWORK),
        (ft.DDosProtection("x"), None, NETWORK, NETWORK, NETWORK),
        (ft.RetryableOrderError("x"), ccxt.OrderNotFound("x"), REJECTION, None, None),
        (ft.OperationalException("x"), ccxt.NotSupported("x"), REJECTION, None, None),
        (ft.PricingError("x"), None, REJECTION, None, None),
        (ft.StrategyError("x"), ValueError("x"), REJECTION, None, None),
        (ConnectionError("a strategy's own request"), None, REJECTION, None, None),
    ],
)
def test_exception_when_classified_then_its_cause_decides(
    error: Exception,
    cause: Exception | None,
    order: ErrorKind,
    answer: ErrorKind | None,
    loop: ErrorKind | None,
) -> None:
    seen = raised(error, cause)

    assert kind_of_order_failure(seen) is order
    assert kind_of_missing_answer(seen) is answer
    assert kind_of_broken_loop(seen) is loop


def test_exception_when_raised_while_another_is_handled_then_only_its_own_cause_counts() -> None:
    """An emergency exit that fails while a refused stop is handled is a failure of its own."""
    try:
        try:
            raise ft.TemporaryError("first") from ccxt.NetworkError("first")
        except ft.TemporaryError:
            raise ft.InvalidOrderException("second")  # noqa: B904
    except ft.InvalidOrderException as caught:
        assert kind_of_missing_answer(caught) is None


def test_table_when_held_against_ccxt_then_it_names_every_failed_request_and_nothing_else() -> None:
    """ccxt divides its exceptions into requests that failed and answers that say no."""

    def below(cls: Any) -> set[str]:
        own = [part for part in cls.__subclasses__() if "ccxt" in part.__module__]
        return {cls.__name__}.union(*map(below, own))

    assert below(ccxt.OperationFailed) == set(UNSERVED)


def test_unknown_exception_of_ccxt_when_classified_then_as_its_nearest_known_base() -> None:
    class Tired(ccxt.OnMaintenance):
        pass

    Tired.__module__ = "ccxt.base.errors"

    assert kind_of_missing_answer(raised(ft.TemporaryError("x"), Tired("x"))) is DOWN


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "TemporaryError('Could not fetch BTC/USDT due to ExchangeNotAvailable. Message: binance')",
            DOWN,
        ),
        ("TemporaryError('Could not fetch BTC/USDT due to RequestTimeout. Message: binance')", NETWORK),
        ("TemporaryError('Could not fetch BTC/USDT due to BadSymbol. Message: binance')", None),
        ("DDosProtection(DDoSProtection('binance 429'))", NETWORK),
        ("TimeoutError()", NETWORK),
        ("KeyError('open')", None),
    ],
)
def test_line_when_only_its_text_is_there_then_the_named_cause_decides(
    text: str, kind: ErrorKind | None
) -> None:
    assert kind_of_logged_text(f"Async code raised an exception: {text}") is kind


SECRET = "k3yOfAnAccountWithSixtyFourCharacters0123456789abcdefABCDEF012345"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            f"binance GET https://x.test/api/v3/account?timestamp=1&signature={SECRET} 503 x",
            "binance GET https://x.test/api/v3/account?… 503 x",
        ),
        (
            f"Max retries exceeded with url: /api/v3/order?symbol=BTCUSDT&signature={SECRET} (Caused by",
            "Max retries exceeded with url: /api/v3/order?… (Caused by",
        ),
        (f"signature={SECRET}&x=1", "signature=…&x=1"),
        (f'{{"apiKey": "{SECRET}", "code": -2015}}', '{"apiKey=…", "code": -2015}'),
        ("X-MBX-APIKEY: short, secret='abc'", "X-MBX-APIKEY=…, secret=…'"),
        ("Authorization: Bearer abc.def and more", "Authorization=… and more"),
        (f"listenKey {SECRET} expired", "listenKey … expired"),
        ("proxy http://me:pass@10.0.0.1:3128 refused", "proxy http://…@10.0.0.1:3128 refused"),
        ("Is it down? Yes, it is", "Is it down? Yes, it is"),
        ("two\n  lines", "two lines"),
    ],
)
def test_text_when_it_holds_secrets_then_they_are_left_out(text: str, kept: str) -> None:
    assert without_secrets(text) == kept


def test_text_when_long_then_it_is_cut_and_no_piece_of_a_secret_is_left() -> None:
    cut = without_secrets("word " * 395 + " signature=" + "s" * 500)
    assert len(cut) == LONGEST_TEXT

    shrinks = without_secrets(" ".join([SECRET] * 31)[: error_kinds._READ + 1])
    assert set(shrinks) == {"…", " "}
