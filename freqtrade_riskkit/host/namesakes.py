"""Tells where another bot keeps records under this bot's account name at the same time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host.bot_ledger import BotLedger
from freqtrade_riskkit.host.bot_state import STATE_NAME

LOOKED_EVERY = timedelta(seconds=30)


class Namesakes:
    """Watches the other generations of the account in the ledger.

    Each generation is another bot database. Those that the account had before stay silent; one that goes on
    recording while this bot runs is another bot. So nobody's clock is compared with another's, and a database
    that was begun anew a moment ago is no other bot.

    Parameters
    ----------
    ledger
        Where to look.
    account_id
        The account.
    alert
        Tells the user, once for each other bot.
    """

    def __init__(self, ledger: BotLedger, account_id: str, alert: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._account_id = account_id
        self._alert = alert
        self._first: dict[int, datetime | None] = {}
        self._told: set[int] = set()
        self._looked_at: datetime | None = None

    def begin_anew(self) -> None:
        """Forget what was seen, for the ledger may be another file."""
        self._first.clear()
        self._looked_at = None

    def look(self, now: datetime) -> None:
        """Look for other bots, where it is time to."""
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < LOOKED_EVERY:
            return
        signs = self._ledger.use(now, lambda ledger: ledger.signs_of_others(STATE_NAME))
        if signs is None:
            return
        self._looked_at = now
        for sign in signs:
            seen = self._first.setdefault(sign.generation, sign.at)
            if sign.at != seen and sign.generation not in self._told:
                self._told.add(sign.generation)
                self._alert(self._text(sign.generation))

    def _text(self, other: int) -> str:
        return (
            f"{Code.ACCOUNT_SHARED}: another bot with a database of its own keeps records as account "
            f"{self._account_id}, too (generation {other}; this bot's is {self._ledger.generation}). "
            "Give each bot its own name, riskkit.account_id or bot_name in its config, and start it again"
        )
