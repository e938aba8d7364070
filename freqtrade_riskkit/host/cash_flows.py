"""Deposits and withdrawals of the stake currency, read from the exchange's own history.

Freqtrade reads none, so ccxt is asked through Freqtrade's exchange. A futures wallet gets its money by
transfers from other wallets of the user: there the wallet's ledger is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from ccxt.base.errors import NotSupported, OperationFailed

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.host.error_kinds import describe
from freqtrade_riskkit.host.read_budget import ReadBudget

if TYPE_CHECKING:
    from freqtrade.exchange import Exchange

READ_EVERY = timedelta(seconds=60)
"""Binance allows ten times as much of its costliest history, that of withdrawals."""
_LOOK_BACK = timedelta(days=7)
"""A flow keeps the date of its beginning and may be completed days later."""
_LEDGER_KINDS = frozenset({"transfer", "deposit", "withdrawal", "transaction"})
_LEDGER_FILTERS: Mapping[str, Mapping[str, str]] = {"binance": {"incomeType": "TRANSFER"}}
"""Where the ledger holds every fee and fill too, what asks for transfers only, by ccxt's exchange id."""
_LEDGER_ROWS = 1000
_READER = "cash flows"
_COUNTED = frozenset({"ok", "pending"})
"""ccxt's words for what is completed and what is under way; the rest came to nothing."""


class Unreadable(StrEnum):
    """Why flows can't be read."""

    NOT_SUPPORTED = "not supported"
    REFUSED = "refused"
    """Not permitted to the key, or answered with something else that can't be used."""
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Flows can't be read at present.

    Attributes
    ----------
    reason
        The kind of it.
    text
        For people, without secrets; that of the first look with this reason.
    since
        The first look with this reason.
    """

    reason: Unreadable
    text: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ReadFlows:
    """What was read so far, as it has to outlive the process.

    Attributes
    ----------
    started_at
        The first look: flows before it aren't flows, what they left was there at the start.
    read_until
        The last look that succeeded; None before it.
    seen
        When the flows of the last days were, by id: each counts once.
    """

    started_at: datetime
    read_until: datetime | None = None
    seen: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of the exchange's history: completed, or under way."""

    flow: CashFlow
    is_done: bool


