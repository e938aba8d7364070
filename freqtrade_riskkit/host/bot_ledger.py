"""The ledger as a running bot uses it: opened when it can be, never in an exit's way."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from freqtrade_riskkit.core.decisions import Code, Decision
from freqtrade_riskkit.ledger import AccountLedger, LedgerUnavailable, open_ledger

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
    """

    def __init__(self, open_it: Callable[[datetime], AccountLedger], denies: bool) -> None:
        self._open_it = open_it
        self._denies = denies
        self._ledger: AccountLedger | None = None
        self._failure: str | None = "it was not opened yet"
        self._unsaved: tuple[str, str] | None = None
        self._unnoted: deque[Callable[[AccountLedger], None]] = deque()

    @property
    def generation(self) -> int | None:
        """Which database of the account this is, counted from 1; None while unknown."""
        return self._ledger.generation if self._ledger is not None else None

    def decide(self) -> Decision | None:
        """Give the denial while the ledger doesn't answer and entries depend on it."""
        if self._failure is None:
            return None
        return Decision(not self._denies, Code.LEDGER_UNAVAILABLE, detail=self._failure)

    def load(self, name: str, now: datetime) -> str | None:
        """Read a state; None where there is none or the ledger doesn't answer."""
        return self._attempt(now, lambda ledger: ledger.load_state(name))

    @property
    def answers(self) -> bool:
        """Whether the last attempt succeeded."""
        return self._failure is None

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

    def close(self) -> None:
        """Give the connection back."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _catch_up(self, now: datetime) -> None:
        """Write what is kept for this attempt, in order, up to the first failure."""
        while self._unnoted:
            self._attempt(now, self._unnoted[0])
            if not self.answers:
                return
            self._unnoted.popleft()
        if self._unsaved is not None:
            name, body = self._unsaved
            self._attempt(now, lambda ledger: ledger.save_state(name, body, now))
            if self.answers:
                self._unsaved = None

    def _attempt(self, now: datetime, action: Callable[[AccountLedger], Answer]) -> Answer | None:
        """Try an action; after a failure the ledger is opened anew at the next attempt."""
        try:
            if self._ledger is None:
                self._ledger = self._open_it(now)
            answer = action(self._ledger)
        except LedgerUnavailable as error:
            if self._failure != str(error):
                logger.error("%s: %s", Code.LEDGER_UNAVAILABLE, error)
            self._failure = str(error)
            self.close()
            return None
        self._failure = None
        return answer


def ledger_of(
    db_url: str, user_data: Path, account_id: str, fingerprint: Callable[[], str], denies: bool
) -> BotLedger:
    """Give the ledger of one account of one bot database."""
    return BotLedger(
        lambda now: open_ledger(
            db_url, user_data, account_id, fingerprint(), now, lock_timeout_seconds=_LOCK_TIMEOUT_SECONDS
        ),
        denies,
    )
