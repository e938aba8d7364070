"""The ways into the store: for the bot of an account, for a look at one, or to list whose rows it holds."""

from __future__ import annotations

import os
from datetime import datetime

from freqtrade_riskkit.ledger.account import AccountLedger
from freqtrade_riskkit.ledger.errors import LedgerUnavailable
from freqtrade_riskkit.ledger.generations import AccountRow, open_generation, read_accounts
from freqtrade_riskkit.ledger.inputs import aware, short
from freqtrade_riskkit.ledger.migrate import ensure_schema
from freqtrade_riskkit.ledger.place import locate
from freqtrade_riskkit.ledger.store import LOCK_TIMEOUT_SECONDS, Store, store_for_a_look
from freqtrade_riskkit.ledger.version import schema_version

_TAKES_REQUESTS = "0002"
"""The schema that brought requests."""


def open_ledger(
    db_url: str,
    base_dir: str | os.PathLike[str],
    account_id: str,
    fingerprint: str,
    now: datetime,
    *,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
) -> AccountLedger:
    """Open the store for one account; create or upgrade it where needed.

    Parameters
    ----------
    db_url, base_dir
        Where the store is, see `freqtrade_riskkit.ledger.place.locate`. The folder of an SQLite file is
        made if it is missing.
    account_id
        The account; any text that isn't blank, up to 200 characters, compared character by character.
    fingerprint
        What the bot's own database is known by. One never seen for this account opens a new generation,
        numbered one higher than the last; one seen before leads back to its generation.
    now
        The time of opening; aware.
    lock_timeout_seconds
        How long each call waits for another process's lock before it raises; above 0.

    Raises
    ------
    LedgerUnavailable
        The store can't be used; its subclass `LedgerUrlInvalid` where only another URL helps.
    ValueError
        A naive time; an account or fingerprint that is blank, too long, or can't be stored.
    """
    moment = aware("now", now)
    short("account_id", account_id)
    short("fingerprint", fingerprint)
    if not lock_timeout_seconds > 0:
        raise ValueError(f"lock_timeout_seconds must be above 0, was {lock_timeout_seconds}")
    store = Store(locate(db_url, base_dir), lock_timeout_seconds)
    try:
        ensure_schema(store)
        generation = open_generation(store, account_id, fingerprint, moment)
    except BaseException:
        store.close()
        raise
    return AccountLedger(store, account_id, generation)


def open_recorded(
    db_url: str, base_dir: str | os.PathLike[str], row: AccountRow, *, to_ask: bool = False
) -> AccountLedger:
    """Open the generation of an account that `list_accounts` has named, for a look or to ask its bot.

    Opening creates and changes nothing.

    Parameters
    ----------
    to_ask
        True refuses a store that an older kit keeps: its bot would never see a request.

    Raises
    ------
    LedgerUnavailable
        The store can't be used, is gone by now, or an older kit keeps it, which takes no requests.
    """
    store = store_for_a_look(db_url, base_dir)
    if store is None:
        raise LedgerUnavailable(f"ledger: there is no {locate(db_url, base_dir).label} any more")
    try:
        if to_ask:
            _refuse_older(store)
    except BaseException:
        store.close()
        raise
    return AccountLedger(store, row.account_id, row.generation)


def list_accounts(db_url: str, base_dir: str | os.PathLike[str]) -> list[AccountRow]:
    """Return the accounts of a store and their generations, sorted; creates and changes nothing.

    A store that doesn't exist yet holds no accounts.

    Raises
    ------
    LedgerUnavailable
        The store can't be used, or a newer kit has written it.
    """
    store = store_for_a_look(db_url, base_dir)
    if store is None:
        return []
    try:
        return read_accounts(store)
    finally:
        store.close()


def _refuse_older(store: Store) -> None:
    action = "ask the bot"
    with store.reading(action) as connection:
        version = schema_version(store, action, connection)
    if version is None or version < _TAKES_REQUESTS:
        raise store.unavailable(
            action,
            f"its schema is {version}, so an older freqtrade-riskkit keeps it, which takes no requests; "
            "restart the bot with this one",
        )
