"""The real `freqtrade backtesting`, in a process of its own that never outlives this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from freqtrade_riskkit.cli.demo.folder import DemoFolder
from freqtrade_riskkit.cli.refusal import Refused

STRATEGY = "RiskKitDemo"
LONGEST_SECONDS = 600.0
_PATIENCE_SECONDS = 10.0


def arguments(folder: DemoFolder, run: str) -> list[str]:
    """Give the command line of a run, from `backtesting` on."""
    configs = (folder.config, folder.kit_config(run), folder.practice)
    return [
        "backtesting",
        "--enable-protections",
        *("--strategy", STRATEGY),
        *(word for config in configs for word in ("--config", str(config))),
        *("--userdir", str(folder.user_data)),
        *("--datadir", str(folder.candles)),
        *("--cache", "none"),
    ]


def backtest(folder: DemoFolder, run: str) -> Path:
    """Backtest once and give Freqtrade's result file.

    Raises
    ------
    Refused
        Where Freqtrade fails; its log then says more.
    """
    known = set(folder.results.glob("*.zip"))
    code = _freqtrade(folder, run)
    new = set(folder.results.glob("*.zip")) - known
    # Freqtrade ends with 0 after some errors, too: only a result shows that it worked.
    if code != 0 or len(new) != 1:
        raise Refused(f"{_complaint(folder.log(run), code)}; all that it said is in {folder.log(run)}")
    return new.pop()


def _freqtrade(folder: DemoFolder, run: str) -> int:
    with folder.log(run).open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, and arguments made above
            [sys.executable, "-m", "freqtrade", *arguments(folder, run)],
            cwd=folder.root,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            return process.wait(LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            raise Refused(
                f"freqtrade was still at work after {LONGEST_SECONDS:.0f} seconds and was ended; "
                f"all that it said is in {folder.log(run)}"
            ) from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """See to it that the process is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment() -> dict[str, str]:
    """Give this environment without what would change the run: Freqtrade's own variables, and proxies."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FREQTRADE__")}
    return kept | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "NO_COLOR": "1", "COLUMNS": "160"}


def _complaint(log: Path, code: int) -> str:
    """Say how Freqtrade ended, with the last error in its log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line.partition(" - ERROR - ")[2] for line in lines if " - ERROR - " in line]
    last = (
        errors[-1] if errors else next((line for line in reversed(lines) if line.strip()), "it said nothing")
    )
    return f"freqtrade failed (exit code {code}): {last.strip()}"
