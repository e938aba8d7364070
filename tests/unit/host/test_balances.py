"""Balances: one read a loop for all who ask, one attempt, and Freqtrade's own wallets left alone."""

from __future__ import annotations

from typing import Any

import pytest
from freqtrade.exceptions import TemporaryError

from freqtrade_riskkit.host.balances import Balances
from freqtrade_riskkit.host.wallet_check import WalletCheck
from tests.unit.host.exchange_cases import Exchange
from tests.unit.host.freqtrade_cases import trade


def test_balances_when_several_ask_in_a_loop_then_read_once_without_retries() -> None:
    exchange = Exchange(balances={"USDT": 500.0, "BTC": 10.0})
    balances = Balances(exchange, exchange.budget)
    check = WalletCheck(balances)
    now = exchange.clock.now
    assert balances.of_this_loop(now) is None
    assert balances.look(now) == {"USDT": 500.0, "BTC": 10.0}
    assert balances.look(now) == balances.of_this_loop(now)
    check.look(now, [trade(base_currency="BTC")])
    assert exchange.asked == [("balances", 0)]

    balances.look(exchange.clock.after(5))
    assert exchange.asked == [("balances", 0)] * 2


def test_wallet_when_somebody_else_read_it_then_compared_without_a_request_of_its_own() -> None:
    exchange = Exchange(balances={"BTC": 10.0})
    balances = Balances(exchange, exchange.budget)
    check = WalletCheck(balances)
    held = [trade(base_currency="BTC")]
    check.look(exchange.clock.now, held)
    exchange.balances["BTC"] = 4.0
    found = []

    now = exchange.clock.after(60)
    check.look(now, held)
    found.append([short.coin for short in check.shortfalls])
    balances.look(now)
    check.look(now, held)
    found.append([short.coin for short in check.shortfalls])
    assert found == [[], ["BTC"]]
    assert len(exchange.asked) == 2


def test_balances_when_they_can_not_be_read_then_none_and_why_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = TemporaryError("GET https://api.binance.com/api/v3/account?timestamp=1&signature=ab 503")
    exchange = Exchange(errors={"balances": error})
    balances = Balances(exchange, exchange.budget)
    for _ in range(3):
        assert balances.look(exchange.clock.after(5)) is None
    assert balances.failure == "TemporaryError: GET https://api.binance.com/api/v3/account?… 503"
    assert "signature" not in caplog.text
    assert len(caplog.records) == 1

    exchange.errors.clear()
    assert balances.look(exchange.clock.after(5)) == {}
    assert balances.failure is None


@pytest.mark.parametrize(("counts_in", "total"), [(True, 940.0), (False, 1000.0)])
def test_futures_wallet_when_the_exchange_counts_open_profit_in_then_it_is_taken_off(
    counts_in: bool, total: float
) -> None:
    """As Freqtrade's own wallets do: 70 of an open position less 10 of another; the third is none."""

    class Futures(Exchange):
        def balance_includes_unrealized_pnl(self) -> bool:
            return counts_in

        def fetch_positions(self, *, count: int) -> list[dict[str, Any]]:
            self.asked.append(("positions", count))
            return [
                {"side": "long", "contracts": 1.0, "unrealizedPnl": "70"},
                {"side": "short", "contracts": 2.0, "unrealizedPnl": -10.0},
                {"side": None, "contracts": 0.0, "unrealizedPnl": 5.0},
            ]

    exchange = Futures(balances={"USDT": 1000.0})
    balances = Balances(exchange, exchange.budget, is_futures=True)

    assert balances.look(exchange.clock.now) == {"USDT": total}
    assert exchange.asked == [("balances", 0)] + [("positions", 0)] * counts_in
