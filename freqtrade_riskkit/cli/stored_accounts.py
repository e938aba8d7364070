"""Which accounts and generations a store holds, for commands that read one or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from freqtrade_riskkit.cli.own_config import Place
from freqtrade_riskkit.cli.own_generation import generation_meant
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.ledger import AccountRow, LedgerUnavailable, last_used, list_accounts
from freqtrade_riskkit.report.safe_text import visible


@dataclass(frozen=True, slots=True)
class Stored:
    """One generation of one account.

    Attributes
    ----------
    place
        Where its store is.
    row
        Account, generation and when bots opened it.
    generations
        How many the account has.
    note
        Why it isn't certain that it is the one that was meant; None where it is.
    """

    place: Place
    row: AccountRow
    generations: int
    note: str | None = None


def stored_rows(place: Place) -> list[AccountRow]:
    """Give every generation of every account; refused where the store can't be used."""
    try:
        return list_accounts(*place)
    except LedgerUnavailable as error:
        raise Refused(str(error)) from None


def whose_records(rows: Sequence[AccountRow]) -> str:
    """Say of which accounts there are records; where there are none, who begins them."""
    if not rows:
        return "a bot with the kit begins them at its first loop"
    return f"there are records of {', '.join(dict.fromkeys(visible(row.account_id) for row in rows))}"


def one_account(place: Place, account: str, generation: int | None) -> Stored:
    """Find a generation of an account: the one that a bot opened last where none is named.

    Raises
    ------
    Refused
        Where there is no such account or generation, or the store can't be used.
    """
    rows = stored_rows(place)
    own = [row for row in rows if row.account_id == account]
    if not own:
        raise _none_yet(f"account {visible(account)}", rows)
    if generation is None:
        return Stored(place, last_used(own), len(own))
    for row in own:
        if row.generation == generation:
            return Stored(place, row, len(own))
    numbers = ", ".join(str(row.generation) for row in own)
    raise Refused(f"account {visible(account)} has no generation {generation}, it has {numbers}")


def account_of_bot(place: Place, account: str, db_url: str) -> Stored:
    """Find the generation of a bot's database; the one opened last, with a note, where that isn't known.

    Unlike what asks a bot for something, a report may show what an import brought in from another database.

    Raises
    ------
    Refused
        Where there is no such account, or the store can't be used.
    """
    newest = one_account(place, account, None)
    own = [row for row in stored_rows(place) if row.account_id == account]
    try:
        meant = generation_meant(own, db_url)
    except Refused as error:
        number = newest.row.generation
        shown = f"shown is generation {number}, the one opened last; --generation names another"
        return replace(newest, note=f"{error.format_message()}. {shown}")
    return Stored(place, meant.row, len(own), meant.note)


def all_accounts(place: Place) -> list[Stored]:
    """Give each account of a store with the generation that a bot opened last, in the order of names.

    Raises
    ------
    Refused
        Where there is none, or the store can't be used.
    """
    rows = stored_rows(place)
    if not rows:
        raise _none_yet("any account", rows)
    names = dict.fromkeys(row.account_id for row in rows)
    owned = {name: [row for row in rows if row.account_id == name] for name in names}
    return [Stored(place, last_used(own), len(own)) for own in owned.values()]


def _none_yet(whose: str, rows: Sequence[AccountRow]) -> Refused:
    hint = "" if rows else ", riskkit import fills them from a database"
    return Refused(f"no records of {whose} yet; {whose_records(rows)}{hint}")
