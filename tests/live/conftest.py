"""Fixtures of the live tests: a practice exchange, and bots that never outlive their test.

How to write one is told in `tests.live`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from freqtrade_riskkit.practice import AccountSpec, PracticeServer
from freqtrade_riskkit.practice.trading.fees import FeeSchedule
from tests.live.account import ExchangeAccount
from tests.live.bot import Bot
from tests.live.fleet import MakeBot, fleet
from tests.live.prices import SteeredPrices
from tests.live.strategies import puppet

PAIRS = tuple(f"SYN{number:02d}/USDT" for number in range(1, 11))
"""Made-up pairs; the exchange lists them all, at 100 USDT."""
NO_FEES = FeeSchedule(Decimal(0), Decimal(0))
TIMEOUT_SECONDS = 480

StartBot = Callable[..., Bot]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))


@pytest.fixture
def prices() -> SteeredPrices:
    """Prices of `PAIRS`, moved by the test."""
    return SteeredPrices(PAIRS)


@pytest.fixture
def accounts() -> tuple[AccountSpec, ...]:
    """What the exchange's accounts begin with: 10,000 USDT, and no fees."""
    return (AccountSpec("main", {"USDT": Decimal(10_000)}, NO_FEES),)


@pytest.fixture
def server(prices: SteeredPrices, accounts: tuple[AccountSpec, ...]) -> Iterator[PracticeServer]:
    """A practice exchange with these prices; bid and ask are the price itself."""
    with PracticeServer(prices, spread=0, accounts=accounts) as running:
        yield running


@pytest.fixture
def overlay(server: PracticeServer) -> Mapping[str, Any]:
    """The config that leads a bot to the exchange, with the key of its first account."""
    return server.overlay()


@pytest.fixture
def account(server: PracticeServer) -> ExchangeAccount:
    """The account that a live bot of this test trades with, as the exchange has it."""
    return ExchangeAccount(server)


@pytest.fixture
def make_bot(
    request: pytest.FixtureRequest, overlay: Mapping[str, Any], tmp_path: Path, bots: list[Bot]
) -> Iterator[MakeBot]:
    """Make a bot of this test, not started yet; it is killed at the test's end, come what may.

    It trades in dry-run, unless the test is told otherwise (`tests.live.modes`) or `live=True` is given.
    """
    live = getattr(request, "param", "dry_run") == "live"
    with fleet(tmp_path, overlay, puppet(), PAIRS, bots, live=live) as make:
        yield make


@pytest.fixture
def start_bot(make_bot: MakeBot) -> StartBot:
    """Make and start a bot."""

    def start(*source: str, **options: Any) -> Bot:
        bot = make_bot(*source, **options)
        bot.start()
        return bot

    return start
