"""`riskkit reset`: let an account's breaker go by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from freqtrade_riskkit.cli.asked_outcome import Outcome
from freqtrade_riskkit.cli.asking import AskedAccount, ask, checked_wait, find_bot, read_account
from freqtrade_riskkit.cli.options import AsJson, BotDatabase, ConfigFiles, UserDir, WaitSeconds
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.core.breaker import RuleName
from freqtrade_riskkit.host.flag_file import FlagKept, lower_flag
from freqtrade_riskkit.ledger import LedgerUnavailable, RequestKind


def reset(
    config: ConfigFiles = None,
    userdir: UserDir = None,
    rule: Annotated[
        RuleName | None, typer.Option("--rule", help="Only the trip of this rule; all by default.")
    ] = None,
    db_url: BotDatabase = None,
    wait: WaitSeconds = 20.0,
    as_json: AsJson = False,
) -> None:
    """Reset an account's breaker by hand: its trips end, no cooldown follows, and losses count anew.

    It ends what is tripped when it is asked for, and takes the flag file away; a trip that comes later stays.
    The exit code is 0 where the bot noticed, also where nothing was tripped, 1 where that isn't known yet,
    and 2 where nothing could be asked.
    """
    seconds = checked_wait(wait)
    account = read_account(config or [], userdir, db_url)
    lowers = rule in (None, RuleName.MANUAL)
    flag: str | None = None
    try:
        meant = find_bot(account)
        flag = _lower_flag(account) if lowers else None
        asked = ask(account, meant, RequestKind.RESET, "", rule, seconds)
    except LedgerUnavailable as error:
        flag = flag or (_lower_flag(account) if lowers else None)
        also = f" (flag file {account.flag_file}: {flag})" if flag is not None else ""
        raise Refused(
            f"{error}{also}; deleting the breaker's lock in FreqUI or Telegram resets it too"
        ) from None
    Outcome("Reset", account, asked, seconds, flag).tell(as_json=as_json)


def _lower_flag(account: AskedAccount) -> str | None:
    try:
        return "removed" if lower_flag(account.flag_file) else None
    except FlagKept as error:
        return f"left where it is, and trips the breaker on ({error})"
    except OSError as error:
        return f"can't be removed from here ({error.strerror}), the bot tries to"
