"""The real command lines, in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

TIMEOUT_SECONDS = 180.0


def freqtrade(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run ``freqtrade`` with this interpreter and wait for it; output is captured, not checked.

    Parameters
    ----------
    arguments
        As on the command line.
    cwd
        Working directory.
    env
        Added to the environment. Variables of pytest are taken out of it, for Freqtrade sets up its
        logging otherwise under pytest.
    timeout
        Seconds; beyond it the process is killed and `subprocess.TimeoutExpired` raised.
    """
    return run_module("freqtrade", *arguments, cwd=cwd, env=env, timeout=timeout)


def run_module(
    module: str,
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m module`` as `freqtrade` does."""
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=cwd,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give this environment without pytest's and Freqtrade's variables, wide and without colours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "FREQTRADE__"))}
    return {**kept, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONUTF8": "1", **(extra or {})}
