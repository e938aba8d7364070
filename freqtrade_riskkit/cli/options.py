"""Options that several commands take, worded once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFiles = Annotated[
    list[str] | None,
    typer.Option("--config", "-c", help="Freqtrade config; give it again to lay one over another."),
]
UserDir = Annotated[
    Path | None, typer.Option("--userdir", "--user-data-dir", help="Freqtrade's user data directory.")
]
BotDatabase = Annotated[
    str | None,
    typer.Option(
        "--db-url",
        help="Freqtrade's database, where the bot was started with this option; else the config's.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
WaitSeconds = Annotated[float, typer.Option("--wait", help="Seconds to wait until the bot noticed.")]
