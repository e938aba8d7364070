"""The `riskkit` command: its subcommands, its exit codes, and errors on one line.

A command's module is imported when that command is called, for some of them import Freqtrade, which takes
seconds. The others are then only names with a line of help.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer

from freqtrade_riskkit.version import __version__

PROGRAM = "riskkit"
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One subcommand.

    Attributes
    ----------
    module, function
        Where the function is that does the work.
    help
        Its first line of help, so that a list of all commands imports none.
    """

    module: str
    function: str
    help: str

    def load(self) -> Callable[..., Any]:
        """Import the function."""
        found: Callable[..., Any] = getattr(import_module(self.module), self.function)
        return found


COMMANDS = {
    "demo": Subcommand(
        "freqtrade_riskkit.cli.demo.command",
        "demo",
        "Backtest a dip buyer through 2024 with the real Freqtrade, without the kit and with it.",
    ),
    "check-config": Subcommand(
        "freqtrade_riskkit.cli.check_config",
        "check_config",
        "Show what the riskkit section of a config has in force, why, and in money.",
    ),
    "schema": Subcommand(
        "freqtrade_riskkit.cli.schema",
        "schema",
        "Print the JSON schema of the riskkit section, for editors.",
    ),
    "practice": Subcommand(
        "freqtrade_riskkit.cli.practice",
        "practice",
        "Serve a practice exchange on this machine: Binance's spot REST interface, with no real money in it.",
    ),
    "wrap": Subcommand(
        "freqtrade_riskkit.cli.wrap",
        "wrap",
        "Write a small subclass file that puts the kit in front of a strategy, which stays as it is.",
    ),
    "status": Subcommand(
        "freqtrade_riskkit.cli.status",
        "status",
        "Show an account's breaker: its state, and every figure against its limit.",
    ),
    "report": Subcommand(
        "freqtrade_riskkit.cli.report",
        "report",
        "Show how an account has done: every metric of its closed trades, its equity, its trends.",
    ),
    "import": Subcommand(
        "freqtrade_riskkit.cli.import_trades",
        "import_trades",
        "Fill an account's records with the closed trades of a Freqtrade database.",
    ),
    "trip": Subcommand(
        "freqtrade_riskkit.cli.trip",
        "trip",
        "Trip an account's breaker by hand: no entries until somebody resets it.",
    ),
    "reset": Subcommand(
        "freqtrade_riskkit.cli.reset",
        "reset",
        "Reset an account's breaker by hand: its trips end, no cooldown follows, and losses count anew.",
    ),
}


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process: 0 fine, 1 a finding, 2 a usage or config error."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    called = next((word for word in arguments if not word.startswith("-")), None)
    try:
        answer = application(called)(arguments, prog_name=PROGRAM, standalone_mode=False)
    except typer.TyperException as error:
        name = f"{PROGRAM} {called}" if called in COMMANDS else PROGRAM
        print(f"{name}: {' '.join(error.format_message().split())}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(answer if isinstance(answer, int) else 0)


def application(called: str | None = None) -> typer.Typer:
    """Build the application with the one command that is called; the others only by name and help."""
    app = typer.Typer(
        add_completion=False,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    app.callback()(_outermost)
    for name, command in COMMANDS.items():
        if name == called:
            app.command(name)(command.load())
        else:
            app.command(name, help=command.help)(_not_called)
    return app


def _not_called() -> None:
    """Stand in for a command that only the list of commands needs."""


def _outermost(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Risk management for the Freqtrade trading bot."""
    if version:
        print(f"{PROGRAM} {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())
