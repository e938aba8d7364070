"""Binance's error answers: a status, a code and a text."""

from __future__ import annotations

from fastapi import status


class ApiError(Exception):
    """A request that is answered with one of Binance's errors.

    Parameters
    ----------
    code
        Binance's number, negative.
    message
        Binance's text for it.
    http_status
        400 for nearly all of them.
    """

    def __init__(self, code: int, message: str, http_status: int = status.HTTP_400_BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = http_status


def unknown_error() -> ApiError:
    """Return the error for a failure of the exchange itself."""
    message = "An unknown error occurred while processing the request."
    return ApiError(-1000, message, status.HTTP_500_INTERNAL_SERVER_ERROR)


def illegal_characters(name: str, pattern: str) -> ApiError:
    """Return the error for a parameter that isn't written as `pattern` demands."""
    return ApiError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{pattern}'.")


def too_many_parameters(expected: int, received: int) -> ApiError:
    """Return the error for more parameters than the address knows."""
    return ApiError(-1101, f"Too many parameters; expected '{expected}' and received '{received}'.")


def duplicate_parameter() -> ApiError:
    """Return the error for a parameter that was sent more than once."""
    return ApiError(-1101, "Duplicate values for a parameter detected.")


def missing_parameter(name: str) -> ApiError:
    """Return the error for a parameter that has to be there."""
    return ApiError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def unread_parameters(read: int, sent: int) -> ApiError:
    """Return the error for parameters whose names the address doesn't know."""
    return ApiError(
        -1104, f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'."
    )


def empty_parameter(name: str) -> ApiError:
    """Return the error for a parameter without a value."""
    return ApiError(-1105, f"Parameter '{name}' was empty.")


def invalid_interval() -> ApiError:
    """Return the error for a timeframe that Binance doesn't have."""
    return ApiError(-1120, "Invalid interval.")


def invalid_symbol() -> ApiError:
    """Return the error for a pair that isn't listed."""
    return ApiError(-1121, "Invalid symbol.")


def invalid_combination() -> ApiError:
    """Return the error for optional parameters that exclude each other."""
    return ApiError(-1128, "Combination of optional parameters invalid.")


def invalid_value(name: str) -> ApiError:
    """Return the error for a value that is well written but makes no sense."""
    return ApiError(-1130, f"Data sent for parameter '{name}' is not valid.")


def unknown_path(path: str, method: str) -> ApiError:
    """Return the error for an address that isn't part of the futures interface."""
    return ApiError(-5000, f"Path {path}, Method {method} is invalid", status.HTTP_404_NOT_FOUND)
