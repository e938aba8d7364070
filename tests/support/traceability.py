"""Pytest plugin: which rows do the tests show?

`@pytest.mark.feature("D1", "D2", "backtest")` claims rows for a test, their mode last. A claim that the
rows file doesn't know is a collection error. `--features-out PATH` writes the page of what passed;
`--features-claims PATH` writes what the collected tests claim, a line each, passed or not.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.feature_page import render_page
from tests.support.feature_rows import Claim, FeatureError, FeatureTable, load_rows, read_marker

PROPERTY = "feature"
_table = pytest.StashKey[FeatureTable]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("features", "which rows the tests show")
    group.addoption("--features-out", type=Path, metavar="PATH", help="write the page of shown rows here")
    group.addoption("--features-claims", type=Path, metavar="PATH", help="write the rows claimed here")
    parser.addini("feature_rows", "the file of all rows", type="string", default="tests/features/rows.toml")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feature(*rows, mode): the test shows these rows in this mode")
    try:
        config.stash[_table] = load_rows(config.rootpath / config.getini("feature_rows"))
    except (OSError, FeatureError) as error:
        raise pytest.UsageError(f"feature rows: {error}") from error
    if hasattr(config, "workerinput"):
        return
    if config.getoption("features_out"):
        if config.args_source is config.ArgsSource.ARGS or config.getoption("keyword"):
            raise pytest.UsageError("--features-out speaks of the whole suite: leave paths and -k out")
        config.pluginmanager.register(PageWriter(config), "features-page")
    if config.getoption("features_claims"):
        config.pluginmanager.register(ClaimsWriter(config.getoption("features_claims")), "features-claims")


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: pytest.Collector) -> Generator[None, object, object]:
    made = yield
    for item in made if isinstance(made, list) else ():
        if isinstance(item, pytest.Item):
            try:
                claims = _claims_of_markers(item)
            except FeatureError as error:
                raise collector.CollectError(f"{item.nodeid}: {error}") from error
            item.user_properties += [(PROPERTY, f"{claim.row} {claim.mode}") for claim in claims]
    return made


def _claims_of_markers(item: pytest.Item) -> list[Claim]:
    claims = []
    for marker in item.iter_markers("feature"):
        if marker.kwargs:
            raise FeatureError(f"feature takes no keywords, was given {', '.join(marker.kwargs)}")
        claims += read_marker(marker.args, item.config.stash[_table])
    return claims


def _claims_of_properties(properties: list[tuple[str, object]]) -> list[Claim]:
    return [Claim(*str(value).split()) for name, value in properties if name == PROPERTY]


class ClaimsWriter:
    """Writes what the collected and not deselected tests claim."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        claims = {claim for item in session.items for claim in _claims_of_properties(item.user_properties)}
        self._path.write_text("".join(f"{claim.row} {claim.mode}\n" for claim in sorted(claims)))


class PageWriter:
    """Gathers each test's phases where all reports arrive, and writes the page at the end.

    A claim counts when at least one of its tests passed in every phase, and none failed, was an expected
    failure, or never came to its end. Skipped tests show nothing and spoil nothing.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._path: Path = config.getoption("features_out")
        self._phases: dict[str, list[tuple[str, str]]] = {}
        self._claims: dict[str, list[Claim]] = {}
        self._collected = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._collected = self._collected and not report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = "failed" if hasattr(report, "wasxfail") else report.outcome
        self._phases.setdefault(report.nodeid, []).append((report.when, outcome))
        if claims := _claims_of_properties(report.user_properties):
            self._claims[report.nodeid] = claims

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        whole = self._collected and not session.shouldstop and not session.shouldfail
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and whole:
            self._path.write_text(render_page(self._config.stash[_table], self._shown()), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        spoiled = ", ".join(f"{claim.row} {claim.mode}" for claim in sorted(self._spoiled()))
        if spoiled:
            terminalreporter.write_line(f"not shown, for a test of it failed: {spoiled}")

    def _shown(self) -> dict[Claim, list[str]]:
        shown: dict[Claim, list[str]] = {}
        spoiled = self._spoiled()
        for nodeid, claims in self._claims.items():
            if self._verdict(nodeid) == "passed":
                for claim in set(claims) - spoiled:
                    shown.setdefault(claim, []).append(nodeid.partition("[")[0])
        return shown

    def _spoiled(self) -> set[Claim]:
        failed = [claims for nodeid, claims in self._claims.items() if self._verdict(nodeid) == "failed"]
        return {claim for claims in failed for claim in claims}

    def _verdict(self, nodeid: str) -> str:
        outcomes = [outcome for _, outcome in self._phases[nodeid]]
        if "failed" in outcomes:
            return "failed"
        if "skipped" in outcomes:
            return "skipped"
        complete = {phase for phase, _ in self._phases[nodeid]} >= {"setup", "call", "teardown"}
        return "passed" if complete else "failed"
