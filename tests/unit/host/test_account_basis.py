"""A bot's metrics rest on the start and the cash flows that its ledger has, whenever each becomes known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from freqtrade_riskkit.cli.account_records import read_history
from freqtrade_riskkit.core.account_alarms import AlarmLimits
from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.performance import Metrics, Performance
from freqtrade_riskkit.core.trends import whole
from freqtrade_riskkit.host.account_basis import AccountBasis
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_ledger import BotLedger, ledger_of
from freqtrade_riskkit.host.told_alarms import ToldAlarms
from freqtrade_riskkit.ledger import AccountFacts, facts_from_text, facts_to_text
from tests.support.last_used import open_last_used
from tests.unit.core.same_metrics import assert_same
from tests.unit.host.freqtrade_cases import START
from tests.unit.host.test_books import Feed, done

URL = "sqlite:///riskkit.sqlite"
HOUR = timedelta(hours=1)
NOW = START + timedelta(days=3)


class Bot:
    """The part of a bot that starts with a balance, closes trades and keeps a ledger."""

    def __init__(self, folder: Path, balance: float) -> None:
        self.folder = folder
        self.balance = balance
        self.told: list[str] = []
        self.feed = Feed()
        self.books = AccountBooks(
            "main", self.feed, Performance("main", balance), START, lambda trade: None, True
        )
        self.ledger: BotLedger = ledger_of(
            URL, folder, "main", lambda: "f1", denies=True, alert=self.told.append
        )
        self.basis = AccountBasis(self.ledger, "USDT", self.told.append)
        self.alarms = ToldAlarms(self.ledger, AlarmLimits(0.1, None), "USDT", self.told.append)

    def close(self, *trades: tuple[int, float]) -> None:
        """Let trades close, each so many hours after the start with such a profit."""
        self.feed.closed += [done(*trade) for trade in trades]
        self.books.take_new_trades()

    def loop(self, *flows: CashFlow) -> Metrics:
        """Run the steps of a loop, and give the metrics after it."""
        self.basis.recall(self.books, self.balance, NOW)
        self.ledger.note_flows(flows)
        self.basis.cash_flows(self.books, flows)
        self.ledger.write_notes(NOW)
        self.books.pass_time(NOW)
        self.ledger.use(NOW, lambda ledger: ledger.put_trades(self.books.records, NOW))
        start = self.books.performance.starting_balance
        self.alarms.follow(self.books.records, start, self.basis.flows, NOW)
        return self.books.metrics()

    def reported(self) -> Metrics:
        """Give what a report says."""
        ledger = open_last_used(URL, self.folder, "main")
        assert ledger is not None
        with closing(ledger):
            facts = facts_from_text(ledger.load_state("account") or "")
            return whole(read_history(ledger, facts), None, None, NOW).metrics


@pytest.fixture
def bots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Bot]]:
    """Places for two starts of a bot; at the second Freqtrade's own balance has moved."""
    monkeypatch.setattr("freqtrade_riskkit.host.books.open_trades", list)
    made = [Bot(tmp_path, 1000.0), Bot(tmp_path, 400.0)]
    yield made
    for bot in made:
        bot.ledger.close()


def flow(amount: float, hours: float) -> CashFlow:
    return CashFlow(amount, START + hours * HOUR, f"flow at {hours:g}")


def test_metrics_when_money_goes_then_the_drawdown_is_the_reports_also_over_a_restart(
    bots: list[Bot],
) -> None:
    """1,000 and 100 won; 600 go; 50 of 500 are lost: a tenth. Then Freqtrade says that it began with 400."""
    first, second = bots
    first.close((1, 100.0))
    first.loop()
    first.loop(flow(-600.0, 1.5))
    first.close((2, -50.0))
    metrics = first.loop()
    assert (metrics.max_drawdown, metrics.current_drawdown, metrics.peak_equity) == (0.1, 0.1, 500.0)
    assert_same(metrics, first.reported())
    assert first.told == []
    assert first.basis.is_known

    second.close((1, 100.0), (2, -50.0))
    assert_same(second.loop(), metrics)
    assert second.books.performance.balance == 450.0
    second.close((3, -1.0))
    assert_same(second.loop(), second.reported())
    assert second.told == ["DRAWDOWN_WARNING: limit=0.1000, value=0.1020"]


