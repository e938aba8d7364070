"""Keeps an account's recorded trades equal to what Freqtrade's database has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.performance import ForeignRecord
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.host.kept_orders import KeptOrders
from freqtrade_riskkit.host.trade_rows import Portion, Rows, closed_after, closed_since, still_closed

TRADES_A_LOOP = 500
"""So many trades are compared in one loop, some 20 ms of it, until all are."""
RECENT = timedelta(days=7)
"""So long after its close a trade is looked at every minute: fees and corrections arrive late."""
RECENT_EVERY = timedelta(minutes=1)
ALL_EVERY = timedelta(hours=1)

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Round:
    """A comparison of all trades that is under way: what the ledger had, and up to which id it came."""

    unseen: dict[int, str]
    last_id: int | None = None


class Reconcile:
    """Follows the closed trades of a bot's database: those that closed, changed, or are gone.

    Freqtrade's database is the truth, so nothing is kept here for a ledger that doesn't answer: what it
    missed is read again. A trade that can't be recorded truthfully is left out, told of once, and tried
    again; what the ledger had of it stays.

    Parameters
    ----------
    ledger
        Where the records go.
    orders
        Records the trades' orders.
    account_id
        Whose they are.
    rows
        Reads Freqtrade's database.
    alert
        Tells the user.
    """

    def __init__(
        self,
        ledger: BotLedger,
        orders: KeptOrders,
        account_id: str,
        rows: Rows,
        alert: Callable[[str], None],
    ) -> None:
        self._ledger = ledger
        self._orders = orders
        self._account_id = account_id
        self._rows = rows
        self._alert = alert
        self._told: set[str] = set()
        self._taken: int | None = None
        self.begin_anew()

    def begin_anew(self) -> None:
        """Compare everything again, for the ledger may be another file."""
        self._round: _Round | None = None
        self._seen: dict[int, tuple[datetime, str]] = {}
        self._all_at = self._recent_at = _LONG_AGO

    def follow(self, closed: Sequence[TradeRecord], now: datetime) -> None:
        """Record what is new, and look again at some of what isn't.

        Parameters
        ----------
        closed
            All trades that the books have taken in so far; it only grows.
        now
            The moment of the loop; aware.
        """
        if self._taken is None:
            self._taken = len(closed)  # the first round comes to these
        new = closed[self._taken :]
        if new and self._put([record for record in new if self._is_storable(record)], now):
            self._taken += len(new)
        if self._ledger.answers and not timedelta(0) <= now - self._recent_at < RECENT_EVERY:
            self._look_at_recent(now)
        is_due = not timedelta(0) <= now - self._all_at < ALL_EVERY
        if self._ledger.answers and (self._round is not None or is_due):
            self._look_at_all(now)

    def _look_at_recent(self, now: datetime) -> None:
        since = now - RECENT
        portion = closed_since(self._rows, self._account_id, since)
        digests = portion.digests()
        self._tell_of(portion)
        seen = self._seen
        changed = [
            record
            for record in portion.records
            if seen.get(record.trade_id) != (record.exit_at, digests[record.trade_id])
        ]
        known = {record.trade_id for record in portion.records} | set(portion.unreadable)
        gone = {key for key, (exit_at, _) in seen.items() if key not in known and exit_at >= since}
        if self._put(changed, now) and self._drop(gone, now):
            self._seen = {
                record.trade_id: (record.exit_at, digests[record.trade_id]) for record in portion.records
            }
            self._recent_at = now

    def _look_at_all(self, now: datetime) -> None:
        """Compare one portion; after the last one, drop what Freqtrade's database no longer has."""
        if self._round is None:
            known = self._ledger.use(now, lambda ledger: ledger.trade_digests())
            if known is None:
                return
            self._round = _Round(known)
        at_work = self._round
        portion = closed_after(self._rows, self._account_id, at_work.last_id, TRADES_A_LOOP)
        digests = portion.digests()
        self._tell_of(portion)
        unseen = at_work.unseen
        changed = [
            record for record in portion.records if unseen.get(record.trade_id) != digests[record.trade_id]
        ]
        if not self._put(changed, now):
            return
        for trade_id in (*digests, *portion.unreadable):
            unseen.pop(trade_id, None)
        if portion.last_id is not None:
            at_work.last_id = portion.last_id
        is_last = len(portion.records) + len(portion.unreadable) < TRADES_A_LOOP
        if is_last and self._drop(unseen, now):
            self._round, self._all_at = None, now

    def _put(self, records: Sequence[TradeRecord], now: datetime) -> bool:
        """Record trades; False where the ledger didn't answer.

        Their orders come first: a trade that stands in the ledger as it is isn't looked at again.
        """
        if not records:
            return self._ledger.answers
        try:
            if self._orders.put_of([record.trade_id for record in records], now):
                self._ledger.use(now, lambda ledger: ledger.put_trades(records, now))
        except ForeignRecord as error:
            self._tell(f"{Code.ACCOUNT_CONTAMINATED}: nothing of it was recorded: {error}")
        return self._ledger.answers

    def _drop(self, trade_ids: Collection[int], now: datetime) -> bool:
        """Take trades out that are gone for good; False where the ledger didn't answer."""
        gone = set(trade_ids) - still_closed(self._rows, trade_ids) if trade_ids else set()
        if gone:
            self._ledger.use(now, lambda ledger: ledger.drop_trades(gone, now))
        return self._ledger.answers

    def _is_storable(self, record: TradeRecord) -> bool:
        portion = Portion([record], {}, record.trade_id)
        portion.digests()
        self._tell_of(portion)
        return not portion.unreadable

    def _tell_of(self, portion: Portion) -> None:
        for reason in portion.unreadable.values():
            self._tell(f"{Code.RECORD_REFUSED}: not recorded: {reason}")

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._alert(text)
