"""Signed requests: whose they are, whether they are fresh, and whether nobody changed them."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal
from urllib.parse import parse_qsl

from fastapi import Request, status

from freqtrade_riskkit.practice.api import errors
from freqtrade_riskkit.practice.api.errors import ApiError
from freqtrade_riskkit.practice.api.parameters import Parameters
from freqtrade_riskkit.practice.exchange import PracticeExchange
from freqtrade_riskkit.practice.keys import has_key_format

RECEIVE_WINDOW_MS = 5000
LARGEST_WINDOW_MS = 60_000
EARLIEST_AHEAD_MS = 1000
LARGEST_BODY = 64 * 1024
SIGNING = ("timestamp", "recvWindow", "signature")


async def signed(
    request: Request, exchange: PracticeExchange, *known: str, any_name: bool = False
) -> tuple[str, Parameters]:
    """Return whose request this is and its parameters, of which only the named ones are known.

    Parameters
    ----------
    request
        A request with parameters in its address, its body, or both.
    exchange
        Knows the keys and what time it is.
    known
        Names of parameters besides those of signing.
    any_name
        Whether Binance passes over parameters that it doesn't know, as its wallet's addresses do.

    Raises
    ------
    ApiError
        With Binance's codes: -2014 and -2015 for the key, -1102 for what is missing, -1021 for the time,
        -1022 for the signature.
    """
    key = request.headers.get("x-mbx-apikey", "")
    if not has_key_format(key):
        raise ApiError(-2014, "API-key format invalid.", status.HTTP_401_UNAUTHORIZED)
    account = exchange.owner(key)
    if account is None:
        raise ApiError(-2015, "Invalid API-key, IP, or permissions for action.", status.HTTP_401_UNAUTHORIZED)
    query = request.scope["query_string"].decode("latin-1")
    body = (await _body(request)).decode("latin-1")
    pairs = _pairs(query) + _pairs(body)
    names = tuple(dict(pairs)) if any_name else known
    parameters = Parameters.of_pairs(pairs, *{*names, *SIGNING})
    _check_signature(parameters, _unsigned(query) + _unsigned(body), exchange.credentials(account).secret)
    _check_time(parameters, exchange.now_ms())
    return account, parameters


async def _body(request: Request) -> bytes:
    body = await request.body()
    if len(body) > LARGEST_BODY:
        raise ApiError(-1101, "Too many parameters sent for this endpoint.")
    return body


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)


def _unsigned(text: str) -> str:
    return "&".join(part for part in text.split("&") if not part.startswith("signature="))


def _check_signature(parameters: Parameters, payload: str, secret: str) -> None:
    signature = parameters.word("signature")
    if signature is None:
        raise errors.missing_parameter("signature")
    expected = hmac.new(secret.encode(), payload.encode("latin-1"), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise ApiError(-1022, "Signature for this request is not valid.")


def _check_time(parameters: Parameters, now_ms: int) -> None:
    timestamp = parameters.number("timestamp")
    if timestamp is None:
        raise errors.missing_parameter("timestamp")
    window = parameters.decimal("recvWindow")
    if window is None:
        window = Decimal(RECEIVE_WINDOW_MS)
    if window > LARGEST_WINDOW_MS:
        raise ApiError(-1131, f"recvWindow must be less than {LARGEST_WINDOW_MS}")
    if timestamp >= now_ms + EARLIEST_AHEAD_MS:
        raise ApiError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if now_ms - timestamp > window:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")