class CashFlowReader:
    """Reads new deposits and withdrawals, each once.

    A withdrawal counts with its fee, where that is in the stake currency. What isn't completed doesn't count
    yet. Nothing is raised: what can't be read is told once and stays to be asked for in `trouble`.

    Parameters
    ----------
    exchange
        Freqtrade's, of a live bot.
    currency
        The stake currency.
    budget
        What a loop may spend on reads.
    is_futures
        Whether the wallet is a futures wallet.
    state
        What an earlier process read; None at the account's first start with the kit.
    tell
        Gets told why flows can't be read, once for each kind of reason.
    """

    def __init__(
        self,
        exchange: Exchange,
        currency: str,
        budget: ReadBudget,
        *,
        is_futures: bool = False,
        state: ReadFlows | None = None,
        tell: Callable[[str], None],
    ) -> None:
        self._exchange = exchange
        self._currency = currency
        self._budget = budget
        self._is_futures = is_futures
        self._state = state
        self._tell = tell
        self._told: set[Unreadable] = set()
        self._tried_at: datetime | None = None
        self._trouble: Trouble | None = None
        self._leaving = 0.0
        self._parts: dict[str, list[_Entry]] = {}

    @property
    def state(self) -> ReadFlows | None:
        """What was read so far; None before the first look."""
        return self._state

    @property
    def trouble(self) -> Trouble | None:
        """Why flows can't be read; None where the last look succeeded."""
        return self._trouble

    @property
    def leaving(self) -> float:
        """Withdrawals that were under way at the last look: their money may have left already."""
        return self._leaving

    def is_due(self, now: datetime) -> bool:
        """Say whether it is time to ask again, after `READ_EVERY`, or for what had to wait."""
        tried = self._tried_at
        return tried is None or bool(self._parts) or not timedelta(0) <= now - tried < READ_EVERY

    def look(self, now: datetime) -> list[CashFlow]:
        """Give the flows completed since the last look, by date; none where it isn't time to ask again.

        What the budget leaves no time for waits for the next loop, and what was read before it with it.
        """
        if not self.is_due(now):
            return []
        state = self._state = self._state or ReadFlows(now)
        since = (state.read_until or state.started_at) - _LOOK_BACK
        try:
            is_whole = self._read(int(since.timestamp() * 1000), now)
        except Exception as error:  # noqa: BLE001 - ccxt's parsers raise what they like, and it is told
            self._budget.failed(error)
            self._fail(error, now)
            return []
        if not is_whole:
            return []
        entries = [entry for part in self._parts.values() for entry in part]
        self._parts = {}
        self._trouble = None
        if state.read_until is None:
            # A deposit under way isn't in the wallet yet; the money of a withdrawal has left it.
            before = [entry.flow for entry in entries if entry.is_done or entry.flow.amount < 0]
            started = state.started_at
            seen = {flow.id: flow.at for flow in before if _is_before(flow.at, started) or now == started}
        else:
            seen = {name: at for name, at in state.seen.items() if at >= since}
        unseen = [entry for entry in entries if entry.flow.id not in seen]
        self._leaving = sum(max(-entry.flow.amount, 0.0) for entry in unseen if not entry.is_done)
        new = {entry.flow.id: entry.flow for entry in unseen if entry.is_done}
        seen.update((flow.id, flow.at) for flow in new.values())
        self._state = ReadFlows(state.started_at, now, seen)
        return sorted(new.values(), key=lambda flow: (flow.at, flow.id))

    def _read(self, since_ms: int, now: datetime) -> bool:
        """Read the parts that are missing still; False where one has to wait."""
        for kind, ask in self._requests().items():
            if kind in self._parts:
                continue
            if not self._budget.allows(_READER, now):
                return False
            self._tried_at = now
            self._parts[kind] = self._entries(kind, ask(since_ms))
        return True

    def _requests(self) -> Mapping[str, Callable[[int], Iterable[Mapping[str, Any]]]]:
        api, has = self._exchange._api, self._exchange.exchange_has
        if self._is_futures:
            if not has("fetchLedger"):
                raise NotSupported(f"{self._exchange.name} gives no ledger of a futures wallet")
            return {"transfer": self._transfers}
        if not (has("fetchDeposits") and has("fetchWithdrawals")):
            raise NotSupported(f"{self._exchange.name} gives no history of deposits and withdrawals")
        return {
            "deposit": partial(api.fetch_deposits, self._currency),
            "withdrawal": partial(api.fetch_withdrawals, self._currency),
        }

    def _transfers(self, since_ms: int) -> Iterable[Mapping[str, Any]]:
        api = self._exchange._api
        only = dict(_LEDGER_FILTERS.get(api.id, {}))
        rows = api.fetch_ledger(self._currency, since_ms, _LEDGER_ROWS, only)
        return [_with_sign(row) for row in rows if row["type"] in _LEDGER_KINDS]

    def _entries(self, kind: str, rows: Iterable[Mapping[str, Any]]) -> list[_Entry]:
        return [
            self._entry(kind, row)
            for row in rows
            if row.get("currency") == self._currency and row.get("status") in _COUNTED and row["amount"] != 0
        ]

    def _entry(self, kind: str, row: Mapping[str, Any]) -> _Entry:
        amount, timestamp = row["amount"], row["timestamp"]
        if amount is None or timestamp is None:
            raise ValueError(f"a {kind} without amount or date")
        if kind == "withdrawal":
            fee = row.get("fee") or {}
            is_same = fee.get("currency") == self._currency
            amount = -amount - ((fee.get("cost") or 0.0) if is_same else 0.0)
        name = row.get("id") or row.get("txid") or f"{timestamp} {amount}"
        at = datetime.fromtimestamp(timestamp / 1000, UTC)
        return _Entry(CashFlow(float(amount), at, f"{kind} {name}"), row["status"] == "ok")

    def _fail(self, error: Exception, now: datetime) -> None:
        self._tried_at, self._parts = now, {}
        if isinstance(error, NotSupported):
            reason = Unreadable.NOT_SUPPORTED
        elif isinstance(error, OperationFailed):
            reason = Unreadable.UNREACHABLE
        else:
            reason = Unreadable.REFUSED
        before = self._trouble
        self._leaving = 0.0
        if before is not None and before.reason is reason:
            return
        text = f"deposits and withdrawals can't be read ({reason}): {describe(error)}"
        self._trouble = Trouble(reason, text, now)
        if reason not in self._told:
            self._told.add(reason)
            self._tell(text)


def _is_before(at: datetime, start: datetime) -> bool:
    """Say whether a flow came before the start: Binance dates withdrawals by the second they fall into."""
    return at < start and (at.microsecond > 0 or at < start.replace(microsecond=0))


def _with_sign(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a ledger's row with a negative amount where money went out; without a status it is done."""
    amount = row["amount"]
    sign = -1 if row.get("direction") == "out" else 1
    return {**row, "amount": amount and sign * amount, "status": row.get("status") or "ok"}
