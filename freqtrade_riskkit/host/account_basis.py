"""What every ratio of a bot's account rests on: what it began with, and what came and went since."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.ledger import (
    AccountFacts,
    AccountLedger,
    FactsUnreadable,
    facts_from_text,
    facts_to_text,
)
from freqtrade_riskkit.ledger.account_facts import STATE_NAME as FACTS


class AccountBasis:
    """Keeps the ledger and the books at one word about it, so that a bot's metrics are those of its report.

    Freqtrade's own figure of a live bot's start can't be it: a deposit moves that at the next start.

    Parameters
    ----------
    ledger
        Where it is kept.
    currency
        Stake currency.
    alert
        Tells the user.
    """

    def __init__(self, ledger: BotLedger, currency: str, alert: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._currency = currency
        self._alert = alert
        self._facts: AccountFacts | None = None
        self._flows: dict[str, CashFlow] = {}
        self._known_of: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether the ledger that is open has said its word, and the books rest on it."""
        return self._known_of == self._ledger.openings

    @property
    def flows(self) -> tuple[CashFlow, ...]:
        """The deposits and withdrawals that count, as far as they are known."""
        return tuple(self._flows.values())

    def recall(self, books: AccountBooks, starting_balance: float, now: datetime) -> None:
        """Ask a ledger that was opened what it knows, tell it what it doesn't, and let the books rest on it.

        Does nothing where that was done already.

        Parameters
        ----------
        books
            Holding all closed trades.
        starting_balance
            What the account began with, where neither the ledger nor an earlier one says so; one that can't
            be a balance waits for another start.
        """
        if self.is_known:
            return
        facts = self._facts
        if facts is None and math.isfinite(starting_balance) and starting_balance > 0:
            started_at = min((record.entry_at for record in books.records), default=books.started_at)
            facts = AccountFacts(starting_balance, self._currency, min(started_at, books.started_at))
        found = self._ledger.use(now, lambda ledger: self._exchange_words(ledger, facts, now))
        if found is None:
            return
        text, flows = found
        self._known_of = self._ledger.openings
        self._flows.update((flow.id, flow) for flow in flows)
        self._facts = self._read(text) or facts
        self._restate(books)

    def cash_flows(self, books: AccountBooks, flows: Iterable[CashFlow]) -> None:
        """Take in deposits and withdrawals that the ledger is told of."""
        new = {flow.id: flow for flow in flows if flow.id not in self._flows}
        if new:
            self._flows.update(new)
            self._restate(books)

    def _restate(self, books: AccountBooks) -> None:
        if self._facts is not None:
            books.restate(self._facts.starting_balance, self._facts.started_at, self.flows)

    def _exchange_words(
        self, ledger: AccountLedger, facts: AccountFacts | None, now: datetime
    ) -> tuple[str | None, list[CashFlow]]:
        if facts is not None:
            write_facts_once(ledger, facts, now)
        ledger.add_cash_flows(self.flows)
        return ledger.load_state(FACTS), ledger.cash_flows()

    def _read(self, text: str | None) -> AccountFacts | None:
        """Read what the ledger says; None where it says nothing that can be used, which is told."""
        if text is None:
            return None
        try:
            facts = facts_from_text(text)
        except FactsUnreadable as error:
            self._alert(f"{error}; metrics rest on the balance of this start until it can be.")
            return None
        if facts.currency != self._currency:
            self._alert(
                f"The account's records began in {facts.currency}, the stake is now in {self._currency}: "
                "metrics rest on the balance of this start."
            )
            return None
        return facts


def write_facts_once(ledger: AccountLedger, facts: AccountFacts, now: datetime) -> bool:
    """Keep what an account began with where that isn't known yet; True where it was written."""
    if ledger.load_state(FACTS) is not None:
        return False
    ledger.save_state(FACTS, facts_to_text(facts), now)
    return True
