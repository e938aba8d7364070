"""`riskkit check-config`: what is in force, why, and in money."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from freqtrade_riskkit.cli.account_size import AccountSize, PositionLimits, account_size, position_limits
from freqtrade_riskkit.cli.candle_length import candle
from freqtrade_riskkit.cli.config_in_force import InForce, in_force
from freqtrade_riskkit.cli.config_notes import notes
from freqtrade_riskkit.cli.freqtrade_config import (
    ConfigUnreadable,
    keys_from_environment,
    read_freqtrade_config,
)
from freqtrade_riskkit.cli.options import AsJson, ConfigFiles, UserDir
from freqtrade_riskkit.config import ConfigInvalid, Loaded, load
from freqtrade_riskkit.host.section_check import section_problems


def check_config(
    config: ConfigFiles = None,
    userdir: UserDir = None,
    strategy: Annotated[
        str | None,
        typer.Option("--strategy", "-s", help="Strategy whose timeframe counts where the config has none."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what the riskkit section of a config has in force, why, and in money."""
    try:
        freqtrade = read_freqtrade_config(config or [], userdir)
        trades_on = candle(freqtrade, strategy or freqtrade.get("strategy"))
        loaded = load(freqtrade.get("riskkit"))
        timeframe = None if trades_on is None else trades_on.timeframe
        if problems := section_problems(loaded.config, freqtrade, timeframe):
            raise ConfigInvalid(problems)
    except ConfigUnreadable as error:
        _refuse("Freqtrade's config can't be used:", str(error).splitlines(), as_json)
    except ConfigInvalid as error:
        _refuse(str(error).splitlines()[0], error.problems, as_json)
    account, positions = account_size(freqtrade, loaded.config), position_limits(freqtrade, loaded.config)
    values = tuple(in_force(loaded, account, keys_from_environment()))
    remarks = notes(loaded, freqtrade, account, positions, trades_on)
    if as_json:
        print(json.dumps(_as_data(loaded, account, positions, values, remarks), indent=2))
    else:
        _print(loaded, account, positions, values, remarks)


def _refuse(headline: str, problems: tuple[str, ...] | list[str], as_json: bool) -> NoReturn:
    typer.echo("\n".join([headline, *(f"  {problem}" for problem in problems)]), err=True)
    if as_json:
        print(json.dumps({"problems": list(problems)}, indent=2))
    raise typer.Exit(2)


def _as_data(
    loaded: Loaded,
    account: AccountSize,
    positions: PositionLimits,
    values: tuple[InForce, ...],
    remarks: tuple[str, ...],
) -> dict[str, Any]:
    def finite(number: float | None) -> float | None:
        return number if number is not None and math.isfinite(number) else None

    return {
        "present": loaded.present,
        "mode": loaded.config.mode,
        "account": asdict(account),
        "positions": {
            "effective": finite(positions.effective),
            "effective_high_confidence": finite(positions.high_confidence),
            "decided_by": positions.decided_by or None,
            "limits": {key: finite(limit) for key, limit in positions.limits.items()},
        },
        "values": [asdict(value) for value in values],
        "notes": list(remarks),
    }


def _print(
    loaded: Loaded,
    account: AccountSize,
    positions: PositionLimits,
    values: tuple[InForce, ...],
    remarks: tuple[str, ...],
) -> None:
    console = Console()
    if loaded.present:
        console.print(_table(loaded, values))
        size = "unknown" if account.amount is None else account.money(account.amount)
        console.print(Text(f"Account {account.name}: {size} ({account.origin})"))
        console.print(Text(f"Open positions: {_sentence(loaded, positions)}"))
    for remark in remarks:
        console.print(Text(f"Note: {remark}" if loaded.present else remark))


def _table(loaded: Loaded, values: tuple[InForce, ...]) -> Table:
    """Lay the keys out by section: what nobody set is dim."""
    table = Table(title=f"riskkit: mode {loaded.config.mode}", title_justify="left", header_style="bold")
    for column in ("key", "in force", "why"):
        table.add_column(column, overflow="fold")
    section = ""
    for value in values:
        if value.section != section:
            section = value.section
            table.add_section()
            if section:
                table.add_row(Text(section, style="bold"))
        indent = "  " if section else ""
        style = "dim" if value.source == "default" else ""
        table.add_row(Text(indent + value.name), Text(value.shown), Text(value.why), style=style)
    return table


def _sentence(loaded: Loaded, positions: PositionLimits) -> str:
    if positions.effective is None:
        return "only the strategy's own max_open_trades"
    every = ", ".join(f"{key} {_count(limit)}" for key, limit in positions.limits.items())
    normal = f"at most {_count(positions.effective)}, the smallest of {every}"
    if positions.high_confidence is None:
        return normal
    confidence = loaded.config.entry.high_confidence
    return f"{normal}; {_count(positions.high_confidence)} where the confidence is at least {confidence:g}"


def _count(limit: float) -> str:
    return "unlimited" if math.isinf(limit) else f"{limit:g}"
