"""The watch over a live bot's money: looking only asks, taking only tells, and neither raises."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import ccxt
import pytest
from freqtrade.exceptions import TemporaryError

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.host.balances import Balances
from freqtrade_riskkit.host.cash_watch import CashState, CashWatch
from tests.unit.host.exchange_cases import Exchange
from tests.unit.host.freqtrade_database import freqtrade_database


@pytest.fixture(autouse=True)
def _database() -> Iterator[None]:
    with freqtrade_database():
        yield


class Account(Exchange):
    """An exchange with a history of deposits and withdrawals."""

    name = "Binance"

    def __init__(self) -> None:
        super().__init__(balances={"USDT": 1000.0}, offers={"fetchDeposits", "fetchWithdrawals"})
        self.rows: list[Any] = []
        self.history_error: Exception | None = None
        self.history_takes = 0.0
        self._api: Any = self
        self.id = "binance"

    def get_proxy_coin(self) -> str:
        return "USDT"

    def deposit(self, number: int, at: datetime, amount: object = 500.0) -> None:
        row = {"currency": "USDT", "status": "ok", "amount": amount, "id": f"{number}"}
        self.rows.append({**row, "timestamp": int(at.timestamp() * 1000)})

    def fetch_deposits(self, currency: str, since: int) -> list[Any]:
        self.asked.append(("deposits", 0))
        self.clock.after(self.history_takes)
        if self.history_error is not None:
            raise self.history_error
        return self.rows

    def fetch_withdrawals(self, currency: str, since: int) -> list[Any]:
        self.asked.append(("withdrawals", 0))
        self.clock.after(self.history_takes)
        return []


class Watching:
    """A watch, looked at and taken from in each loop."""

    def __init__(self) -> None:
        self.account = Account()
        self.alerts: list[str] = []
        balances = Balances(self.account, self.account.budget)
        self.watch = CashWatch(self.account, balances, state=CashState(), alert=self.alerts.append)

    def loop(self, seconds: float = 60) -> list[float]:
        now = self.account.clock.after(seconds)
        self.watch.look(now)
        return [flow.amount for flow in self.watch.take(now)]


@pytest.fixture
def watching() -> Watching:
    return Watching()


def test_look_when_it_finds_a_flow_then_nothing_is_known_of_it_before_it_is_taken(watching: Watching) -> None:
    """A process that ends between the two reads the flow again."""
    watching.loop()
    before = watching.watch.state
    now = watching.account.clock.after(60)
    watching.account.deposit(1, now)
    watching.watch.look(now)
    assert watching.watch.state == before

    asked = list(watching.account.asked)
    assert watching.watch.take(now) == [CashFlow(500.0, now, "deposit 1")]
    assert watching.watch.take(now) == []
    assert watching.account.asked == asked
    read = watching.watch.state.read
    assert read is not None and "deposit 1" in read.seen


@pytest.mark.parametrize("error", [KeyError("amount"), TypeError("None"), AttributeError("get")])
def test_history_when_ccxts_parser_breaks_on_it_then_unreadable_and_told_once(
    watching: Watching, error: Exception
) -> None:
    watching.loop()
    watching.account.history_error = error
    assert [watching.loop() for _ in range(3)] == [[]] * 3

    (alert,) = watching.alerts
    assert alert.startswith(f"deposits and withdrawals can't be read (refused): {type(error).__name__}")
    watching.account.history_error = None
    watching.account.deposit(1, watching.account.clock.now)
    assert watching.loop() == [500.0]


@pytest.mark.parametrize("amount", ["a lot", math.nan, math.inf, object()])
def test_history_when_an_amount_is_none_then_unreadable_and_told_once(
    watching: Watching, amount: object
) -> None:
    watching.loop()
    watching.account.deposit(1, watching.account.clock.now, amount)
    assert [watching.loop() for _ in range(2)] == [[]] * 2
    assert len(watching.alerts) == 1


@pytest.mark.parametrize("total", [math.nan, math.inf, "a lot"])
def test_wallet_when_its_total_is_no_figure_then_told_once_and_what_was_known_stays(
    watching: Watching, total: Any
) -> None:
    watching.loop()
    memory = watching.watch.state.memory
    watching.account.balances["USDT"] = total
    for _ in range(3):
        watching.loop()
    assert len(watching.alerts) == 1
    assert "The wallet can't be read" in watching.alerts[0]
    assert watching.watch.state.memory == memory

    watching.account.balances["USDT"] = 1000.0
    watching.loop()
    watching.account.errors["balances"] = TemporaryError("gone")
    watching.loop()
    assert len(watching.alerts) == 2


def test_trouble_when_its_text_changes_each_time_then_the_first_stays_and_holds_no_secrets(
    watching: Watching,
) -> None:
    texts = set()
    for number in range(5):
        url = f"https://api.binance.com/sapi/v1/capital?timestamp={number}&signature=ab{number}"
        watching.account.history_error = ccxt.ExchangeNotAvailable(f"binance GET {url} 503 {number}")
        watching.loop()
        texts.add(watching.watch.trouble)

    (text,) = texts
    assert text is not None and text.endswith("https://api.binance.com/sapi/v1/capital?… 503 0")
    assert watching.alerts == [text]
    assert "signature" not in text


@pytest.mark.parametrize("seconds", [5, 65])
def test_history_when_it_stays_out_of_reach_then_the_wallet_is_compared_in_the_loop_after_it(
    watching: Watching, seconds: float
) -> None:
    """The history's missing answer ends the reads of its loop, after ten minutes as before."""
    watching.loop()
    watching.account.history_error = ccxt.RequestTimeout("slow")
    for _ in range(150):
        watching.loop(seconds)
    asked = [name for name, _ in watching.account.asked]
    assert asked.count("balances") >= 2

    watching.account.errors["balances"] = TemporaryError("gone")
    for _ in range(36):
        watching.loop(seconds)
    watching.account.errors.clear()
    watching.account.balances["USDT"] = 600.0
    for _ in range(36):
        watching.loop(seconds)
    assert watching.alerts[-1].startswith("CASH_FLOW_UNEXPLAINED: limit=10.00 USDT, value=400.00 USDT")


def test_history_when_it_is_slow_then_its_second_half_is_read_in_the_next_loop(watching: Watching) -> None:
    watching.loop()
    watching.account.asked.clear()
    watching.account.history_takes = 8.0
    watching.account.deposit(1, watching.account.clock.now)
    assert watching.loop(60) == []
    assert watching.account.asked == [("deposits", 0)]
    assert watching.loop(5) == [500.0]
    assert watching.account.asked == [("deposits", 0), ("withdrawals", 0)]
    watching.loop(5)
    assert watching.account.asked[2:] == [("balances", 0)]
