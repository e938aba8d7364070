"""The `riskkit` command in a process of its own, as its entry point starts it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.command import TIMEOUT_SECONDS, clean_environment

ENTRY_POINT = "from freqtrade_riskkit.cli.main import run; run()"


def command_line(*arguments: str | Path) -> list[str]:
    """Give the command line of a call."""
    return [sys.executable, "-c", ENTRY_POINT, *map(str, arguments)]


def riskkit(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run ``riskkit`` and wait for it; output is captured, not checked."""
    return subprocess.run(
        command_line(*arguments),
        cwd=cwd,
        env=clean_environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
