"""A process that has imported Freqtrade, and becomes a bot by forking: half of a bot's start is its imports.

It runs nothing before it forks, so that a bot begins as `python -m freqtrade` does; only the seed of its
hashes and its environment are those of the process. Each test process has one of it, for all its bots that
need no environment of their own.
"""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import functools
import json
import os
import runpy
import select
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.support.command import clean_environment

_MODULES = (
    *("freqtrade.main", "freqtrade.commands.trade_commands", "freqtrade.worker", "freqtrade.freqtradebot"),
    *("freqtrade.rpc.api_server.webserver", "freqtrade.resolvers", "ccxt.async_support", "ccxt.pro"),
    *("sqlalchemy.dialects.sqlite", "freqtrade_riskkit"),
)
_REPOSITORY = Path(__file__).parents[2]
CAN_FORK = hasattr(os, "pidfd_open")
"""Whether the end of a process can be seen that isn't one's own child: Linux."""
_END_SECONDS = 30
UNSEEN = -1000
"""Exit code of a process whose end nobody saw."""


class Preloaded:
    """The process to fork from, and the way to ask it.

    It is in a session of its own, so that Ctrl-C doesn't end it before its bots; the test process's end does.

    Parameters
    ----------
    environment
        Of the process and of all that it becomes.

    Attributes
    ----------
    is_usable
        False once a question was left without its answer: what comes next would answer that one.
    """

    def __init__(self, **environment: str) -> None:
        self._here, there = socket.socketpair()
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(there.fileno())],
                cwd=_REPOSITORY,
                env=clean_environment(environment),
                stdin=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                start_new_session=True,
            )
        self._answers = self._here.makefile("r", encoding="utf-8")
        self.is_usable = True

    def run(self, arguments: list[str], cwd: Path, log_file: Path) -> Forked:
        """Fork, and run ``freqtrade`` in a session of its own; what it prints goes to the end of a file."""
        pid = self._ask({"arguments": arguments, "cwd": str(cwd), "log_file": str(log_file)})
        return Forked(self, pid)

    def exit_code(self, pid: int) -> int:
        """Give the exit code of a forked process that has ended, negative for a signal; or `UNSEEN`."""
        try:
            return os.waitstatus_to_exitcode(self._ask({"ended": pid})) if self.is_usable else UNSEEN
        except OSError:
            return UNSEEN

    def close(self) -> None:
        """End the process; what was forked lives on."""
        self.is_usable = False
        self._answers.close()
        self._here.close()
        self._process.wait()

    def _ask(self, request: dict[str, Any]) -> int:
        answered, self.is_usable = False, False
        try:
            self._here.sendall(json.dumps(request).encode() + b"\n")
            answer = self._answers.readline()
            answered = bool(answer)
        finally:
            self.is_usable = answered
        if not answered:
            raise ConnectionError("the process to fork bots from has ended")
        return int(answer)


class Forked:
    """A process that was forked; it has of `subprocess.Popen` what a bot needs.

    Attributes
    ----------
    pid
        Its number, and that of its session and group.
    returncode
        Its exit code, negative for a signal; None where it was not seen to have ended yet.
    """

    def __init__(self, origin: Preloaded, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._origin = origin
        self._handle = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Give the exit code where it has ended."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends and give its exit code."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        return code

    def _look(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._handle], [], [], seconds)[0]:
            self.returncode = self._origin.exit_code(self.pid)
            os.close(self._handle)
        return self.returncode


def preloaded(**environment: str) -> Preloaded:
    """Give the process to fork from with such an environment; it ends with this one."""
    process = _first(**environment)
    if not process.is_usable:
        _first.cache_clear()
        process = _first(**environment)
    return process


@functools.cache
def _first(**environment: str) -> Preloaded:
    process = Preloaded(**environment)
    atexit.register(process.close)
    return process


def _serve(channel: socket.socket) -> None:
    for module in _MODULES:
        __import__(module)
    with channel, channel.makefile("r", encoding="utf-8") as requests:
        request = _in_a_child(channel, requests)
    if request is not None:
        _become(**request)


def _in_a_child(channel: socket.socket, requests: Iterable[str]) -> dict[str, Any] | None:
    """Answer requests until a process is forked; give that one what it was asked for, None at the end."""
    with contextlib.suppress(ConnectionError):
        for line in requests:
            request: dict[str, Any] = json.loads(line)
            answer = os.waitpid(request["ended"], 0)[1] if "ended" in request else _fork()
            if not answer and "ended" not in request:
                return request
            channel.sendall(f"{answer}\n".encode())
    return None


def _fork() -> int:
    """Fork; the parent goes on once the child leads a session of its own and can be killed with its group."""
    ready, done = os.pipe()
    pid = os.fork()
    if not pid:
        os.setsid()
        os.close(ready)
        os.close(done)
        return 0
    os.close(done)
    os.read(ready, 1)  # until the other end is closed
    os.close(ready)
    return pid


def _become(arguments: list[str], cwd: str, log_file: str) -> None:
    """Be what a new process with these arguments would be."""
    os.chdir(cwd)
    log = os.open(log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    sys.path[0] = cwd
    sys.argv = ["freqtrade", *arguments]
    try:
        runpy.run_module("freqtrade", run_name="__main__", alter_sys=True)
    finally:
        # A bot that had said its last word once stayed for minutes: its log tells where it does, and it goes.
        faulthandler.dump_traceback_later(_END_SECONDS, exit=True)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
