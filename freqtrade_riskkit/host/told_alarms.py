"""Tells the owner of a running bot's account when its course turns bad, also over a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from freqtrade_riskkit.core.account_alarms import AccountAlarms, AlarmLimits, Told
from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.closed_balance import in_order, place
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.bot_ledger import BotLedger

STATE_NAME = "alarms"

_ADAPTER = TypeAdapter(Told)


class ToldAlarms:
    """Follows the closed trades of a bot; what was told is kept in the ledger.

    Where the bot ends between telling and keeping, it tells again.

    Parameters
    ----------
    ledger
        Keeps what was told.
    limits
        What is told of.
    currency
        Stake currency.
    alert
        Tells the user.
    """

    def __init__(
        self, ledger: BotLedger, limits: AlarmLimits, currency: str, alert: Callable[[str], None]
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._currency = currency
        self._alert = alert
        self._alarms: AccountAlarms | None = None
        self._taken = 0
        self._basis: tuple[float, int] | None = None
        self._newest: tuple[datetime, int, int] | None = None
        self._kept: Told | None = None

    def begin_anew(self) -> None:
        """Keep what was told once more, for the ledger may be another file."""
        self._kept = None

    def follow(
        self,
        closed: Sequence[TradeRecord],
        starting_balance: float,
        flows: Sequence[CashFlow],
        now: datetime,
    ) -> None:
        """Look at the account after each trade that closed since the last call.

        What closed while the bot was down is looked at once, as it stands now; so is all that closed before
        a cash flow or a close that becomes known late.

        Parameters
        ----------
        closed
            All trades that the books have taken in so far; it only grows.
        starting_balance
            Before the first of them, in stake currency.
        flows
            All deposits and withdrawals that are known; it only grows.
        now
            The moment of the loop; aware.
        """
        if self._alarms is None:
            text = self._ledger.use(now, lambda ledger: ledger.load_state(STATE_NAME))
            if not self._ledger.answers:
                return
            self._alarms = AccountAlarms(self._limits, starting_balance, _read(text))
            self._taken = len(closed)
        self._alarms = self._look(self._alarms, closed, starting_balance, flows)
        told = self._alarms.told
        if told != self._kept:
            self._ledger.write_notes(now)  # the alerts first: what counts as told is never told again
        if told != self._kept and self._ledger.answers:
            text = _ADAPTER.dump_json(told).decode()
            self._ledger.use(now, lambda ledger: ledger.save_state(STATE_NAME, text, now))
            if self._ledger.answers:
                self._kept = told

    def _look(
        self,
        alarms: AccountAlarms,
        closed: Sequence[TradeRecord],
        starting_balance: float,
        flows: Sequence[CashFlow],
    ) -> AccountAlarms:
        """Let the alarms go on with the new trades, or begin anew where something came in before others."""
        basis, events = (starting_balance, len(flows)), in_order(closed[self._taken :], ())
        fresh = {place(event) for event in events}
        is_late = bool(events) and self._newest is not None and place(events[0]) < self._newest
        if basis != self._basis or is_late:
            alarms = AccountAlarms(self._limits, starting_balance, alarms.told)
            events = in_order(closed, flows)
        for event in events:
            if isinstance(event, CashFlow):
                alarms.cash_flow(event.amount)
                continue
            alarms.take(event.net_pnl)
            if place(event) in fresh:
                self._tell(alarms)
        if events:
            self._newest = max(place(event) for event in events)
            self._tell(alarms)
        self._taken, self._basis = len(closed), basis
        return alarms

    def _tell(self, alarms: AccountAlarms) -> None:
        for decision in alarms.due():
            self._alert(decision.message(self._currency))


def _read(text: str | None) -> Told:
    """Read what was told; where that can't be read, it is told again."""
    if text is None:
        return Told()
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError:
        return Told()
