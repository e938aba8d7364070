"""The ledger as a running bot uses it: opened when it can be, never in an exit's way."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.decisions import Code, Decision
from freqtrade_riskkit.ledger import (
    AccountLedger,
    LedgerDamaged,
    LedgerUnavailable,
    RequestRow,
    SetAside,
    last_set_aside,
    open_ledger,
    set_aside_damaged,
)

_LOCK_TIMEOUT_SECONDS = 2.0
"""How long a loop of the bot, and with it every exit, may wait for another process's lock."""

logger = logging.getLogger("freqtrade_riskkit.ledger")

Answer = TypeVar("Answer")


class BotLedger:
    """Keeps the ledger of one account open and remembers whether it answered last.

    Parameters
    ----------
    open_it
        Opens the account's ledger at a moment.
    denies
        Whether entries are denied while it doesn't answer.
    set_aside
        Moves a damaged store away, so that a new one can be begun.
    last_set_aside
        Says when any bot last did that.
    alert
        Tells the user.

    Attributes
    ----------
    openings
        How often it was opened: another number may mean another file.
    """

    def __init__(
        self,
        open_it: Callable[[datetime], AccountLedger],
        denies: bool,
        set_aside: Callable[[datetime], SetAside | None],
        last_set_aside: Callable[[], datetime | None],
        alert: Callable[[str], None],
    ) -> None:
        self._open_it = open_it
        self._denies = denies
        self._set_aside = set_aside
        self._last_set_aside = last_set_aside
        self._alert = alert
        self.openings = 0
        self._ledger: AccountLedger | None = None
        self._failure: str | None = "it was not opened yet"
        self._unsaved: tuple[str, str] | None = None
        self._unnoted: deque[Callable[[AccountLedger], object]] = deque()

    @property
    def generation(self) -> int | None:
        """Which database of the account this is, counted from 1; None while unknown."""
        return self._ledger.generation if self._ledger is not None else None

    @property
    def damaged_at(self) -> datetime | None:
        """When it was last set aside as damaged, and with it all that it knew; None where it never was."""
        return self._last_set_aside()

    def decide(self) -> Decision | None:
        """Give the denial while the ledger doesn't answer and entries depend on it."""
        return None if self._failure is None else self.denial(self._failure)

    def denial(self, why: str) -> Decision:
        """Give what it means for entries that something of it isn't known."""
        return Decision(not self._denies, Code.LEDGER_UNAVAILABLE, detail=why)

    def load(self, name: str, now: datetime) -> str | None:
        """Read a state; None where there is none or the ledger doesn't answer."""
        return self._attempt(now, lambda ledger: ledger.load_state(name))

    @property
    def answers(self) -> bool:
        """Whether the last attempt succeeded."""
        return self._failure is None

    @property
    def is_up_to_date(self) -> bool:
        """Whether nothing waits to be written."""
        return not self._unnoted and self._unsaved is None

    def save(self, name: str, body: str, now: datetime) -> None:
        """Write a state and what was noted, or keep both for the next attempt."""
        self._unsaved = (name, body)
        self._catch_up(now)

    def note(self, kind: str, code: str, at: datetime, text: str, body: str) -> None:
        """Keep a decision for the next attempt to write.

        Nothing is written here: decisions are taken while trades close, and a ledger that keeps one
        waiting must not hold up an exit.
        """
        self._unnoted.append(lambda ledger: ledger.add_decision(kind, code, at, text, body))

    def note_alert(self, code: str, at: datetime, text: str, body: str) -> None:
        """Keep what a person was told for the next attempt to write; any thread may say it."""
        self._unnoted.append(lambda ledger: ledger.add_alert(code, at, text, body))

    def note_flows(self, flows: Sequence[CashFlow]) -> None:
        """Keep cash flows for the next attempt to write, ahead of the state that counts them as known."""
        if flows:
            self._unnoted.append(lambda ledger: ledger.add_cash_flows(flows))

    def use(self, now: datetime, action: Callable[[AccountLedger], Answer]) -> Answer | None:
        """Try an action; None where the ledger doesn't answer, and then `answers` is False."""
        return self._attempt(now, action)

    def open_requests(self, now: datetime) -> list[RequestRow]:
        """Read what people ask the bot for; none where the ledger doesn't answer."""
        return self._attempt(now, lambda ledger: ledger.open_requests()) or []

    def answer_request(self, number: int, text: str, now: datetime) -> None:
        """Mark a request as taken; it stays open where the ledger doesn't answer."""
        self._attempt(now, lambda ledger: ledger.answer_request(number, now, text))

    def write_notes(self, now: datetime) -> None:
        """Write what was noted and what is left to be saved, or keep it for the next attempt."""
        if not self.is_up_to_date:
            self._catch_up(now)

    def close(self) -> None:
        """Give the connection back."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _catch_up(self, now: datetime) -> None:
        """Write what is kept for this attempt, in order, up to the first failure.

        A note that the store refuses for what it says is told and left out: it must not keep back the rest.
        """
        while self._unnoted:
            try:
                self._attempt(now, self._unnoted[0])
            except ValueError as error:
                logger.exception("A note can't be kept in the ledger.")
                self._alert(f"{Code.RECORD_REFUSED}: a note can't be kept in the ledger: {error}")
            if not self.answers:
                return
            self._unnoted.popleft()
        if self._unsaved is not None:
            name, body = self._unsaved
            self._attempt(now, lambda ledger: ledger.save_state(name, body, now))
            if self.answers:
                self._unsaved = None

    def _attempt(
        self, now: datetime, action: Callable[[AccountLedger], Answer], begins_anew: bool = True
    ) -> Answer | None:
        """Try an action; after a failure the ledger is opened anew at the next attempt.

        Where it is damaged a new one takes its place at once.
        """
        try:
            if self._ledger is None:
                self._ledger = self._open_it(now)
                self.openings += 1
            answer = action(self._ledger)
        except LedgerUnavailable as error:
            self._fail(error)
            if begins_anew and isinstance(error, LedgerDamaged) and self._make_room(now):
                return self._attempt(now, action, begins_anew=False)
            return None
        except ValueError:
            if self._ledger is not None:
                self._failure = None  # it answered; what it refuses is what it was given
            raise
        self._failure = None
        return answer

    def _fail(self, error: LedgerUnavailable) -> None:
        if self._failure != str(error):
            logger.error("%s: %s", Code.LEDGER_UNAVAILABLE, error)
        self._failure = str(error)
        self.close()

    def _make_room(self, now: datetime) -> bool:
        """Move a damaged store away; False where it can't be, or is sound by now."""
        try:
            aside = self._set_aside(now)
        except LedgerUnavailable as error:
            self._fail(error)
            return False
        if aside is None:
            return False
        self._alert(
            f"{Code.LEDGER_DAMAGED}: {aside.reason}; it was set aside as {aside.file}. Trades and orders are "
            "read again from Freqtrade's database; equity samples, decisions and alerts are only in there."
        )
        return True


def ledger_of(
    db_url: str,
    user_data: Path,
    account_id: str,
    fingerprint: Callable[[], str],
    denies: bool,
    alert: Callable[[str], None],
) -> BotLedger:
    """Give the ledger of one account of one bot database."""
    return BotLedger(
        lambda now: open_ledger(
            db_url, user_data, account_id, fingerprint(), now, lock_timeout_seconds=_LOCK_TIMEOUT_SECONDS
        ),
        denies,
        lambda now: set_aside_damaged(db_url, user_data, now),
        lambda: last_set_aside(db_url, user_data),
        alert,
    )
