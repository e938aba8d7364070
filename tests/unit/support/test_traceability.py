"""The plugin behind docs/features.md: what counts as shown, and what is refused."""

from __future__ import annotations

import pytest

from tests.support.feature_page import read_page
from tests.support.feature_rows import Claim

ROWS = """
[[section]]
title = "Breaker"
rows = [
    { id = "D1", name = "Daily loss", modes = ["backtest", "dry_run"] },
    { id = "D2", name = "Drawdown", modes = ["backtest"] },
    { id = "D3", name = "Alone", modes = [] },
    { id = "D4", name = "Replay", modes = ["records"], later = true },
]
"""
INI = "[pytest]\nfeature_rows = rows.toml\naddopts = --strict-markers -p tests.support.traceability\n"


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """An empty test suite with four rows and the plugin."""
    pytester.makefile(".ini", pytest=INI)
    pytester.makefile(".toml", rows=ROWS)
    return pytester


def _shown(suite: pytest.Pytester, source: str, *args: str) -> set[Claim]:
    suite.makepyfile(test_sample="import pytest\nfeature = pytest.mark.feature\n" + source)
    suite.runpytest("--features-out=page.md", *args)
    return read_page((suite.path / "page.md").read_text())


def test_page_when_a_test_of_a_row_passes_then_the_row_is_shown(suite: pytest.Pytester) -> None:
    """Several rows in one marker all take the mode that stands last."""
    source = "@feature('D1', 'D2', 'backtest')\ndef test_it(): pass\n"
    assert _shown(suite, source) == {Claim("D1", "backtest"), Claim("D2", "backtest")}


def test_page_when_a_row_belongs_to_no_mode_then_its_name_alone_shows_it(suite: pytest.Pytester) -> None:
    """Such a row has a column of its own."""
    assert _shown(suite, "@feature('D3')\ndef test_it(): pass\n") == {Claim("D3", "no_mode")}


@pytest.mark.parametrize(
    "spoiler",
    [
        "{}\ndef test_other(): assert False",
        "{}\n@pytest.mark.xfail(strict=True)\ndef test_other(): assert False",
        "{}\n@pytest.mark.xfail(strict=False)\ndef test_other(): pass",
        "@pytest.fixture\ndef broken():\n    yield\n    assert False\n{}\ndef test_other(broken): pass",
    ],
    ids=["failing", "expected to fail", "unexpectedly passing", "failing in teardown"],
)
def test_page_when_one_of_two_tests_fails_then_the_row_is_not_shown(
    suite: pytest.Pytester, spoiler: str
) -> None:
    """One test that passes can't make up for one that doesn't."""
    marker = "@feature('D1', 'backtest')"
    assert _shown(suite, f"{marker}\ndef test_it(): pass\n{spoiler.format(marker)}\n") == set()


def test_page_when_a_row_fails_in_one_mode_then_its_other_modes_are_shown(suite: pytest.Pytester) -> None:
    """Modes of a row are judged apart."""
    source = (
        "@feature('D1', 'backtest')\ndef test_it(): pass\n"
        "@feature('D1', 'dry_run')\ndef test_no(): assert False\n"
    )
    assert _shown(suite, source) == {Claim("D1", "backtest")}


def test_page_when_tests_are_skipped_then_they_show_and_spoil_nothing(suite: pytest.Pytester) -> None:
    """D1 has a test that ran beside the skipped one, D2 has none."""
    source = (
        "@feature('D1', 'backtest')\ndef test_it(): pass\n"
        "@pytest.mark.skip\n@feature('D1', 'D2', 'backtest')\ndef test_skipped(): pass\n"
    )
    assert _shown(suite, source) == {Claim("D1", "backtest")}


def test_page_when_written_by_two_workers_then_it_equals_that_of_one_process(suite: pytest.Pytester) -> None:
    """Reports come back in any order; the page doesn't change. Parameters are not told apart in it."""
    source = (
        "@pytest.mark.parametrize('n', range(6))\n@feature('D1', 'backtest')\ndef test_many(n): pass\n"
        "@feature('D2', 'backtest')\nclass TestAll:\n    def test_a(self): pass\n    def test_b(self): pass\n"
    )
    assert _shown(suite, source) == {Claim("D1", "backtest"), Claim("D2", "backtest")}
    alone = (suite.path / "page.md").read_text()
    _shown(suite, source, "-p", "xdist", "-n", "2")
    assert (suite.path / "page.md").read_text() == alone
    assert alone.count("test_many") == 1


