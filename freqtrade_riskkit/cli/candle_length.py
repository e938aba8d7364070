"""How long the bot's candles are: by the config, else by the strategy's file, which is read and not run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freqtrade.exchange import timeframe_to_minutes

from freqtrade_riskkit.cli.freqtrade_config import ConfigUnreadable
from freqtrade_riskkit.cli.strategy_file import search_folders

_TIMEFRAME = re.compile(r"[1-9]\d{0,3}[mhdwM]")


@dataclass(frozen=True, slots=True)
class Candle:
    """
    The candle that a bot trades on.

    Parameters
    ----------
    timeframe
        As Freqtrade writes it, ``4h``.
    minutes
        The same in minutes.
    """

    timeframe: str
    minutes: int


def candle(freqtrade: Mapping[str, Any], strategy: str | None) -> Candle | None:
    """
    Find the candle that a bot will trade on.

    Parameters
    ----------
    freqtrade
        Freqtrade's config; its timeframe wins over the strategy's, as at a start.
    strategy
        Name of the strategy's class, None where nobody named one.

    Returns
    -------
    Candle | None
        None where the config names no timeframe and the strategy's can't be read off its file: there is
        no such file, or its timeframe is more than a plain text.

    Raises
    ------
    ConfigUnreadable
        If the config's timeframe is none.
    """
    written = freqtrade.get("timeframe")
    if written:
        found = _parsed(str(written))
        if found is None:
            raise ConfigUnreadable(
                f'timeframe must be one of Freqtrade\'s like "5m" or "4h", was "{written}"'
            )
        return found
    if not strategy:
        return None
    folders = search_folders(
        {
            "user_data_dir": freqtrade["user_data_dir"],
            "strategy_path": freqtrade.get("strategy_path"),
            "recursive_strategy_search": bool(freqtrade.get("recursive_strategy_search")),
        }
    )
    timeframe = _timeframe_of(strategy, [folder for folder in folders if folder.is_dir()], set())
    return _parsed(timeframe) if timeframe else None


def _parsed(timeframe: str) -> Candle | None:
    return Candle(timeframe, timeframe_to_minutes(timeframe)) if _TIMEFRAME.fullmatch(timeframe) else None


def _timeframe_of(name: str, folders: Sequence[Path], seen: set[str]) -> str | None:
    """Read a class's timeframe, or the first that its bases have."""
    if name in seen:
        return None
    seen.add(name)
    for found in _classes(name, folders):
        for statement in found.body:
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id="timeframe")], value=ast.Constant(value=str(timeframe)))
                    | ast.AnnAssign(target=ast.Name(id="timeframe"), value=ast.Constant(value=str(timeframe)))
                ):
                    return timeframe
        for base in found.bases:
            if isinstance(base, ast.Name) and (inherited := _timeframe_of(base.id, folders, seen)):
                return inherited
    return None


def _classes(name: str, folders: Sequence[Path]) -> Iterator[ast.ClassDef]:
    """Find a class by its name; a file that isn't Python has none."""
    for folder in folders:
        for file in sorted(folder.glob("*.py")):
            text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            if f"class {name}" in text:
                yield from _defined(name, text)


def _defined(name: str, text: str) -> list[ast.ClassDef]:
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    return [node for node in module.body if isinstance(node, ast.ClassDef) and node.name == name]
