"""docs/features.md says what the tests claim, no more and no less."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.feature_page import read_page
from tests.support.feature_rows import Claim

ROOT = Path(__file__).parents[2]


def test_page_when_held_against_the_markers_then_both_name_the_same_rows(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    """A row that gained or lost its test, or whose test fails, needs `make features` anew."""
    if pytestconfig.getoption("features_out"):
        pytest.skip("this very run writes the page")
    claims = tmp_path / "claims.txt"
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", f"--features-claims={claims}"]
    collected = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110)
    assert collected.returncode == 0, collected.stdout + collected.stderr
    claimed = {Claim(*line.split()) for line in claims.read_text(encoding="utf-8").splitlines()}
    shown = read_page((ROOT / "docs" / "features.md").read_text(encoding="utf-8"))
    assert claimed - shown == set(), "claimed by tests, not shown on the page: run make features"
    assert shown - claimed == set(), "shown on the page, claimed by no test: run make features"
