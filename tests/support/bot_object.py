"""Freqtrade's real bot object in a dry-run against the practice exchange, driven loop by loop in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from freqtrade.configuration import Configuration
from freqtrade.enums import RunMode, State
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import Trade

from tests.support.backtest import forget
from tests.support.workspace import Workspace


@contextmanager
def running_bot(
    workspace: Workspace,
    section: Mapping[str, Any] | None,
    *,
    source: str,
    pairs: list[str],
    database: str = "trades.sqlite",
) -> Iterator[FreqtradeBot]:
    """Start a bot on a database of the workspace, and end it; `bot.process()` is one loop."""
    workspace.write_strategies(source)
    config_file = workspace.write_config(
        pairs=pairs,
        timeframe="1h",
        riskkit=section,
        overrides={
            "strategy": "Scripted",
            "force_entry_enable": True,
            "initial_state": "running",
            "db_url": f"sqlite:///{workspace.root / database}",
        },
    )
    arguments = {"config": [str(config_file)], "user_data_dir": str(workspace.user_data)}
    config = Configuration(arguments, RunMode.DRY_RUN).get_config()
    try:
        bot = FreqtradeBot(config)
        try:
            bot.startup()
            assert bot.state is State.RUNNING
            yield bot
        finally:
            bot.cleanup()
    finally:
        Trade.session.remove()
        forget()
