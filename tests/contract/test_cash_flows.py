"""Deposits and withdrawals as Freqtrade's own exchange class reads them from the practice exchange."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from freqtrade.configuration import Configuration
from freqtrade.exchange import Exchange
from freqtrade.persistence import Trade, init_db
from freqtrade.resolvers import ExchangeResolver
from freqtrade.wallets import Wallets
from pydantic import TypeAdapter

from freqtrade_riskkit.host.balances import Balances
from freqtrade_riskkit.host.cash_watch import CashState, CashWatch
from freqtrade_riskkit.host.read_budget import ReadBudget
from freqtrade_riskkit.practice import FlatPrices, PracticeServer
from freqtrade_riskkit.practice.actions import (
    AnswerStatus,
    Deposit,
    Down,
    ForeignOrder,
    Reject,
    Requests,
    Withdraw,
)
from freqtrade_riskkit.practice.trading.records import Side
from tests.support.workspace import Workspace

STATES = TypeAdapter(CashState)


@pytest.fixture
def server() -> Iterator[PracticeServer]:
    with PracticeServer(FlatPrices({"BTC/USDT": 50_000.0}), spread=0) as running:
        yield running


@pytest.fixture
def exchange(server: PracticeServer, tmp_path: Any) -> Iterator[tuple[Exchange, Wallets]]:
    """Freqtrade's exchange and wallets as a live bot has them, with a database without trades."""
    file = Workspace(tmp_path, server.overlay()).write_config(
        pairs=["BTC/USDT"], timeframe="1m", overrides={"dry_run": False, "initial_state": "running"}
    )
    config = Configuration({"config": [str(file)]}).get_config()
    init_db("sqlite://")
    made = ExchangeResolver.load_exchange(config, validate=False)
    yield made, Wallets(config, made)
    made.close()
    Trade.session.remove()


class Watching:
    """A watch whose clock goes on by a minute with each look."""

    def __init__(self, exchange: tuple[Exchange, Wallets]) -> None:
        self._exchange = exchange
        self._now = datetime.now(UTC)
        self.alerts: list[str] = []
        self._state = CashState()
        self.restart()

    def restart(self) -> None:
        """Begin anew with what the last one knew, as it was written down."""
        state = STATES.validate_json(STATES.dump_json(self._state))
        made, _ = self._exchange
        balances = Balances(made, ReadBudget(lambda: self._now))
        self.watch = CashWatch(made, balances, state=state, alert=self.alerts.append)

    def look(self) -> list[float]:
        self.watch.look(self._now)
        flows = self.watch.take(self._now)
        self._state = self.watch.state
        self._now += timedelta(minutes=1)
        return [flow.amount for flow in flows]


def test_flows_when_money_comes_and_goes_then_each_is_read_once_also_over_a_restart(
    server: PracticeServer, exchange: tuple[Exchange, Wallets]
) -> None:
    server.exchange.perform(Deposit(account="main", asset="USDT", amount=Decimal(5)))
    watching = Watching(exchange)
    assert watching.look() == []  # what was there before, the account's first money too

    server.exchange.perform(Deposit(account="main", asset="USDT", amount=Decimal("250.5")))
    server.exchange.perform(Deposit(account="main", asset="BNB", amount=Decimal(3)))
    assert watching.look() == [250.5]
    watching.restart()
    server.exchange.perform(Withdraw(account="main", asset="USDT", amount=Decimal(9000)))
    assert watching.look() == [-9000]
    watching.restart()
    assert [watching.look() for _ in range(3)] == [[]] * 3
    assert watching.alerts == []
    assert watching.watch.trouble is None


def test_balances_when_read_then_as_freqtrades_wallets_have_them_and_those_stay_as_they_are(
    server: PracticeServer, exchange: tuple[Exchange, Wallets]
) -> None:
    """Renewed wallets would change the stakes that Freqtrade proposes in the same loop."""
    made, wallets = exchange
    wallets.update()
    before = wallets.get_all_balances()
    watching = Watching(exchange)
    server.exchange.perform(Deposit(account="main", asset="USDT", amount=Decimal("250.5")))
    watching.look()
    assert wallets.get_all_balances() is before

    totals = Balances(made, ReadBudget()).look(datetime.now(UTC))
    wallets.update()
    assert totals == {coin: wallet.total for coin, wallet in wallets.get_all_balances().items()}


def test_wallet_when_somebody_else_spends_from_it_then_the_fall_is_told_once(
    server: PracticeServer, exchange: tuple[Exchange, Wallets]
) -> None:
    watching = Watching(exchange)
    watching.look()

    server.exchange.perform(
        ForeignOrder(account="main", pair="BTC/USDT", side=Side.BUY, amount=Decimal("0.01"))
    )
    watching.look()
    watching.restart()
    assert watching.alerts == []
    assert [watching.look() for _ in range(3)] == [[]] * 3
    assert watching.alerts == [
        "CASH_FLOW_UNEXPLAINED: limit=100.00 USDT, value=500.00 USDT, "
        "neither trades nor deposits and withdrawals explain this fall of the wallet"
    ]


def test_key_when_it_may_not_read_the_history_then_falls_are_told_and_say_so(
    server: PracticeServer, exchange: tuple[Exchange, Wallets]
) -> None:
    watching = Watching(exchange)
    # ccxt knows Binance's code for missing rights (-2015) by the real host's name only; this one everywhere.
    refusal = Reject(requests=Requests.QUERIES, count=1, code=-1022, message="Not permitted.")
    for _ in range(3):
        server.exchange.perform(refusal)
        assert watching.look() == []
    assert len(watching.alerts) == 1
    assert "deposits and withdrawals can't be read (refused)" in watching.alerts[0]

    for _ in range(3):
        server.exchange.perform(Withdraw(account="main", asset="USDT", amount=Decimal(500)))
        server.exchange.perform(refusal)
        watching.look()
    assert watching.alerts[1].startswith("CASH_FLOW_UNEXPLAINED: limit=")
    assert "(refused)" in watching.alerts[1]


@pytest.mark.parametrize("fault", [Down(for_seconds=None), AnswerStatus(status=503)])
def test_exchange_when_it_is_gone_then_that_is_told_once_and_nothing_is_lost(
    server: PracticeServer, exchange: tuple[Exchange, Wallets], fault: Any
) -> None:
    watching = Watching(exchange)
    watching.look()
    server.exchange.perform(Withdraw(account="main", asset="USDT", amount=Decimal(700)))
    server.exchange.perform(fault)
    assert [watching.look() for _ in range(3)] == [[]] * 3
    assert len(watching.alerts) == 1

    server.exchange.faults.clear()
    assert watching.look() == [-700]
    assert [watching.look() for _ in range(2)] == [[]] * 2
    assert len(watching.alerts) == 1
