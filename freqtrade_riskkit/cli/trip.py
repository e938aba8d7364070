"""`riskkit trip`: trip an account's breaker by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from freqtrade_riskkit.cli.asked_outcome import Outcome
from freqtrade_riskkit.cli.asking import AskedAccount, ask, checked_wait, find_bot, read_account
from freqtrade_riskkit.cli.options import AsJson, BotDatabase, ConfigFiles, UserDir, WaitSeconds
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.host.flag_file import raise_flag
from freqtrade_riskkit.host.reasons import printable
from freqtrade_riskkit.ledger import LedgerUnavailable, RequestKind


def trip(
    config: ConfigFiles = None,
    userdir: UserDir = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is recorded and shown.")] = "",
    db_url: BotDatabase = None,
    wait: WaitSeconds = 20.0,
    as_json: AsJson = False,
) -> None:
    """Trip an account's breaker by hand: no entries until somebody resets it.

    The bot takes it at its next loop, also one that isn't running yet. Where the ledger can't be reached, the
    flag file is written instead. The exit code is 0 where the bot noticed, 1 where that isn't known yet, and
    2 where nothing could be asked.
    """
    seconds = checked_wait(wait)
    account = read_account(config or [], userdir, db_url)
    why = printable(reason)
    try:
        asked = ask(account, find_bot(account), RequestKind.TRIP, why, None, seconds)
        outcome = Outcome("Trip", account, asked, seconds)
    except Refused as error:
        raise Refused(
            f"{error.format_message()}. When nothing else answers, a flag file trips every bot that looks "
            f"for it: create {account.flag_file}"
        ) from None
    except LedgerUnavailable as error:
        state = _raise_flag(account, why, error)
        outcome = Outcome("Trip", account, None, seconds, state, str(error))
    outcome.tell(as_json=as_json)


def _raise_flag(account: AskedAccount, why: str, error: LedgerUnavailable) -> str:
    try:
        return "written" if raise_flag(account.flag_file, why) else "there already"
    except OSError as failure:
        raise Refused(
            f"{error}; and the flag file {account.flag_file} can't be written: {failure.strerror}"
        ) from None