def test_metrics_when_a_flow_is_read_after_the_close_that_it_came_before_then_held_against_it_all_the_same(
    bots: list[Bot],
) -> None:
    """The warning that was due at the close comes with the flow."""
    bot = bots[0]
    bot.loop()
    bot.close((2, -50.0))
    assert bot.loop().max_drawdown == 0.05
    assert bot.told == []
    metrics = bot.loop(flow(-600.0, 1.0))
    assert metrics.max_drawdown == 50 / 400
    assert_same(metrics, bot.reported())
    assert bot.told == ["DRAWDOWN_WARNING: limit=0.1000, value=0.1250"]


def test_metrics_when_a_flow_comes_after_the_last_close_then_it_counts_from_the_next_one_on(
    bots: list[Bot],
) -> None:
    bot = bots[0]
    bot.close((1, -50.0))
    bot.loop()
    metrics = bot.loop(flow(1000.0, 1.5))
    assert (metrics.current_drawdown, metrics.peak_equity) == (0.05, 1000.0)
    assert_same(metrics, bot.reported())
    bot.close((2, -10.0))
    metrics = bot.loop()
    assert (metrics.current_drawdown, metrics.max_drawdown) == (0.03, 0.05)
    assert_same(metrics, bot.reported())


def test_metrics_when_a_close_is_learnt_of_late_then_those_of_the_order_in_which_all_closed(
    bots: list[Bot],
) -> None:
    """Of 200 lost, 300 won and 110 lost the middle one is learnt of last: the falls are 200 and 110."""
    bot = bots[0]
    bot.loop()
    bot.close((1, -200.0), (3, -110.0))
    assert bot.loop().max_drawdown_abs == 310.0
    bot.close((2, 300.0))
    metrics = bot.loop()
    assert (metrics.max_drawdown_abs, metrics.loss_streak) == (200.0, 1)
    assert_same(metrics, bot.reported())
    assert len(bot.books.records) == 3


def test_start_when_the_ledger_knows_another_one_then_its_word_counts(bots: list[Bot]) -> None:
    """An import said how much the account began with, and when."""
    bot = bots[0]
    facts = AccountFacts(2000.0, "USDT", START - timedelta(days=30))
    bot.ledger.use(NOW, lambda ledger: ledger.save_state("account", facts_to_text(facts), NOW))
    bot.close((1, -200.0), (2, 50.0))
    metrics = bot.loop()
    assert metrics.max_drawdown == 0.1
    assert_same(metrics, bot.reported())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "{}",
            "what the account began with can't be read: 4 errors; metrics rest on the balance of this start",
        ),
        (
            facts_to_text(AccountFacts(7.0, "BTC", START)),
            "The account's records began in BTC, the stake is now in USDT",
        ),
    ],
)
def test_start_when_the_ledgers_word_can_not_be_used_then_told_once_and_freqtrades_counts(
    bots: list[Bot], text: str, told: str
) -> None:
    bot = bots[0]
    bot.ledger.use(NOW, lambda ledger: ledger.save_state("account", text, NOW))
    bot.close((1, -50.0))
    assert bot.loop().max_drawdown == 0.05
    bot.loop()
    (line,) = bot.told
    assert line.startswith(told)
    bot.ledger.use(NOW, lambda ledger: _still(ledger.load_state("account"), text))


def _still(stored: str | None, text: str) -> None:
    assert stored == text


def test_basis_when_the_ledger_is_another_file_then_that_one_learns_it(bots: list[Bot]) -> None:
    bot = bots[0]
    bot.loop()
    bot.loop(flow(-600.0, 1.0))
    bot.close((2, -50.0))
    metrics = bot.loop()
    bot.ledger.close()
    for file in bot.folder.glob("riskkit.sqlite*"):
        file.unlink()
    assert bot.ledger.load("breaker", NOW) is None
    assert not bot.basis.is_known
    bot.balance = 350.0  # what Freqtrade would say at another start
    assert_same(bot.loop(), metrics)
    assert_same(bot.reported(), metrics)
