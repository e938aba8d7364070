"""How a command asks an account's bot for something through its ledger, and waits until it was noticed."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from freqtrade_riskkit.cli.own_config import Place, read_own_config
from freqtrade_riskkit.cli.own_generation import Meant, generation_meant
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.stored_accounts import whose_records
from freqtrade_riskkit.core.breaker import RuleName
from freqtrade_riskkit.ledger import (
    AccountLedger,
    LedgerUnavailable,
    RequestKind,
    RequestRow,
    list_accounts,
    open_recorded,
)
from freqtrade_riskkit.report.safe_text import visible

_POLL_SECONDS = 0.2
_LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class AskedAccount:
    """The account of a config, as far as asking its bot needs it.

    Attributes
    ----------
    name
        Name of the account in the ledger.
    place
        Where the ledger is.
    db_url
        The database that its bot trades with.
    flag_file
        The flag file that trips the account's breaker.
    is_observed
        Whether the bot only records what it would do.
    """

    name: str
    place: Place
    db_url: str
    flag_file: Path
    is_observed: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and what is known of it at the end of the wait.

    Attributes
    ----------
    row
        As it stands in the ledger.
    meant
        Whose bot it is for.
    trouble
        Why nobody knows whether it was taken; None where the ledger answered.
    """

    row: RequestRow
    meant: Meant
    trouble: str | None = None


def read_account(configs: Sequence[str], userdir: Path | None, db_url: str | None) -> AskedAccount:
    """Find the account of a config.

    Raises
    ------
    Refused
        Where the config can't be read, or switches the breaker off.
    """
    own = read_own_config(configs, userdir, db_url)
    section = own.section
    if section.circuit_breaker is None:
        raise Refused('the config has no breaker: write "circuit_breaker": {} in its section riskkit')
    if section.mode == "off":
        raise Refused("riskkit.mode is off: the kit does nothing, and no breaker holds")
    return AskedAccount(
        name=own.account.name,
        place=own.place,
        db_url=own.db_url,
        flag_file=own.user_data / section.circuit_breaker.manual.flag_file,
        is_observed=section.mode == "observe",
    )


def find_bot(account: AskedAccount) -> Meant:
    """Find the records of the bot that is to be asked.

    Raises
    ------
    Refused
        Where no bot has kept records of the account yet, or they may be another bot's.
    LedgerUnavailable
        Where the ledger can't be read.
    """
    rows = list_accounts(*account.place)
    own = [row for row in rows if row.account_id == account.name]
    if not own:
        raise Refused(f"no records of account {visible(account.name)} yet; {whose_records(rows)}")
    return generation_meant(own, account.db_url)


def ask(
    account: AskedAccount,
    meant: Meant,
    kind: RequestKind,
    text: str,
    rule: RuleName | None,
    wait_seconds: float,
) -> Asked:
    """Write a request and wait until the bot took it.

    Raises
    ------
    LedgerUnavailable
        Where the request can't be written.
    """
    with closing(open_recorded(*account.place, meant.row, to_ask=True)) as ledger:
        number = ledger.add_request(kind, datetime.now(UTC), text, rule)
        return _wait(ledger, meant, number, wait_seconds)


def checked_wait(seconds: float) -> float:
    """Give a time to wait; refused where it isn't 0 to 3600 seconds."""
    if not (math.isfinite(seconds) and 0 <= seconds <= _LONGEST_WAIT):
        raise Refused(f"--wait must be 0 to {_LONGEST_WAIT:.0f} seconds, was {seconds:g}")
    return seconds


def _wait(ledger: AccountLedger, meant: Meant, number: int, wait_seconds: float) -> Asked:
    """Look again and again until the bot took the request, the time is over, or the ledger stays silent."""
    deadline = time.monotonic() + wait_seconds
    found = Asked(_row(ledger, number), meant)
    with Console(stderr=True).status(f"Waiting up to {wait_seconds:g} s for the bot …"):
        while found.row.taken_at is None and time.monotonic() < deadline:
            time.sleep(min(_POLL_SECONDS, max(0.0, deadline - time.monotonic())))
            try:
                found = Asked(_row(ledger, number), meant)
            except LedgerUnavailable as error:
                found = Asked(found.row, meant, str(error))
    return found


def _row(ledger: AccountLedger, number: int) -> RequestRow:
    row = ledger.request(number)
    if row is None:
        raise LedgerUnavailable(f"ledger: the request {number} is gone")
    return row
