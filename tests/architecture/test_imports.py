"""The direction of imports: the contracts hold, and they would notice if they didn't."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the checkout in `folder`."""
    code = "from importlinter.cli import lint_imports; exit(lint_imports(no_cache=True, no_logo=True))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the package and its contracts that a test may spoil."""
    shutil.copytree(
        ROOT / "freqtrade_riskkit",
        tmp_path / "freqtrade_riskkit",
        ignore=shutil.ignore_patterns("__pycache__", "*.feather"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_when_checked_then_all_are_kept() -> None:
    """Rooms import one way; core and config stay pure; the practice exchange stands alone."""
    result = _lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("core", "import logging", "core knows no host, no clock and no I/O"),
        ("core", "import time", "core knows no host, no clock and no I/O"),
        ("core", "from sqlalchemy import select", "core knows no host, no clock and no I/O"),
        (
            "config",
            "from freqtrade.exceptions import OperationalException",
            "config is read without Freqtrade",
        ),
        ("practice", "import freqtrade_riskkit.host", "The practice exchange knows nothing"),
        ("core", "import freqtrade_riskkit.config", "Imports point one way"),
        ("host", "import freqtrade_riskkit.mixin", "Imports point one way"),
        ("protections", "import freqtrade_riskkit.pairlists", "Imports point one way"),
    ],
)
def test_contracts_when_a_file_breaks_one_then_it_is_named(
    checkout: Path, room: str, line: str, contract: str
) -> None:
    """One planted import is enough."""
    (checkout / "freqtrade_riskkit" / room / "planted.py").write_text(f"{line}\n")
    result = _lint_imports(checkout)
    assert result.returncode == 1
    broken = [text for text in result.stdout.splitlines() if text.endswith("BROKEN")]
    assert any(text.startswith(contract) for text in broken), result.stdout
