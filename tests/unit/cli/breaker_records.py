"""What a bot with a breaker leaves in its store, and how `riskkit status` reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freqtrade_riskkit.cli.recorded_breaker import read_standing
from freqtrade_riskkit.config import load
from freqtrade_riskkit.core.breaker import BreakerEvent, CircuitBreaker
from freqtrade_riskkit.core.data_standing import DataStanding
from freqtrade_riskkit.host.bot_state import STATE_NAME, VERSION, Booked, BotState, to_text
from freqtrade_riskkit.host.breaker_words import describe
from freqtrade_riskkit.host.policies import breaker_policy
from freqtrade_riskkit.ledger import open_ledger
from freqtrade_riskkit.report.standing import Standing
from tests.unit.cli.records import SECTION, URL, leave_mark

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NOTHING_OPEN = DataStanding()
NOTHING_BOOKED = Booked(0, None, frozenset())


def leave_breaker(
    folder: Path,
    profits: Sequence[float],
    section: Mapping[str, Any] = SECTION,
    fingerprint: str = "f1",
    also: Callable[[CircuitBreaker], list[BreakerEvent]] = lambda breaker: [],
    data: DataStanding = NOTHING_OPEN,
    account: str | None = None,
) -> None:
    """Leave what a bot of 1,000 USDT leaves that closes trades of these profits, a minute apart.

    Freqtrade's database, where the config has it, is that of the bot that came last.
    """
    leave_mark(folder, fingerprint)
    breaker_section = load(section).config.circuit_breaker
    assert breaker_section is not None
    breaker = CircuitBreaker(breaker_policy(breaker_section), 1000.0, MORNING)
    equity, events = 1000.0, []
    for number, profit in enumerate(profits, start=1):
        equity += profit
        events += breaker.trade_closed(equity, profit / 100, MORNING + timedelta(minutes=number))
    events += also(breaker)
    memory = breaker.remember()
    state = BotState(VERSION, "USDT", 1000.0, memory, equity, {}, data=data, booked=NOTHING_BOOKED)
    ledger = open_ledger(
        URL, folder / "user_data", account or str(section["account_id"]), fingerprint, MORNING
    )
    for event in events:
        kind, code, text = describe(event, "USDT", would=section.get("mode") == "observe")
        ledger.add_decision(kind, code, event.at, text, "{}")
    ledger.save_state(STATE_NAME, to_text(state), memory.now)
    ledger.close()


def stand(config: Path, *, minutes: float = 10, explained: bool = False) -> Standing:
    """Look at the account some minutes after the morning."""
    return read_standing([str(config)], None, MORNING + timedelta(minutes=minutes), explained=explained)
