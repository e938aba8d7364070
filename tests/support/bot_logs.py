"""Pytest plugin: where a test fails, its report shows the end of each of its bots' logs."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.live.bot import Bot

TAIL_LINES = 60
_bots: pytest.StashKey[list[Bot]] = pytest.StashKey()


@pytest.fixture
def bots(request: pytest.FixtureRequest) -> list[Bot]:
    """The bots of this test; whoever makes one adds it (`tests.live.fleet` does)."""
    made: list[Bot] = []
    request.node.stash[_bots] = made
    return made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        for bot in item.stash.get(_bots, []):
            tail = "\n".join(bot.log().splitlines()[-TAIL_LINES:])
            report.sections.append((f"end of {bot.log_file}", tail))
    return report
