"""Fixtures of the live tests: a practice exchange, and bots that never outlive their test."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from freqtrade_riskkit.practice import PracticeServer
from tests.live.bot import Bot
from tests.live.fleet import fleet
from tests.live.prices import SteeredPrices
from tests.live.strategies import puppet

PAIRS = tuple(f"SYN{number:02d}/USDT" for number in range(1, 11))
"""Made-up pairs; the exchange lists them all, at 100 USDT."""
TIMEOUT_SECONDS = 240
TAIL_LINES = 60
_bots = pytest.StashKey[list[Bot]]()

StartBot = Callable[..., Bot]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the end of each bot's log to the report of a failure."""
    report = yield
    if report.failed:
        for bot in item.stash.get(_bots, []):
            tail = "\n".join(bot.log().splitlines()[-TAIL_LINES:])
            report.sections.append((f"end of {bot.log_file}", tail))
    return report


@pytest.fixture
def prices() -> SteeredPrices:
    """Prices of `PAIRS`, moved by the test."""
    return SteeredPrices(PAIRS)


@pytest.fixture
def overlay(prices: SteeredPrices) -> Iterator[Mapping[str, Any]]:
    """The config of a practice exchange with these prices; bid and ask are the price itself."""
    with PracticeServer(prices, spread=0) as server:
        yield server.overlay()


@pytest.fixture
def make_bot(
    request: pytest.FixtureRequest, overlay: Mapping[str, Any], tmp_path: Path
) -> Iterator[StartBot]:
    """Make a bot of this test, not started yet; it is killed at the test's end, come what may."""
    bots: list[Bot] = []
    request.node.stash[_bots] = bots
    with fleet(tmp_path, overlay, puppet(), PAIRS, bots) as make:
        yield make


@pytest.fixture
def start_bot(make_bot: StartBot) -> StartBot:
    """Make and start a bot."""

    def start(*source: str, **options: Any) -> Bot:
        bot = make_bot(*source, **options)
        bot.start()
        return bot

    return start
