"""Keeps the books of a running bot: their start, each loop, and what must outlive the process."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from freqtrade_riskkit.core.breaker import (
    BreakerEvent,
    BreakerPolicy,
    BreakerState,
    CircuitBreaker,
    LimitNear,
    Trip,
    TripEnded,
)
from freqtrade_riskkit.core.decisions import Decision
from freqtrade_riskkit.host.books import AccountBooks, RealisedEquity
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.host.bot_state import (
    STATE_NAME,
    VERSION,
    BotState,
    from_text,
    to_text,
)
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.breaker_words import describe
from freqtrade_riskkit.host.trades import open_trades

logger = logging.getLogger("freqtrade_riskkit.breaker")

_LATEST_NEWS = timedelta(hours=24)
"""How long after its close a trade may become known."""


class BotKeeper:
    """Drives the books of a bot with a database.

    The breaker begins to judge once the ledger has said whether there is a state to go on from: what
    isn't known must not be read as fine. Where entries may pass without the ledger, a breaker that knows
    nothing of earlier days judges meanwhile, and leaves earlier locks alone. A state that can't be read
    fails the loop, and with it every entry, until a person has looked.

    Parameters
    ----------
    books
        Already holding the account's closed trades up to now.
    ledger
        Where the breaker's state is kept.
    policy
        The breaker's rules; None where there is no breaker.
    currency, starting_balance
        Stake currency; balance at this start.
    enforces
        False where the kit only observes.
    alert
        Tells the user.
    """

    def __init__(
        self,
        books: AccountBooks,
        ledger: BotLedger,
        policy: BreakerPolicy | None,
        currency: str,
        starting_balance: float,
        enforces: bool,
        alert: Callable[[str], None],
    ) -> None:
        self._books = books
        self._ledger = ledger
        self._policy = policy
        self._currency = currency
        self._starting_balance = starting_balance
        self._enforces = enforces
        self._alert = alert
        self._changed = False
        self._saved: tuple[int, float] | None = None
        self._is_attached = False

    def decide(self) -> Decision | None:
        """Give what the ledger's state means for entries; None where it is fine."""
        return self._ledger.decide()

    def loop(self, now: datetime) -> AccountBooks:
        """Take in what happened, bring the locks in order, keep the state.

        Where there is nothing to keep the ledger is asked all the same, so that entries learn of its
        trouble before there is something to lose.
        """
        books = self._books
        if not self._is_attached:
            self._attach(now)
        books.pass_time(now)
        if not self._is_attached:
            return books
        if books.desk is not None:
            books.desk.settle_locks(now, people_may_delete=True)
            # A ledger that failed may come back as another file: then it needs the state once more.
            booked = len(books.records), books.equity.value
            if self._changed or booked != self._saved or not self._ledger.answers:
                self._changed, self._saved = False, booked
                self._ledger.save(STATE_NAME, to_text(self._state(books.desk)), now)
                return books
        self._ledger.load(STATE_NAME, now)
        return books

    def close(self) -> None:
        """Give the ledger back."""
        self._ledger.close()

    def _attach(self, now: datetime) -> None:
        text = self._ledger.load(STATE_NAME, now)
        trouble = self._ledger.decide()
        state = self._read(text)
        if self._policy is not None and state is not None:
            self._go_on(self._policy, state)
        elif self._policy is not None and self._books.desk is None and (trouble is None or trouble.allowed):
            self._begin(self._policy, now)
        self._is_attached = trouble is None

    def _begin(self, policy: BreakerPolicy, now: datetime) -> None:
        """Let a breaker judge what happens from now on."""
        realised = {
            trade.id: float(trade.realized_profit) for trade in open_trades() if trade.realized_profit
        }
        equity = self._starting_balance + self._books.performance.net_profit
        booked = RealisedEquity(equity - sum(realised.values()), realised)
        self._attach_desk(CircuitBreaker(policy, equity, now), booked)

    def _go_on(self, policy: BreakerPolicy, state: BotState) -> None:
        """Let the breaker go on from a state, and hold against it what has closed since."""
        self._starting_balance = state.starting_balance
        breaker = CircuitBreaker.recall(policy, state.breaker)
        self._attach_desk(breaker, RealisedEquity(state.equity_base, dict(state.open_realised)))
        for record in self._books.records:
            if not state.is_booked(record.trade_id, record.exit_at):
                self._books.hold_against_breaker(record)
        if breaker.state is not BreakerState.CLOSED:
            self._alert(f"The breaker goes on as it was left: {breaker.decide().message(self._currency)}")

    def _attach_desk(self, breaker: CircuitBreaker, equity: RealisedEquity) -> None:
        self._books.attach(BreakerDesk(breaker, self._currency, self._enforces, self._tell), equity)
        self._changed = True

    def _read(self, text: str | None) -> BotState | None:
        if text is None:
            return None
        state = from_text(text)
        if state.currency != self._currency:
            self._alert(
                f"The breaker's state was in {state.currency}, the stake is now in {self._currency}; "
                "the breaker begins anew."
            )
            return None
        return state

    def _state(self, desk: BreakerDesk) -> BotState:
        books = self._books
        newest = max((record.exit_at for record in books.records), default=books.started_at)
        booked_until = newest - _LATEST_NEWS
        recent = (record.trade_id for record in books.records if record.exit_at >= booked_until)
        return BotState(
            version=VERSION,
            currency=self._currency,
            starting_balance=self._starting_balance,
            breaker=desk.breaker.remember(),
            equity_base=books.equity.base,
            open_realised=dict(books.equity.open_realised),
            booked_until=booked_until,
            booked_ids=frozenset(recent),
        )

    def _tell(self, event: BreakerEvent) -> None:
        self._changed = True
        kind, code, text = describe(event, self._currency, would=not self._enforces)
        if isinstance(event, Trip | TripEnded | LimitNear):
            self._alert(text)
        else:
            logger.info(text)
        limit, value = (event.limit, event.value) if isinstance(event, Trip | LimitNear) else (None, None)
        self._ledger.note(kind, code, event.at, text, json.dumps({"limit": limit, "value": value}))
