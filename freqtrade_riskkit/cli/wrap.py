"""`riskkit wrap`: a subclass file with the mixin, so that the strategy itself is never edited."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from freqtrade_riskkit.cli.options import ConfigFiles, UserDir
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.strategy_file import find_strategy, search_settings
from freqtrade_riskkit.cli.wrapper_file import write_wrapper


def wrap(
    strategy: Annotated[str, typer.Argument(help="Class name of the strategy, as Freqtrade's --strategy.")],
    config: ConfigFiles = None,
    userdir: UserDir = None,
    strategy_path: Annotated[
        Path | None, typer.Option("--strategy-path", help="A further folder to find the strategy in.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
) -> None:
    """Write a small subclass file that puts the kit in front of a strategy, which stays as it is.

    The file lies beside the strategy's own and follows every update of it. Where the strategy has a file of
    hyperopt parameters, its values are copied for the subclass.
    """
    if not strategy.isidentifier():
        raise Refused(f"a strategy is named by its class, such as MyStrategy, was {strategy}")
    settings = search_settings(config or [], userdir, strategy_path)
    found = find_strategy(strategy, settings)
    written = write_wrapper(found, settings, force=force)
    print(f"{written.file} holds {written.name}: {strategy} behind the risk kit.")
    if written.parameters is not None:
        print(
            f"{written.parameters.name} has the parameters of {found.file.with_suffix('.json').name}; "
            "wrap again with --force when those change."
        )
    where = f" --strategy-path {shlex.quote(str(strategy_path))}" if strategy_path is not None else ""
    print(f"Give it to Freqtrade as --strategy {written.name}{where}")
