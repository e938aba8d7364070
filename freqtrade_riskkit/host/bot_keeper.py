"""Keeps the books of a running bot: their start, each loop, and what must outlive the process."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from freqtrade_riskkit.core.breaker import (
    BreakerEvent,
    BreakerMemory,
    BreakerPolicy,
    LimitNear,
    Trip,
    TripEnded,
)
from freqtrade_riskkit.core.data_standing import DataStanding
from freqtrade_riskkit.core.decisions import Decision
from freqtrade_riskkit.core.entry.request import OVERRIDE
from freqtrade_riskkit.core.flatten import FlattenMemory
from freqtrade_riskkit.host.account_records import AccountRecords
from freqtrade_riskkit.host.actions import BreakerActions
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_feeds import BotFeeds
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.host.bot_state import (
    STATE_NAME,
    VERSION,
    BotState,
    to_text,
)
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.breaker_words import describe
from freqtrade_riskkit.host.cash_feed import CashFeed
from freqtrade_riskkit.host.cash_watch import CashState
from freqtrade_riskkit.host.desk_opener import DeskOpener
from freqtrade_riskkit.host.odd_closes import OddCloses
from freqtrade_riskkit.host.steps import Steps
from freqtrade_riskkit.host.trades import open_trades

logger = logging.getLogger("freqtrade_riskkit.breaker")

_SAVED_EVERY = timedelta(minutes=1)
"""How old the stored equity may get while nothing else changes: the next mark replaces it anyway."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BotKeeper:
    """Drives the books of a bot with a database.

    Until the ledger has said whether there is a state to go on from, a breaker that knows nothing of earlier
    days judges and does what people want; it leaves earlier locks alone, and entries are denied unless
    they may pass without the ledger. A state that can't be read fails the loop, and with it every entry,
    until a person has looked.

    Parameters
    ----------
    books, odd
        Already holding the account's closed trades up to now, and those that can't be read.
    ledger
        Where the breaker's state is kept.
    policy
        The breaker's rules; None where there is no breaker.
    feeds
        What the breaker is told besides closed trades; None where there is no breaker.
    actions
        What trips do besides denying entries; None where the kit only observes.
    cash
        Deposits and withdrawals.
    records
        What the ledger keeps of the account besides.
    currency, balance
        Stake currency; gives the balance at this start, by what is closed in Freqtrade's database by now.
    alert
        Tells the user.
    """

    def __init__(
        self,
        books: AccountBooks,
        odd: OddCloses,
        ledger: BotLedger,
        policy: BreakerPolicy | None,
        feeds: BotFeeds | None,
        actions: BreakerActions | None,
        cash: CashFeed,
        records: AccountRecords,
        currency: str,
        balance: Callable[[], float],
        alert: Callable[[str], None],
    ) -> None:
        self._books = books
        self._odd = odd
        self._ledger = ledger
        self.feeds = feeds
        self.actions = actions
        self._cash = cash
        self.records = records
        self._currency = currency
        self._balance = balance
        self._enforces = actions is not None
        self._alert = alert
        self._saved: object = None
        self._saved_at = _EPOCH
        self._is_attached = False
        self._opener = DeskOpener(books, policy, feeds, actions, currency, balance(), alert, self._tell)

    @property
    def books(self) -> AccountBooks:
        """The books that are kept."""
        return self._books

    def decide(self, now: datetime) -> Decision | None:
        """Say what the ledger's state and the exchange's data mean for entries; None where both are fine.

        The breaker judges the newest marks first: they are newer than the beginning of the loop.
        """
        if (odd := self._odd.decide()) is not None:
            return odd
        trouble = self._ledger.decide()
        if trouble is None and not self._is_attached:
            trouble = self._ledger.denial("the state of the breaker was not read yet")
        if (trouble is None or trouble.allowed) and self.feeds is not None:
            if self._books.desk is not None:
                self.feeds.errors(self._books.desk)
                self._books.mark(now)
            return self.feeds.decide(now) or trouble
        return trouble

    def standing(self, now: datetime) -> DataStanding:
        """Say how far what the bot knows can be relied on."""
        if self.feeds is None:
            return DataStanding()
        return DataStanding(self.feeds.marks.live.standing(), self.feeds.decide(now), self._cash.trouble)

    def look(self, now: datetime) -> None:
        """Ask the exchange for what is due. Nothing else waits for it, so no lock is held; never raises."""
        trades = open_trades()
        self.records.marks.refresh(now, trades)
        if self.feeds is not None:
            self.feeds.look_at_data(now, trades)
        self._cash.look(now)

    def loop(self, now: datetime) -> AccountBooks:
        """Take in what happened, bring the locks in order, keep the state.

        What fails keeps none of the other steps from being done: a trade that can't be read must not stand
        between a person's wish to sell and the sale.

        Raises
        ------
        Exception
            The first failure, once all steps were tried.
        """
        books, steps = self._books, Steps()
        with steps:
            self._take_mended(now)
        if not self._is_attached:
            with steps:
                self._attach(now)
        if self._is_attached:
            with steps:
                self.records.basis.recall(books, self._opener.starting_balance, now)
        if books.desk is not None and self.feeds is not None:
            with steps:
                self._opener.follow_clock(books.desk, now)
            with steps:
                self.feeds.people(books.desk, now, takes_requests=self._is_attached)
            with steps:
                self.records.cash_flows(books, self._cash.follow(books, books.desk, now))
        with steps:
            books.pass_time(now)
        if books.desk is not None and self.feeds is not None:
            with steps:
                self.feeds.errors(books.desk)
            if self._is_attached:
                with steps:
                    books.desk.settle_locks(now)
            if self.actions is not None:
                with steps:
                    self.actions.look(books.desk.breaker, open_trades(), books.rate_of)
        with steps:
            self._write(now)
        with steps:
            self._odd.complain()
        steps.end()
        return books

    def _take_mended(self, now: datetime) -> None:
        """Take in closed trades that a person has put right; the breaker may have begun without them."""
        if self._odd.take_mended(is_attached=self._is_attached) and not self._is_attached:
            self._opener.begin_again(self._balance(), now)

    def _write(self, now: datetime) -> None:
        """Bring the ledger up to date.

        Where there is nothing to keep it is asked all the same, so that entries learn of its trouble before
        there is something to lose.
        """
        books = self._books
        if books.desk is None or not self._is_attached or not self._keep_state(books.desk, now):
            self._ledger.write_notes(now)
            self._ledger.load(STATE_NAME, now)
        if self._is_attached:
            self.records.follow(books, open_trades(), now)
        if self.feeds is not None and self._ledger.answers and self._ledger.is_up_to_date:
            self.feeds.give_answers(now)

    def _keep_state(self, desk: BreakerDesk, now: datetime) -> bool:
        """Save the state where anything but the equity changed, and now and then for that; True where it was.

        A ledger that failed may come back as another file: then it needs the state once more.
        """
        memory = desk.breaker.remember()
        flatten = self.actions.remember() if self.actions is not None else None
        data = self.standing(now)
        kept = (
            replace(memory, now=_EPOCH, equity=0.0, samples=()),
            len(memory.samples),
            flatten,
            self._cash.state,
            data.gist,
            len(self._books.records),
            self._books.equity.value,
        )
        if kept == self._saved and now - self._saved_at < _SAVED_EVERY and self._ledger.answers:
            return False
        self._saved, self._saved_at = kept, now
        self._ledger.save(STATE_NAME, to_text(self._state(memory, flatten, data)), now)
        return True

    def note_override(self, pair: str, decision: Decision, at: datetime) -> None:
        """Tell and record that a person's force entry passes in spite of a denial."""
        text = f"Force entry on {pair} passes by its tag {OVERRIDE}: {decision.message(self._currency)}"
        self._alert(text)
        numbers = {"pair": pair, "limit": _number(decision.limit), "value": _number(decision.value)}
        self._ledger.note("override", str(decision.code), at, text, json.dumps(numbers))
        self._ledger.write_notes(at)

    def close(self, now: datetime) -> None:
        """Write what waits, and give the ledger back."""
        self._ledger.write_notes(now)
        self._ledger.close()

    def _attach(self, now: datetime) -> None:
        """Go on from what the ledger knows; until it answers, with a breaker that knows nothing of before.

        Without one nothing would follow a person's wish to sell, nor judge the open positions.
        """
        if self._books.desk is None:
            self._opener.begin(now)
        text = self._ledger.load(STATE_NAME, now)
        if not self._ledger.answers:
            return
        state = self._opener.read(text)
        if state is None and self._odd:
            return  # what the account began with isn't known as long as a profit isn't
        if state is not None:
            self._odd.recall(state)
            self._opener.go_on(state, now)
        elif (damaged_at := self._ledger.damaged_at) is not None and self._books.started_at < damaged_at:
            self._opener.doubt(now)
        elif text is None:
            self._opener.doubt_locks(now)
        if self._books.desk is not None:
            self._cash.begin(state.cash if state is not None else CashState(), now)
        self._is_attached = True

    def _state(self, memory: BreakerMemory, flatten: FlattenMemory | None, data: DataStanding) -> BotState:
        books = self._books
        return BotState(
            version=VERSION,
            currency=self._currency,
            starting_balance=self._opener.starting_balance,
            breaker=memory,
            equity_base=books.equity.base,
            open_realised=dict(books.equity.open_realised),
            flatten=flatten if flatten is not None else FlattenMemory(),
            cash=self._cash.state,
            data=data,
            booked=self._odd.booked(),
        )

    def _tell(self, event: BreakerEvent) -> None:
        kind, code, text = describe(event, self._currency, would=not self._enforces)
        if isinstance(event, Trip | TripEnded | LimitNear):
            self._alert(text)
        else:
            logger.info(text)
        limit, value = (event.limit, event.value) if isinstance(event, Trip | LimitNear) else (None, None)
        self._ledger.note(kind, code, event.at, text, json.dumps({"limit": limit, "value": value}))


def _number(value: float | None) -> float | None:
    """Give a figure as JSON has it; None where it is missing or not finite."""
    return value if value is not None and math.isfinite(value) else None
