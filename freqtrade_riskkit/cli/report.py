"""`riskkit report`: how an account has done, from its records, with no bot needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from freqtrade_riskkit.cli.account_records import Question, read_report, split_unknown
from freqtrade_riskkit.cli.options import AsJson, BotDatabase, ConfigFiles, UserDir
from freqtrade_riskkit.cli.own_config import OwnConfig, read_own_config
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.stored_accounts import Stored, account_of_bot, all_accounts, one_account
from freqtrade_riskkit.cli.verify_store import verify_store
from freqtrade_riskkit.core.trends import Period
from freqtrade_riskkit.report.account_csv import write_csv
from freqtrade_riskkit.report.account_report import AccountReport, to_json
from freqtrade_riskkit.report.account_table import print_account
from freqtrade_riskkit.report.accounts_beside import print_beside


def report(
    config: ConfigFiles = None,
    userdir: UserDir = None,
    account: Annotated[
        str | None, typer.Option("--account", help="Another account of the store than the config's own.")
    ] = None,
    all_of_them: Annotated[
        bool, typer.Option("--all", help="Every account of the store, side by side; never added up.")
    ] = False,
    generation: Annotated[
        int | None,
        typer.Option("--generation", min=1, help="Another bot database of the account than the bot's own."),
    ] = None,
    db_url: BotDatabase = None,
    by: Annotated[Period | None, typer.Option("--by", help="Trends by calendar period (UTC).")] = None,
    last: Annotated[int | None, typer.Option("--last", min=1, help="Only the last N trades.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Trades that closed then or later: 2026-01-31, UTC.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Trades that closed before: 2026-02-28, UTC.")
    ] = None,
    as_json: AsJson = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write a line for each account or period to this file.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check that no record in the store belongs to another account.")
    ] = False,
) -> None:
    """Show how an account has done: every metric of its closed trades, its equity, its trends.

    It reads the records in the ledger and writes nothing but the file of --csv; the bot needn't run. The exit
    code is 0 where all is shown, 1 where --verify finds something or --all has to leave an account out, and 2
    where nothing can be shown.
    """
    now = datetime.now(tz=UTC)
    question = Question(_moment("--since", since), _moment("--until", until), last, by)
    if question.since is not None and question.until is not None and question.since >= question.until:
        raise Refused(f"--since must be before --until, was {since} and {until}")
    if all_of_them and (account is not None or generation is not None):
        raise Refused("--all shows every account, each with its last used generation: leave the others out")
    own = read_own_config(config or [], userdir, db_url)
    if verify:
        named = any(option is not None for option in (csv, account, generation))
        if all_of_them or named or question != Question():
            raise Refused("--verify checks the whole store: it goes with --config, --userdir and --json only")
        raise typer.Exit(verify_store(own.place, now, as_json=as_json))
    left_out: list[str] = []
    with Console(stderr=True).status("Reading the records …"):
        if all_of_them:
            reports, left_out = split_unknown(all_accounts(own.place), question, now)
        else:
            reports = [read_report(_which(own, account, generation), question, now)]
    if not reports:
        raise Refused("; ".join(left_out))
    if csv is not None:
        _write(csv, reports)
    _print(reports, left_out, as_json=as_json, beside=all_of_them)
    if left_out:
        raise typer.Exit(1)


def _which(own: OwnConfig, account: str | None, generation: int | None) -> Stored:
    if account is None and generation is None:
        return account_of_bot(own.place, own.account.name, own.db_url)
    return one_account(own.place, own.account.name if account is None else account, generation)


def _print(reports: Sequence[AccountReport], left_out: Sequence[str], *, as_json: bool, beside: bool) -> None:
    console = Console(highlight=False)
    if as_json and beside:
        accounts = [to_json(report) for report in reports]
        print(json.dumps({"accounts": accounts, "left_out": list(left_out)}, indent=2))
    elif as_json:
        print(json.dumps(to_json(reports[0]), indent=2))
    elif beside:
        print_beside(console, reports)
        for line in left_out:
            console.print(f"Left out: {line}", markup=False)
    else:
        print_account(console, reports[0])


def _write(file: Path, reports: Sequence[AccountReport]) -> None:
    try:
        with file.open("w", encoding="utf-8", newline="") as opened:
            write_csv(opened, reports)
    except OSError as error:
        raise Refused(f"--csv: {file} can't be written: {error.strerror}") from None


def _moment(option: str, text: str | None) -> datetime | None:
    """Read a date or a moment; without a time zone it is UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(
            f"{option} must be a date such as 2026-01-31 or 2026-01-31T12:00, was {text!r}"
        ) from None
