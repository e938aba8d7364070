"""`riskkit demo`: what the kit changes, shown on real candles by the real Freqtrade."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from freqtrade_riskkit.cli.demo.backtest import STRATEGY, arguments, backtest
from freqtrade_riskkit.cli.demo.folder import DemoFolder, prepare
from freqtrade_riskkit.cli.demo.outcome import Outcome, read_outcome
from freqtrade_riskkit.cli.interruption import Interrupted, interruptions
from freqtrade_riskkit.cli.options import AsJson
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.practice import CandleFolder, PracticeError, PracticeServer
from freqtrade_riskkit.report.backtest_table import describe_trip, print_backtest
from freqtrade_riskkit.report.run_result import to_json
from freqtrade_riskkit.report.side_by_side import difference, print_side_by_side

CRASH_DAY = "2024-08-05"
RUNS = {"off": "without the kit", "on": "with the kit"}
SETTINGS = (
    "The kit runs at its defaults, save two: a drawdown trip and the second trip within 24 hours wait for "
    "a person, and nobody is there in a backtest. In kit-on.json the first ends after a day, the second like "
    "any other. Entries that an open breaker's lock keeps away count as denials too. A breaker limits "
    "bad days; it makes no losing strategy win."
)


@dataclass(frozen=True, slots=True)
class Demo:
    """A finished demo.

    Attributes
    ----------
    as_shipped
        Whether configs and strategy are the shipped ones.
    port
        Where the practice exchange was.
    outcomes
        By run, `off` and `on`.
    """

    folder: DemoFolder
    as_shipped: bool
    port: int
    outcomes: dict[str, Outcome]


def demo(
    directory: Annotated[
        Path, typer.Option("--dir", help="Folder to work in: a new one, or that of an earlier demo.")
    ] = Path("riskkit-demo"),
    as_json: AsJson = False,
) -> None:
    """Backtest a dip buyer through 2024 with the real Freqtrade, without the kit and with it.

    It trades the shipped hourly candles of BTC/USDT and ETH/USDT against a practice exchange on this
    machine: no keys, no internet. Configs and strategy are copied into the folder; change them there and run
    the demo again to see what comes of it.
    """
    progress = Console(stderr=True, highlight=False)
    try:
        with interruptions():
            done = _run(directory, progress)
    except PracticeError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror or error}") from error
    except Interrupted as interruption:
        print("riskkit demo: interrupted; nothing is left running", file=sys.stderr)
        raise typer.Exit(interruption.exit_code) from None
    if as_json:
        print(json.dumps(_as_data(done), indent=2))
    else:
        _print(Console(highlight=False), done)


def _run(directory: Path, progress: Console) -> Demo:
    folder, changed = prepare(directory, tuple(RUNS))
    for file in changed:
        progress.print(f"{escape(str(file))} is not as it is shipped: it is used as it stands.")
    outcomes = {}
    with PracticeServer(CandleFolder()) as exchange:
        folder.write_overlay(exchange.overlay())
        for run, name in RUNS.items():
            with _step(progress, f"Freqtrade backtests 2024 {name}"):
                outcomes[run] = read_outcome(backtest(folder, run), STRATEGY, name)
        if outcomes["on"].kit is None and not changed:
            raise Refused(f"the kit left no result of its own; what Freqtrade said is in {folder.log('on')}")
        return Demo(folder, not changed, exchange.port, outcomes)


@contextmanager
def _step(progress: Console, what: str) -> Iterator[None]:
    started = time.monotonic()
    with progress.status(f"{what} …"):
        yield
    progress.print(f"{what}: {time.monotonic() - started:.0f} s")


def _print(console: Console, done: Demo) -> None:
    plain, guarded = done.outcomes["off"], done.outcomes["on"]
    title = f"{STRATEGY} on BTC/USDT and ETH/USDT, 1h, 2024"
    print_side_by_side(console, [plain.figures, guarded.figures], CRASH_DAY, title)
    for sentence in difference(plain.figures, guarded.figures, CRASH_DAY):
        console.print(f"• {sentence}")
    if guarded.kit is None:
        console.print("The kit left no result of its own, as with mode off.")
    else:
        for trip in guarded.kit.trips:
            if f"{trip.at:%Y-%m-%d}" == CRASH_DAY:
                console.print(f"• {describe_trip(trip, guarded.kit)}")
        print_backtest(console, {STRATEGY: guarded.kit})
    if done.as_shipped:
        console.print(f"{SETTINGS}\n")
    for label, file in _files(done):
        console.print(f"{label}: {escape(str(file))}", soft_wrap=True)
    console.print("\nTo repeat a run by hand:")
    for line in _by_hand(done):
        console.print(f"  {escape(line)}", soft_wrap=True)


def _files(done: Demo) -> Iterator[tuple[str, Path]]:
    folder = done.folder
    yield "Strategy", folder.strategy
    yield "Config of both runs", folder.config
    for run, name in RUNS.items():
        outcome = done.outcomes[run]
        yield f"Config {name}", folder.kit_config(run)
        yield f"Result {name}", outcome.result_file
        if outcome.kit_file is not None:
            yield "The kit's part of it", outcome.kit_file
        yield f"Freqtrade's log {name}", folder.log(run)


def _by_hand(done: Demo) -> tuple[str, str]:
    return (
        shlex.join(["riskkit", "practice", "--port", str(done.port)]) + " &",
        shlex.join(["freqtrade", *arguments(done.folder, "on")]),
    )


def _as_data(done: Demo) -> dict[str, Any]:
    folder = done.folder
    return {
        "strategy": STRATEGY,
        "folder": str(folder.root),
        "runs": {
            run: {
                **asdict(outcome.figures),
                "result_file": str(outcome.result_file),
                "config": str(folder.kit_config(run)),
                "log": str(folder.log(run)),
                "riskkit_file": None if outcome.kit_file is None else str(outcome.kit_file),
                "riskkit": None if outcome.kit is None else to_json(outcome.kit),
            }
            for run, outcome in done.outcomes.items()
        },
    }
