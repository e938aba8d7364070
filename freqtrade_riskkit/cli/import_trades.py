"""`riskkit import`: fill an account's records from a Freqtrade database, with no bot needed."""

from __future__ import annotations

import json
import math
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from freqtrade_riskkit.cli.options import AsJson, ConfigFiles, UserDir
from freqtrade_riskkit.cli.own_config import read_own_config
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.source_database import Source, open_source
from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.host.account_basis import write_facts_once
from freqtrade_riskkit.host.trade_rows import Portion, closed_after, last_closed_at
from freqtrade_riskkit.ledger import (
    AccountFacts,
    AccountLedger,
    LedgerUnavailable,
    RecordRefused,
    TradesPut,
    open_ledger,
)
from freqtrade_riskkit.ledger.account_facts import STATE_NAME
from freqtrade_riskkit.report.safe_text import visible

TRADES_AT_ONCE = 10_000
_QUIET_SECONDS = 2.0
_MOST_LINES = 20


@dataclass(slots=True)
class Imported:
    """What came of an import.

    Attributes
    ----------
    added, changed, unchanged
        Recorded trades, see `freqtrade_riskkit.ledger.TradesPut`.
    left_out
        Why trades could not be recorded, by id.
    first_entry_at
        Entry of the trade that was entered first; None without trades.
    has_facts
        Whether the records say with how much the account began.
    """

    account_id: str
    generation: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: dict[int, str] = field(default_factory=dict)
    first_entry_at: datetime | None = None
    has_facts: bool = False

    def count(self, put: TradesPut) -> None:
        """Add up what came of a portion."""
        self.added += put.added
        self.changed += put.changed
        self.unchanged += put.unchanged

    def see(self, records: list[TradeRecord]) -> None:
        """Learn when the first trade was entered."""
        first = min((record.entry_at for record in records), default=None)
        if first is not None and (self.first_entry_at is None or first < self.first_entry_at):
            self.first_entry_at = first


def import_trades(
    config: ConfigFiles = None,
    userdir: UserDir = None,
    db: Annotated[
        str | None,
        typer.Option("--db", help="Freqtrade's database, a file or a URL; by default the config's."),
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", help="Name of the account; by default the config's.")
    ] = None,
    starting_balance: Annotated[
        float | None,
        typer.Option(
            "--starting-balance",
            help="What the account was worth before its first trade, in stake currency; by default the "
            "config's, which a live bot has none of.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fill an account's records with the closed trades of a Freqtrade database.

    The database is only read; its bot may run or not. Trades that are recorded already stay as they are, or
    take the form that the database has: importing twice changes nothing. A trade that can't be recorded
    truthfully, such as one without a close date or a profit, is left out and named; the exit code is 1 then.
    """
    if starting_balance is not None and not (math.isfinite(starting_balance) and starting_balance > 0):
        raise Refused(f"--starting-balance must be a number above 0, was {starting_balance}")
    own = read_own_config(config or [], userdir)
    size = own.account
    if not size.currency:
        raise Refused("the config names no stake_currency: an account's trades are all in one")
    name = account if account is not None else size.name
    balance = starting_balance if starting_balance is not None else size.amount
    now = datetime.now(tz=UTC)
    with open_source(db if db is not None else own.db_url) as source:
        exchange = str(own.freqtrade.get("exchange", {}).get("name", "")).lower() if account is None else None
        source.refuse_foreign(size.currency, exchange)
        fingerprint = source.fingerprint()
        if fingerprint is None:
            raise Refused(f"{source.label} holds no trades")
        last = last_closed_at(source.connection.execute)
        try:
            ledger = open_ledger(*own.place, name, fingerprint, last or now)
            with closing(ledger):
                imported = _import(source, ledger, now)
                imported.has_facts = _keep_facts(ledger, imported, balance, size.currency, now)
        except (LedgerUnavailable, ValueError) as error:
            raise Refused(str(error)) from None
    if as_json:
        print(json.dumps(_as_data(imported), indent=2))
    else:
        print("\n".join(_lines(imported)))
    if imported.left_out:
        raise typer.Exit(1)


def _import(source: Source, ledger: AccountLedger, now: datetime) -> Imported:
    """Record all closed trades, so many in a transaction; what takes long shows how far it is."""
    imported = Imported(ledger.account_id, ledger.generation)
    total, begun = source.closed_count(), time.monotonic()
    last_id: int | None = None
    shown: tuple[Progress, TaskID] | None = None
    with ExitStack() as at_end:
        while True:
            portion = closed_after(source.connection.execute, ledger.account_id, last_id, TRADES_AT_ONCE)
            if portion.last_id is None:
                return imported
            last_id = portion.last_id
            imported.see(portion.records)
            imported.count(_put(ledger, portion, now))
            imported.left_out |= portion.unreadable
            if shown is None and time.monotonic() - begun > _QUIET_SECONDS:
                bar = at_end.enter_context(Progress(console=Console(stderr=True), transient=True))
                shown = bar, bar.add_task("Importing trades", total=total)
            if shown is not None:
                bar, task = shown
                done = imported.added + imported.changed + imported.unchanged + len(imported.left_out)
                bar.update(task, completed=done)


def _put(ledger: AccountLedger, portion: Portion, now: datetime) -> TradesPut:
    try:
        return ledger.put_trades(portion.records, now)
    except RecordRefused:
        portion.digests()  # moves those that no ledger can take to the unreadable ones
        return ledger.put_trades(portion.records, now)


def _keep_facts(
    ledger: AccountLedger, imported: Imported, balance: float | None, currency: str, now: datetime
) -> bool:
    if balance is not None and balance > 0 and imported.first_entry_at is not None:
        write_facts_once(ledger, AccountFacts(balance, currency, imported.first_entry_at), now)
    return ledger.load_state(STATE_NAME) is not None


def _lines(imported: Imported) -> list[str]:
    lines = [
        f"account {visible(imported.account_id)}, generation {imported.generation}: {imported.added} "
        f"trades added, {imported.changed} changed, {imported.unchanged} unchanged, "
        f"{len(imported.left_out)} left out"
    ]
    reasons = [visible(reason) for reason in imported.left_out.values()]
    lines += [f"left out: {reason}" for reason in reasons[:_MOST_LINES]]
    if len(reasons) > _MOST_LINES:
        lines.append(f"… and {len(reasons) - _MOST_LINES} more (--json names them all)")
    if not imported.has_facts:
        lines.append(
            "The records don't say with how much the account began: start its bot once, or import again with "
            "--starting-balance."
        )
    return lines


def _as_data(imported: Imported) -> dict[str, object]:
    return {
        "account_id": imported.account_id,
        "generation": imported.generation,
        "added": imported.added,
        "changed": imported.changed,
        "unchanged": imported.unchanged,
        "left_out": {str(trade_id): reason for trade_id, reason in imported.left_out.items()},
        "has_facts": imported.has_facts,
    }
