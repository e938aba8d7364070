"""`riskkit status`: how an account's breaker stands, from its records, with no bot needed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from freqtrade_riskkit.cli.options import AsJson, BotDatabase, ConfigFiles, UserDir
from freqtrade_riskkit.cli.recorded_breaker import read_standing
from freqtrade_riskkit.report.standing import print_standing, to_json


def status(
    config: ConfigFiles = None,
    userdir: UserDir = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say how each rule works, and what happened so far.")
    ] = False,
    db_url: BotDatabase = None,
    as_json: AsJson = False,
) -> None:
    """Show an account's breaker: its state, and every figure against its limit.

    It reads the records that the bot keeps and writes nothing; the bot needn't run. The exit code is 0 where
    entries may pass, 1 while the breaker is open, and 2 where nothing is known, for instance because no bot
    has recorded anything for this account yet.
    """
    standing = read_standing(config or [], userdir, datetime.now(tz=UTC), explained=explain, db_url=db_url)
    if as_json:
        print(json.dumps(to_json(standing), indent=2))
    else:
        print_standing(Console(highlight=False), standing)
    if standing.is_open:
        raise typer.Exit(1)
