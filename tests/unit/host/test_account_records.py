"""What fills a bot's ledger besides trades, through its troubles too: equity, flows, alerts, beginnings."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from freqtrade_riskkit.core.account_alarms import AlarmLimits
from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.host.account_basis import write_facts_once
from freqtrade_riskkit.host.alerts import Alerts
from freqtrade_riskkit.host.bot_ledger import BotLedger, ledger_of
from freqtrade_riskkit.host.equity_samples import EquitySamples
from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.host.told_alarms import ToldAlarms
from freqtrade_riskkit.ledger import AccountFacts, AccountLedger, facts_from_text
from tests.support.last_used import open_last_used
from tests.unit.ledger.records import trade

URL = "sqlite:///riskkit.sqlite"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RUIN = b"this is no database, however long one looks at it " * 100


class Store:
    """The ledger of a bot, and what its user was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        self.opened: list[BotLedger] = []

    def open(self) -> BotLedger:
        made = ledger_of(URL, self.folder, "main", lambda: "f1", denies=True, alert=self.told.append)
        self.opened.append(made)
        return made

    def look(self) -> AccountLedger:
        ledger = open_last_used(URL, self.folder, "main")
        assert ledger is not None
        return ledger


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path)
    yield made
    for ledger in made.opened:
        ledger.close()


def test_equity_when_loops_pass_then_sampled_once_an_interval_with_the_peak_of_every_loop(
    store: Store,
) -> None:
    ledger = store.open()
    samples = EquitySamples(ledger, 5 * MINUTE)
    for minute, equity in enumerate([1000.0, 1100.0, 990.0, 990.0, 990.0, 1010.0]):
        samples.see(equity - 7.0, 7.0, 3.0, START + minute * MINUTE)
        samples.write(START + minute * MINUTE)

    with closing(store.look()) as stored:
        first, second = stored.equity()
    assert (first.at, first.equity, first.peak) == (START, 1000.0, 1000.0)
    assert (second.at, second.equity, second.peak) == (START + 5 * MINUTE, 1010.0, 1100.0)
    assert (second.realised, second.unrealised, second.oldest_mark_seconds) == (1003.0, 7.0, 3.0)


def test_peak_when_the_bot_restarts_or_money_comes_then_it_goes_on_from_the_last_sample(store: Store) -> None:
    first = EquitySamples(store.open(), MINUTE)
    first.see(1000.0, 0.0, None, START)
    first.see(900.0, 0.0, None, START + MINUTE)
    first.write(START + MINUTE)

    again = EquitySamples(store.open(), MINUTE)
    later = START + timedelta(days=5)
    again.see(950.0, 0.0, None, later)
    again.cash_flow(500.0)
    again.see(1450.0, 0.0, None, later + MINUTE)
    again.write(later + MINUTE)

    with closing(store.look()) as stored:
        assert [sample.peak for sample in stored.equity()] == [1000.0, 1000.0, 1000.0, 1500.0]


def test_samples_when_the_ledger_is_away_then_they_wait_and_arrive(store: Store) -> None:
    ledger = store.open()
    samples = EquitySamples(ledger, MINUTE)
    samples.see(1000.0, 0.0, None, START)
    samples.write(START)
    ledger.close()
    file = store.folder / "riskkit.sqlite"
    file.rename(store.folder / "away")
    file.mkdir()
    for minute in (1, 2):
        samples.see(1000.0, 0.0, None, START + minute * MINUTE)
        samples.write(START + minute * MINUTE)
    assert not ledger.answers
    file.rmdir()
    (store.folder / "away").rename(file)
    samples.write(START + 3 * MINUTE)

    with closing(store.look()) as stored:
        assert len(stored.equity()) == 3


def test_flows_and_alerts_when_noted_then_written_with_the_state_each_once(store: Store) -> None:
    ledger = store.open()
    flow = CashFlow(500.0, START, "flow-1")
    for _ in range(2):
        ledger.note_flows([flow])
        ledger.note_alert("DRAWDOWN_WARNING", START, "text", "{}")
    ledger.save("breaker", "{}", START)

    with closing(store.look()) as stored:
        assert stored.cash_flows() == [flow]
        assert [(row.code, row.text) for row in stored.alerts()] == [("DRAWDOWN_WARNING", "text")]


def test_alerts_when_sent_before_and_after_the_ledger_is_there_then_all_are_recorded(store: Store) -> None:
    ledger = store.open()
    strategy = SimpleNamespace(dp=SimpleNamespace(send_msg=lambda *_, **__: None))
    alerts = Alerts(strategy, Run.DRY_RUN)
    alerts.send("The breaker tripped: DRAWDOWN_EXCEEDED: limit=0.15", logging.WARNING)
    alerts.keep_in(ledger.note_alert)
    alerts.send("Something HAPPENED here")
    ledger.write_notes(START)

    with closing(store.look()) as stored:
        assert {row.code for row in stored.alerts()} == {"DRAWDOWN_EXCEEDED", "NOTICE"}


def test_facts_when_written_twice_then_the_first_stay(store: Store) -> None:
    ledger = store.open()
    for balance in (1000.0, 2000.0):
        facts = AccountFacts(balance, "USDT", START)
        ledger.use(START, partial(write_facts_once, facts=facts, now=START))
    with closing(store.look()) as stored:
        assert facts_from_text(stored.load_state("account") or "").starting_balance == 1000.0


def test_alarm_when_the_bot_restarts_then_not_told_again_but_what_came_meanwhile_is(store: Store) -> None:
    limits = AlarmLimits(0.10, 2)
    closed = [trade(1, net_pnl=-150.0)]
    ToldAlarms(store.open(), limits, "USDT", store.told.append).follow(closed, 1000.0, (), START)
    assert store.told == ["DRAWDOWN_WARNING: limit=0.1000, value=0.1500"]

    closed.append(trade(2, net_pnl=-1.0))
    again = ToldAlarms(store.open(), limits, "USDT", store.told.append)
    again.follow(closed, 1000.0, (), START)
    again.follow(closed, 1000.0, (), START)
    assert store.told[1:] == [
        "EXPECTANCY_NEGATIVE: limit=0.00 USDT, value=-75.50 USDT, a trade, after 2 trades"
    ]


def test_ledger_when_its_file_is_damaged_then_set_aside_told_once_and_begun_anew(store: Store) -> None:
    ledger = store.open()
    assert ledger.damaged_at is None
    ledger.save("breaker", "{}", START)
    ledger.close()
    for file in store.folder.glob("riskkit.sqlite-*"):
        file.unlink()
    (store.folder / "riskkit.sqlite").write_bytes(RUIN)

    assert ledger.load("breaker", START) is None
    assert ledger.answers
    assert ledger.openings == 2
    assert ledger.damaged_at == START
    assert store.open().damaged_at == START  # another bot of the same store knows it too
    ledger.save("breaker", "[]", START)
    assert ledger.load("breaker", START) == "[]"
    (alert,) = store.told
    (aside,) = store.folder.glob("riskkit.sqlite.corrupt-*")
    assert alert.startswith("LEDGER_DAMAGED: ")
    assert str(aside) in alert
    assert aside.read_bytes() == RUIN


def test_ledger_when_damaged_and_it_can_not_be_moved_then_it_does_not_answer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store.folder / "riskkit.sqlite").write_bytes(RUIN)
    ledger = store.open()

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    assert ledger.load("breaker", START) is None
    assert not ledger.answers
    assert ledger.damaged_at is None
    decision = ledger.decide()
    assert decision is not None
    assert not decision.allowed