def test_page_when_a_worker_crashes_in_a_test_then_its_row_is_not_shown(suite: pytest.Pytester) -> None:
    """The crashed test never reports that it passed."""
    source = (
        "import os\n@feature('D1', 'backtest')\ndef test_it(): pass\n"
        "@feature('D1', 'backtest')\ndef test_crash(): os._exit(1)\n"
        "@feature('D2', 'backtest')\ndef test_other(): pass\n"
    )
    assert _shown(suite, source, "-p", "xdist", "-n", "1") == {Claim("D2", "backtest")}


def test_page_when_written_then_it_names_every_row_and_its_tests(suite: pytest.Pytester) -> None:
    """The whole page for one shown row."""
    _shown(suite, "@feature('D1', 'dry_run')\ndef test_it(): pass\n")
    lines = (suite.path / "page.md").read_text().splitlines()
    assert "Shown: 1 of 4 cells that are not *later*." in lines
    assert [line for line in lines if line.startswith("| D")] == [
        "| D1 | Daily loss | not yet | shown | – | – | – |",
        "| D2 | Drawdown | not yet | – | – | – | – |",
        "| D3 | Alone | – | – | – | – | not yet |",
        "| D4 | Replay | – | – | – | later | – |",
    ]
    assert lines[-2:] == ["- **D1**, dry-run:", "    - `test_sample.py::test_it`"]


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("'D9', 'backtest'", "'D9' is no row"),
        ("'D1', 'dryrun'", "'dryrun' is no row"),
        ("'D2', 'dry_run'", "row D2 belongs to backtest"),
        ("'D1'", "row D1 belongs to backtest, dry_run"),
        ("'D3', 'live'", "row D3 belongs to no mode: name it alone"),
        ("'live'", "names no row"),
        ("'D1', mode='backtest'", "feature takes no keywords, was given mode"),
    ],
)
def test_marker_when_it_claims_what_the_rows_lack_then_collection_fails(
    suite: pytest.Pytester, marker: str, message: str
) -> None:
    """The module counts as an error, and the run fails, before any test ran."""
    suite.makepyfile(
        f"import pytest\n@pytest.mark.feature({marker})\ndef test_it(): pass\ndef test_other(): pass\n"
    )
    result = suite.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{message}*"])


@pytest.mark.parametrize("workers", [[], ["-p", "xdist", "-n", "1"]], ids=["one process", "a worker"])
def test_page_when_collection_fails_then_the_old_page_stays(
    suite: pytest.Pytester, workers: list[str]
) -> None:
    """A run that lacks a part of the suite says nothing about the rows."""
    (suite.path / "page.md").write_text("old")
    suite.makepyfile("import pytest\n@pytest.mark.feature('D9', 'backtest')\ndef test_it(): pass\n")
    suite.makepyfile(test_sound="def test_it(): pass\n")
    suite.runpytest("--features-out=page.md", *workers)
    assert (suite.path / "page.md").read_text() == "old"


@pytest.mark.parametrize("part", [["-k", "it"], ["test_sample.py"]], ids=["-k", "a path"])
def test_page_when_only_a_part_is_run_then_it_is_refused(suite: pytest.Pytester, part: list[str]) -> None:
    """A page from a part of the suite would call shown rows missing."""
    suite.makepyfile(test_sample="def test_it(): pass\n")
    result = suite.runpytest("--features-out=page.md", *part)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*leave paths and -k out*"])


def test_claims_when_tests_are_only_collected_then_they_are_written(suite: pytest.Pytester) -> None:
    """Deselected tests claim nothing."""
    suite.makepyfile(
        "import pytest\n@pytest.mark.feature('D2', 'backtest')\ndef test_it(): assert False\n"
        "@pytest.mark.feature('D1', 'backtest')\ndef test_left_out(): pass\n"
    )
    suite.runpytest("--collect-only", "--features-claims=claims.txt", "-k", "not left_out")
    assert (suite.path / "claims.txt").read_text() == "D2 backtest\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("D2", "D1"), "rows named twice: D1"),
        (('["records"]', '["record"]'), "modes must be a list out of backtest, dry_run, live, records"),
        (("later =", "soon ="), "row D4: unknown keys: soon"),
    ],
)
def test_rows_when_the_file_is_wrong_then_one_line_says_so(
    suite: pytest.Pytester, change: tuple[str, str], message: str
) -> None:
    """A mistake in the rows file stops every run."""
    suite.makefile(".toml", rows=ROWS.replace(*change))
    result = suite.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{message}*"])
