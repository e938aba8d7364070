"""Reading a request's parameters, with the errors that Binance answers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from decimal import Decimal
from typing import Self

from fastapi import Request

from freqtrade_riskkit.practice.api import errors
from freqtrade_riskkit.practice.timeframes import TIMEFRAMES, Timeframe

SYMBOL_PATTERN = "^[A-Z0-9-_.]{1,20}$"
SYMBOLS_PATTERN = r'^\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\]$'
NUMBER_PATTERN = "^[0-9]{1,20}$"
DECIMAL_PATTERN = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
CLIENT_ID_PATTERN = "^[a-zA-Z0-9-_]{1,36}$"
_DECIMAL = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_CLIENT_ID = re.compile(r"[a-zA-Z0-9\-_]{1,36}")
_SYMBOL = re.compile(r"[A-Z0-9\-_.]{1,20}")
_NUMBER = re.compile(r"[0-9]{1,20}")


class Parameters:
    """A request's parameters, of which only the named ones are known.

    Raises
    ------
    ApiError
        -1101 or -1104 where the request sends a parameter twice, or one that isn't known.
    """

    def __init__(self, request: Request, *known: str) -> None:
        self._read(request.query_params.multi_items(), known)

    @classmethod
    def of_pairs(cls, pairs: list[tuple[str, str]], *known: str) -> Self:
        """Return parameters that were sent in some other way than in a request's address."""
        parameters = cls.__new__(cls)
        parameters._read(pairs, known)
        return parameters

    def _read(self, pairs: list[tuple[str, str]], known: tuple[str, ...]) -> None:
        self._sent = dict(pairs)
        sent = len(self._sent)
        if len(pairs) > sent:
            raise errors.duplicate_parameter()
        if sent > len(known):
            raise errors.too_many_parameters(len(known), sent)
        read = sum(1 for name in self._sent if name in known)
        if read < sent:
            raise errors.unread_parameters(read, sent)

    def has(self, name: str) -> bool:
        """Return whether the parameter was sent."""
        return name in self._sent

    def text(self, name: str, allowed: Collection[str], default: str) -> str:
        """Return one of a few words."""
        value = self._value(name)
        if value is None:
            return default
        if value not in allowed:
            raise errors.invalid_value(name)
        return value

    def symbol(self, listed: Collection[str], name: str = "symbol") -> str:
        """Return a listed symbol, which has to be sent."""
        value = self._value(name)
        if value is None:
            raise errors.missing_parameter(name)
        return _known_symbol(value, name, listed)

    def symbols(self, listed: Collection[str]) -> tuple[str, ...] | None:
        """Return the symbols of `symbol` or `symbols`; None where neither was sent, for all of them."""
        if self.has("symbol") and self.has("symbols"):
            raise errors.invalid_combination()
        if self.has("symbol"):
            return (self.symbol(listed),)
        value = self._value("symbols")
        if value is None:
            return None
        try:
            names = json.loads(value)
        except json.JSONDecodeError:
            raise errors.illegal_characters("symbols", SYMBOLS_PATTERN) from None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise errors.illegal_characters("symbols", SYMBOLS_PATTERN)
        return tuple(_known_symbol(name, "symbols", listed) for name in names)

    def timeframe(self) -> Timeframe:
        """Return the timeframe of `interval`, which has to be sent."""
        value = self._value("interval")
        if value is None:
            raise errors.missing_parameter("interval")
        if value not in TIMEFRAMES:
            raise errors.invalid_interval()
        return TIMEFRAMES[value]

    def number(self, name: str) -> int | None:
        """Return a whole number of at least 0; None where it wasn't sent."""
        value = self._value(name)
        if value is None:
            return None
        if not _NUMBER.fullmatch(value):
            raise errors.illegal_characters(name, NUMBER_PATTERN)
        return int(value)

    def decimal(self, name: str) -> Decimal | None:
        """Return a number of at least 0 with or without decimals; None where it wasn't sent."""
        value = self._value(name)
        if value is None:
            return None
        if not _DECIMAL.fullmatch(value):
            raise errors.illegal_characters(name, DECIMAL_PATTERN)
        return Decimal(value)

    def word(self, name: str) -> str | None:
        """Return a text; None where it wasn't sent."""
        return self._value(name)

    def client_id(self, name: str) -> str | None:
        """Return a client's name for an order; None where it wasn't sent."""
        value = self._value(name)
        if value is not None and not _CLIENT_ID.fullmatch(value):
            raise errors.illegal_characters(name, CLIENT_ID_PATTERN)
        return value

    def limit(self, default: int, largest: int) -> int:
        """Return `limit`, above 0; a larger one than `largest` is cut down to it."""
        value = self.number("limit")
        if value is None:
            return default
        if value == 0:
            raise errors.invalid_value("limit")
        return min(value, largest)

    def moment(self, name: str) -> int | None:
        """Return a time in milliseconds; None where it wasn't sent."""
        value = self.number(name)
        if value is not None and value > _LATEST_MS:
            raise errors.invalid_value(name)
        return value

    def _value(self, name: str) -> str | None:
        value = self._sent.get(name)
        if value == "":
            raise errors.empty_parameter(name)
        return value


_LATEST_MS = 253_402_300_799_999  # the end of the year 9999


def _known_symbol(value: str, name: str, listed: Collection[str]) -> str:
    if not _SYMBOL.fullmatch(value):
        raise errors.illegal_characters(name, SYMBOLS_PATTERN if name == "symbols" else SYMBOL_PATTERN)
    if value not in listed:
        raise errors.invalid_symbol()
    return value
