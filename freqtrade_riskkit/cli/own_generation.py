"""Which generation of an account a command means: that of the database that its config's bot trades with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.source_database import read_mark
from freqtrade_riskkit.ledger import AccountRow
from freqtrade_riskkit.report.safe_text import visible

OWN_NAMES = "where bots share its name, give each its own riskkit.account_id or bot_name and start it again"


@dataclass(frozen=True, slots=True)
class Meant:
    """A generation of an account, and how it was found.

    Attributes
    ----------
    row
        The generation.
    note
        Why it isn't certain that it belongs to the config's bot; None where the bot's database says so.
    """

    row: AccountRow
    note: str | None = None


def generation_meant(rows: Sequence[AccountRow], db_url: str) -> Meant:
    """Find the generation of a bot's database; the only one there is where that can't be read.

    Parameters
    ----------
    rows
        Every generation of one account; one at least.
    db_url
        Freqtrade's database.

    Raises
    ------
    Refused
        Where the database is another one than those of the account, or can't be read and several may be
        meant: another bot must never be taken for this one.
    """
    account = f"account {visible(rows[0].account_id)}"
    try:
        database = read_mark(db_url)
    except Refused as error:
        trouble = error.format_message()
        if len(rows) == 1:
            return Meant(rows[0], f"{trouble}: the only generation of {account} was taken")
        raise Refused(
            f"{trouble}, and {account} has {len(rows)} generations ({_list(rows)}), each of another "
            f"database: name the bot's with --db-url, or run this where the bot was started; {OWN_NAMES}"
        ) from None
    for row in rows:
        if row.fingerprint == database.fingerprint:
            return Meant(row)
    raise Refused(
        f"no records of {account} are of {visible(database.label)}; what there is (generation {_list(rows)}) "
        f"is of another database: if the bot trades with that one, name it with --db-url; {OWN_NAMES}"
    )


def _list(rows: Sequence[AccountRow]) -> str:
    return ", ".join(f"{row.generation} opened {row.last_opened_at:%Y-%m-%d %H:%M} UTC" for row in rows)
