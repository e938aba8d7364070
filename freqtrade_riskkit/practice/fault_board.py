"""The faults that are switched on, and whom they strike."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from freqtrade_riskkit.practice.actions import ClockSkew, Fault, Requests, Slip

ORDER_PATHS = frozenset(
    {
        "/api/v3/order",
        "/api/v3/order/oco",
        "/api/v3/order/cancelReplace",
        "/api/v3/orderList/oco",
    }
)
SIGNED_PATHS = ORDER_PATHS | {
    "/api/v3/order/test",
    "/api/v3/account",
    "/api/v3/account/commission",
    "/api/v3/openOrders",
    "/api/v3/allOrders",
    "/api/v3/myTrades",
    "/api/v3/orderList",
    "/api/v3/openOrderList",
    "/api/v3/allOrderList",
}
SIGNED_ROOT = "/sapi/"

Kind = TypeVar("Kind", bound=Fault)


@dataclass(slots=True)
class SwitchedOn:
    """A fault that is switched on: how often it still strikes, and until when."""

    fault: Fault
    left: int | None
    until_ms: int | None


class FaultBoard:
    """All faults of an exchange. They are forgotten when it ends.

    Parameters
    ----------
    now_ms
        The exchange's time.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._on: list[SwitchedOn] = []

    def switch_on(self, fault: Fault, from_ms: int | None = None) -> None:
        """Let a fault strike from now on, or count its time from another moment."""
        start = self._now_ms() if from_ms is None else from_ms
        until = None if fault.for_seconds is None else start + round(fault.for_seconds * 1000)
        with self._lock:
            self._on.append(SwitchedOn(fault, fault.count, until))

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._on.clear()

    def switched_on(self) -> tuple[SwitchedOn, ...]:
        """Return the faults that may still strike."""
        with self._lock:
            return tuple(self._living())

    def strike(
        self,
        kind: type[Kind],
        account: str | None,
        groups: frozenset[Requests] = frozenset(),
        symbol: str | None = None,
    ) -> Kind | None:
        """Return the oldest fault of a kind that strikes this request, and count it; None if none does.

        Parameters
        ----------
        kind
            What is looked for.
        account
            Whose request it is; None where nobody signed it.
        groups
            What kinds of request it is one of; empty where the fault doesn't ask.
        symbol
            Of the one pair that it asks about; None where it asks about none, or about more.
        """
        with self._lock:
            for entry in self._living():
                if isinstance(entry.fault, kind) and _concerns(entry.fault, account, groups, symbol):
                    if entry.left is not None:
                        entry.left -= 1
                    return entry.fault
        return None

    def give_back(self, fault: Fault) -> None:
        """Let a fault strike once more: it was counted for a request that it couldn't do anything to."""
        with self._lock:
            for entry in self._on:
                if entry.fault is fault and entry.left is not None:
                    entry.left += 1

    def slip(self) -> Decimal:
        """Return the slip in force."""
        return max(
            (on.fault.by for on in self.switched_on() if isinstance(on.fault, Slip)), default=Decimal(0)
        )

    def clock_skew_ms(self) -> int:
        """Return how far the exchange's clock goes ahead."""
        skews = (on.fault.by_seconds for on in self.switched_on() if isinstance(on.fault, ClockSkew))
        return round(sum(skews) * 1000)

    def _living(self) -> list[SwitchedOn]:
        now = self._now_ms()
        return [on for on in self._on if on.left != 0 and (on.until_ms is None or now < on.until_ms)]


def _concerns(fault: Fault, account: str | None, groups: frozenset[Requests], symbol: str | None) -> bool:
    struck, pair = getattr(fault, "requests", None), getattr(fault, "pair", None)
    return (
        fault.account in (None, account)
        and (struck is None or struck in groups)
        and (pair is None or pair.replace("/", "") == symbol)
    )


def groups_of(method: str, path: str) -> frozenset[Requests]:
    """Return what kinds of request this is."""
    if path not in SIGNED_PATHS and not path.startswith(SIGNED_ROOT):
        return frozenset({Requests.MARKET, Requests.ALL})
    if method == "GET":
        kind = Requests.QUERIES
    elif method == "DELETE":
        kind = Requests.CANCELS
    else:
        kind = Requests.ORDERS if path in ORDER_PATHS else Requests.QUERIES
    wallet = {Requests.WALLET} if path.startswith(SIGNED_ROOT) else set()
    return frozenset({kind, Requests.SIGNED, Requests.ALL, *wallet})
