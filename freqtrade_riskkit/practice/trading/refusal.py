"""What the exchange refuses, with Binance's codes and texts."""

from __future__ import annotations

NO_SUCH_ORDER = -2013
UNKNOWN_ORDER = "Unknown order sent."
TOO_LITTLE_MONEY = "Account has insufficient balance for requested action."


class Refusal(Exception):
    """A request that is refused, and changes nothing.

    Parameters
    ----------
    code
        Binance's number, negative.
    message
        Binance's text for it.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def rejected_order(message: str) -> Refusal:
    """Return the refusal of a new order."""
    return Refusal(-2010, message)


def rejected_cancel(message: str = UNKNOWN_ORDER) -> Refusal:
    """Return the refusal to cancel."""
    return Refusal(-2011, message)


def no_such_order() -> Refusal:
    """Return the refusal of a question about an order that isn't there."""
    return Refusal(NO_SUCH_ORDER, "Order does not exist.")


def broken_filter(name: str) -> Refusal:
    """Return the refusal of an order that breaks one of the pair's rules."""
    return Refusal(-1013, f"Filter failure: {name}")


def missing(name: str) -> Refusal:
    """Return the refusal of an order that lacks something."""
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def missing_one_of(first: str, second: str) -> Refusal:
    """Return the refusal of a request that says neither of two things, one of which it has to."""
    return Refusal(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def not_required(name: str) -> Refusal:
    """Return the refusal of an order that says something its type has no use for."""
    return Refusal(-1106, f"Parameter '{name}' sent when not required.")


def too_precise(name: str) -> Refusal:
    """Return the refusal of a number with more than eight decimals."""
    return Refusal(-1111, f"Parameter '{name}' has too much precision.")
