"""A scenario's rounds in several processes, each a fresh interpreter, one after the other.

How its memory is laid out and which seed its hashes have is a process's own: settled when it begins, and the
same in all of its rounds. Either shifts the ratio of two contenders by a percent or so. More rounds in one
process only repeat that shift; more processes average it out.
"""

from __future__ import annotations

import os
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from freqtrade.system import gc_set_threshold

from benchmarks.measure import Measurement, TradesDifferError, measure, together
from benchmarks.progress import Progress
from benchmarks.scenarios import PAIRS, WARM_UP, Scenario
from freqtrade_riskkit.practice import FlatPrices, PracticeServer


class ProcessEndedError(Exception):
    """A process ended before it had measured anything."""


def measure_in_processes(scenario: Scenario, progress: Progress) -> list[Measurement]:
    """Run a scenario's rounds in as many processes as it asks for, and put their figures together.

    Never two at once: they would take each other's cache and clock rate.

    Raises
    ------
    TradesDifferError
        Where a process raised it, or where two processes made different trades.
    ProcessEndedError
        A process was killed, or broke off with an error that it has shown itself.
    """
    return together([_in_process(scenario, number, progress) for number in range(scenario.processes)])


def _in_process(scenario: Scenario, process: int, progress: Progress) -> list[Measurement]:
    """Measure in one new process, which is gone afterwards whatever happens, as are its files."""
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    with TemporaryDirectory(prefix="riskkit-bench-") as root, receiver:
        child = context.Process(
            target=_answer, args=(sender, scenario, process, Path(root), progress), daemon=True
        )
        child.start()
        try:
            sender.close()  # the child has its own; with this one open, its death would go unseen
            answer: list[Measurement] | TradesDifferError = receiver.recv()
        except EOFError:
            child.join()
            told = f"{scenario.name}: process {process + 1} ended with exit code {child.exitcode}"
            raise ProcessEndedError(told) from None
        finally:
            child.kill()  # after an answer it has nothing left to do, after Ctrl-C it may have minutes
            child.join()
    if isinstance(answer, TradesDifferError):
        raise answer
    return answer


def _answer(sender: Connection, scenario: Scenario, process: int, root: Path, progress: Progress) -> None:
    """What the child does: measure, and send what came of it."""
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        sender.send(_measured(scenario, process, root, progress))
    except TradesDifferError as error:
        sender.send(error)


def _end_with_parent() -> None:
    """Wait for the parent's end: where it was killed, nobody else would end a run of minutes."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _measured(scenario: Scenario, process: int, root: Path, progress: Progress) -> list[Measurement]:
    def tell(what: str) -> None:
        progress(f"{scenario.name}, process {process + 1} of {scenario.processes}: {what}")

    gc_set_threshold()  # as the freqtrade command does
    tell("warming up")
    with PracticeServer(FlatPrices(dict.fromkeys(PAIRS, 100.0))) as server:
        overlay = server.overlay()
        measure(WARM_UP, 0, root / "warm-up", overlay, report=lambda what: None)
        return measure(scenario, process, root / "scenario", overlay, tell)
