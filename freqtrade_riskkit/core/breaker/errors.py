"""Errors in a row: how many there were since the last success that answers for their kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from freqtrade_riskkit.core.breaker.figures import RuleFigure
from freqtrade_riskkit.core.breaker.policy import RuleName
from freqtrade_riskkit.core.decisions import Unit


class ErrorKind(StrEnum):
    """What went wrong: an order, the funds, the way to the exchange, the exchange, the strategy's code."""

    REJECTION = "rejection"
    FUNDS = "funds"
    NETWORK = "network"
    EXCHANGE_DOWN = "exchange_down"
    STRATEGY = "strategy"


class ErrorStreak:
    """Counts errors of each kind until a success of that kind.

    A success says nothing of other kinds: prices that can be fetched again don't prove that orders
    are accepted.

    Parameters
    ----------
    counts
        How many errors of each kind there were already; each count at least 0.
    """

    __slots__ = ("_counts",)

    def __init__(self, counts: Iterable[tuple[ErrorKind, int]] = ()) -> None:
        self._counts: dict[ErrorKind, int] = {
            ErrorKind(kind): count for kind, count in counts if _checked(count) > 0
        }

    def count(self, kind: ErrorKind) -> None:
        """Note an error."""
        self._counts[kind] = self._counts.get(kind, 0) + 1

    def clear(self, kinds: Collection[ErrorKind]) -> None:
        """Note a success that answers for these kinds."""
        for kind in kinds:
            self._counts.pop(kind, None)

    def restart(self) -> None:
        """Forget all errors."""
        self._counts.clear()

    @property
    def total(self) -> int:
        """Errors of all kinds that no success has answered for."""
        return sum(self._counts.values())

    def counts(self) -> tuple[tuple[ErrorKind, int], ...]:
        """Give the errors of each kind, kinds without errors left out."""
        return tuple(sorted(self._counts.items()))

    def figure(self, limit: int) -> RuleFigure:
        """Hold the errors against their limit."""
        detail = ", ".join(f"{kind}={count}" for kind, count in self.counts())
        return RuleFigure(RuleName.ERRORS, limit, self.total, Unit.COUNT, self.total / limit, detail)


def _checked(count: int) -> int:
    if count < 0:
        raise ValueError(f"errors can't be fewer than none, was {count}")
    return count
