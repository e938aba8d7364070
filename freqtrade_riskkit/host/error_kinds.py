"""Which kind an exception of Freqtrade, of ccxt or of a strategy is, and what of its text may be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from freqtrade.exceptions import (
    DDosProtection,
    DependencyException,
    FreqtradeException,
    InsufficientFundsError,
    TemporaryError,
)

from freqtrade_riskkit.core.breaker.errors import ErrorKind

LONGEST_TEXT = 200
_READ = 2000

UNSERVED = {
    "NetworkError": ErrorKind.NETWORK,
    "DDoSProtection": ErrorKind.NETWORK,
    "RateLimitExceeded": ErrorKind.NETWORK,
    "InvalidNonce": ErrorKind.NETWORK,
    "ChecksumError": ErrorKind.NETWORK,
    "RequestTimeout": ErrorKind.NETWORK,
    "ExchangeNotAvailable": ErrorKind.EXCHANGE_DOWN,
    "OnMaintenance": ErrorKind.EXCHANGE_DOWN,
    "OperationFailed": ErrorKind.EXCHANGE_DOWN,
    "BadResponse": ErrorKind.EXCHANGE_DOWN,
    "NullResponse": ErrorKind.EXCHANGE_DOWN,
    "CancelPending": ErrorKind.EXCHANGE_DOWN,
}
"""ccxt's exceptions for requests that got no proper answer, by name; its other ones are answers.

Without any answer it is the network; with one that makes no sense, or says that something broke over
there, it is the exchange. A refused connection is either: ccxt says so in both ways.
"""

_CAUSE_NAMED = re.compile(r"due to (\w+)")
_CLASS_NAMED = re.compile(r"(\w+)\(")
_NO_COINS = "Not enough amount to exit trade"

_CREDENTIALS = re.compile(r"(?<=//)[^/\s@]+@")
_QUERY = re.compile(r"\?[\w.%\[\]-]+=\S*")
_SECRET = re.compile(
    r"""(?ix) \b
    ([\w-]* (?:signature|api-?_?key|secret|token|passw\w*|passphrase|listen-?_?key|authorization))
    ["']? \s* [=:] \s* ["']? (?:bearer\s+|basic\s+)? [^\s&"',;}]+""",
)
_LONG_SECRET = re.compile(r"[A-Za-z0-9+=_-]{32,}")


def kind_of_order_failure(error: BaseException) -> ErrorKind:
    """Say why an order could not be placed.

    What isn't a missing answer or missing funds is a rejection, whoever rejected it: the exchange, or
    Freqtrade before it.
    """
    if isinstance(error, InsufficientFundsError):
        return ErrorKind.FUNDS
    return kind_of_missing_answer(error) or ErrorKind.REJECTION


def kind_of_missing_answer(error: BaseException) -> ErrorKind | None:
    """Say whether an operation failed for want of an answer; None where it was answered, or is another error.

    An exchange that answers "no" to a question is there: an unknown symbol, an order not found.
    """
    if isinstance(error, DDosProtection):
        return ErrorKind.NETWORK
    for link in chain(error):
        kind = _kind_by_name(*(cls.__name__ for cls in type(link).__mro__ if _is_of_ccxt(cls)))
        if kind is not None:
            return kind
    if isinstance(error, TemporaryError) and error.__cause__ is None:
        return _kind_of_named_cause(str(error)) or ErrorKind.NETWORK
    return None


def kind_of_broken_loop(error: BaseException) -> ErrorKind | None:
    """Say what broke off a bot's loop, where the bot goes on after it; None for all that ends the bot.

    An exchange that answers, but with a refusal that no order was the reason for (a key that was revoked,
    say), doesn't serve the bot: it counts as down.
    """
    if not isinstance(error, TemporaryError):
        return None
    return kind_of_missing_answer(error) or ErrorKind.EXCHANGE_DOWN


def kind_of_logged_text(text: str) -> ErrorKind | None:
    """Say which missing answer a line speaks of that has an exception's text in it; None for another."""
    if "due to" in text:
        return _kind_of_named_cause(text)
    names = _CLASS_NAMED.findall(text)
    if {"TemporaryError", "DDosProtection", "TimeoutError"} & set(names):
        return ErrorKind.NETWORK
    return _kind_by_name(*names)


def lacks_coins(error: BaseException) -> bool:
    """Say whether an exit never reached the exchange, since the wallet lacks what is to be sold."""
    return isinstance(error, DependencyException) and str(error).startswith(_NO_COINS)


def is_of_freqtrade(error: BaseException) -> bool:
    """Say whether an exception is one of Freqtrade's own, not of a strategy's code."""
    return isinstance(error, FreqtradeException)


def chain(error: BaseException) -> Iterator[BaseException]:
    """Give an exception and those it was raised from, the newest first.

    Only what was said with `from` belongs to it: an exception that was raised while another one was
    handled is a failure of its own.
    """
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__


def describe(error: BaseException) -> str:
    """Give an exception's class and its text, short and without secrets."""
    return without_secrets(f"{type(error).__name__}: {error}")


def without_secrets(text: str) -> str:
    """Give a text on one line, cut short, without queries, signatures, keys and passwords.

    Examples
    --------
    >>> without_secrets("GET https://api.binance.com/api/v3/account?timestamp=1&signature=ab 503")
    'GET https://api.binance.com/api/v3/account?… 503'
    """
    if len(text) > _READ:
        text = text[:_READ].rpartition(" ")[
            0
        ]  # the last word may be half a secret that can't be told any more
    text = " ".join(text.split())
    text = _CREDENTIALS.sub("…@", text)
    text = _QUERY.sub("?…", text)
    text = _SECRET.sub(r"\1=…", text)
    text = _LONG_SECRET.sub("…", text)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _kind_of_named_cause(text: str) -> ErrorKind | None:
    return _kind_by_name(*_CAUSE_NAMED.findall(text))


def _kind_by_name(*names: str) -> ErrorKind | None:
    return next((UNSERVED[name] for name in names if name in UNSERVED), None)


def _is_of_ccxt(cls: type) -> bool:
    return cls.__module__.partition(".")[0] == "ccxt"
