"""Reading deposits and withdrawals through ccxt's own parser, from answers as Binance gives them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import ccxt
import pytest
from pydantic import TypeAdapter

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.host.cash_flows import CashFlowReader, ReadFlows, Unreadable
from freqtrade_riskkit.host.read_budget import ReadBudget

START = datetime(2024, 1, 10, tzinfo=UTC)


class Exchange:
    """Freqtrade's exchange as the reader knows it, before ccxt's Binance with canned answers."""

    name = "Binance"

    def __init__(self) -> None:
        api = ccxt.binance({"options": {"defaultType": "spot"}})
        api.markets = api.markets_by_id = {}
        api.currencies = {code: {"id": code, "code": code, "precision": 1e-8} for code in ("USDT", "BNB")}
        api.currencies_by_id = api.currencies
        self._api = api
        self.lacks: set[str] = set()
        self.deposits: list[dict[str, Any]] = []
        self.withdrawals: list[dict[str, Any]] = []
        self.income: list[dict[str, Any]] = []
        self.failure: Exception | None = None
        self.asked: list[dict[str, Any]] = []
        self.clock = START
        self.takes = timedelta(0)
        api.sapiGetCapitalDepositHisrec = self._answer(lambda: self.deposits)
        api.sapiGetCapitalWithdrawHistory = self._answer(lambda: self.withdrawals)
        api.fapiPrivateGetIncome = self._answer(lambda: self.income)

    def now(self) -> datetime:
        return self.clock

    def exchange_has(self, endpoint: str) -> bool:
        return endpoint not in self.lacks and bool(self._api.has[endpoint])

    def _answer(self, rows: Callable[[], list[dict[str, Any]]]) -> Callable[..., list[dict[str, Any]]]:
        def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
            self.asked.append(request)
            self.clock += self.takes
            if self.failure is not None:
                raise self.failure
            return [dict(row) for row in rows()]

        return answer


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def deposit(name: str, amount: str, at: datetime, status: int = 1, coin: str = "USDT") -> dict[str, Any]:
    stamp = int(at.timestamp() * 1000)
    return {"id": name, "amount": amount, "coin": coin, "status": status, "insertTime": stamp, "txId": "t"}


def withdrawal(
    name: str, amount: str, at: datetime, status: int = 6, fee: str = "0", coin: str = "USDT"
) -> dict[str, Any]:
    return {
        "id": name,
        "amount": amount,
        "transactionFee": fee,
        "coin": coin,
        "status": status,
        "applyTime": f"{at:%Y-%m-%d %H:%M:%S}",
        "txId": "t",
    }


class Reading:
    """A reader, and what it told."""

    def __init__(self, exchange: Exchange, state: ReadFlows | None = None, is_futures: bool = False) -> None:
        self.told: list[str] = []
        self.reader = CashFlowReader(
            exchange,
            "USDT",
            ReadBudget(exchange.now),
            is_futures=is_futures,
            state=state,
            tell=self.told.append,
        )

    def amounts(self, at: float) -> list[float]:
        return [flow.amount for flow in self.reader.look(minute(at))]


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def test_reader_when_money_comes_and_goes_then_each_flow_is_given_once_with_its_fee(
    exchange: Exchange,
) -> None:
    exchange.deposits = [deposit("a", "500", minute(-5))]
    exchange.withdrawals = [withdrawal("a", "70", minute(-3))]
    reading = Reading(exchange)
    assert reading.amounts(0) == []

    exchange.deposits.append(deposit("b", "250.5", minute(1)))
    exchange.withdrawals.append(withdrawal("b", "99", minute(2), fee="1"))
    exchange.withdrawals.append(withdrawal("c", "3", minute(2), coin="BNB"))
    assert reading.reader.look(minute(3)) == [
        CashFlow(250.5, minute(1), "deposit b"),
        CashFlow(-100.0, minute(2), "withdrawal b"),
    ]
    assert reading.amounts(4) == []
    assert (reading.told, reading.reader.trouble) == ([], None)


def test_reader_when_asked_within_a_minute_then_it_does_not_ask_the_exchange(exchange: Exchange) -> None:
    reading = Reading(exchange)
    reading.amounts(0)
    assert len(exchange.asked) == 2

    exchange.deposits = [deposit("a", "500", minute(0.5))]
    assert reading.amounts(0.99) == []
    assert len(exchange.asked) == 2
    assert reading.amounts(1) == [500]
    # A clock that was set back doesn't keep it from asking.
    assert reading.amounts(-60) == []
    assert len(exchange.asked) == 6


def test_reader_when_restarted_then_it_goes_on_with_its_state(exchange: Exchange) -> None:
    exchange.deposits = [deposit("before", "5", minute(-9))]
    first = Reading(exchange)
    first.amounts(0)
    exchange.deposits.append(deposit("read", "10", minute(1)))
    assert first.amounts(2) == [10]
    written = TypeAdapter(ReadFlows).dump_json(first.reader.state)  # type: ignore[arg-type]

    exchange.withdrawals = [withdrawal("meanwhile", "20", minute(300))]
    second = Reading(exchange, TypeAdapter(ReadFlows).validate_json(written))
    assert second.amounts(600) == [-20]
    assert second.amounts(602) == []


def test_reader_when_flows_are_not_complete_then_they_count_when_they_are(exchange: Exchange) -> None:
    """At the start the money of a withdrawal under way is gone already, that of a deposit isn't there."""
    exchange.deposits = [deposit("a", "500", minute(-5), status=0)]
    exchange.withdrawals = [withdrawal("a", "70", minute(-3), status=4)]
    reading = Reading(exchange)
    assert (reading.amounts(0), reading.reader.leaving) == ([], 0)

    exchange.deposits = [deposit("a", "500", minute(-5))]
    exchange.withdrawals = [
        withdrawal("a", "70", minute(-3)),
        withdrawal("b", "30", minute(1), status=2, fee="1"),
        withdrawal("c", "44", minute(1), status=5),
    ]
    assert (reading.amounts(2), reading.reader.leaving) == ([500], 31)

    exchange.withdrawals[1]["status"] = 6
    assert (reading.amounts(3), reading.reader.leaving) == ([-31], 0)


def test_reader_when_its_first_tries_fail_then_flows_since_the_start_count(exchange: Exchange) -> None:
    reading = Reading(exchange)
    exchange.failure = ccxt.RequestTimeout("slow")
    assert [reading.amounts(number) for number in (0, 1)] == [[], []]

    exchange.failure = None
    exchange.deposits = [deposit("a", "1", minute(-1)), deposit("b", "2", minute(1.5))]
    assert reading.amounts(2) == [2]


def test_reader_when_a_flow_is_dated_by_the_second_of_its_start_then_it_counts(exchange: Exchange) -> None:
    """Binance gives no milliseconds of a withdrawal: 00:00:00 may be half a second later."""
    started = minute(0) + timedelta(milliseconds=400)
    reading = Reading(exchange, ReadFlows(started))
    exchange.deposits = [deposit("a", "5", minute(0) + timedelta(milliseconds=300))]
    exchange.withdrawals = [withdrawal("b", "70", minute(-1 / 60)), withdrawal("c", "30", minute(0))]
    assert reading.amounts(1) == [-30]


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (ccxt.PermissionDenied("binance API-key has no permission"), Unreadable.REFUSED),
        (ccxt.AuthenticationError("binance invalid key"), Unreadable.REFUSED),
        (ccxt.ExchangeError("binance something else"), Unreadable.REFUSED),
        (ccxt.NotSupported("binance no"), Unreadable.NOT_SUPPORTED),
        (ccxt.ExchangeNotAvailable("binance down"), Unreadable.UNREACHABLE),
    ],
)
def test_reader_when_the_exchange_refuses_then_it_is_told_once_and_can_be_asked_for(
    exchange: Exchange, failure: Exception, reason: Unreadable
) -> None:
    reading = Reading(exchange)
    exchange.failure = failure
    assert [reading.amounts(number) for number in range(3)] == [[]] * 3

    trouble = reading.reader.trouble
    assert trouble is not None
    assert (trouble.reason, trouble.since, reading.told) == (reason, START, [trouble.text])
    assert str(failure) in trouble.text
    exchange.failure = None
    exchange.deposits = [deposit("a", "1", minute(2.5))]
    assert reading.amounts(3) == [1]
    assert reading.reader.trouble is None


def test_reader_when_the_exchange_has_no_such_history_then_that_is_its_trouble(exchange: Exchange) -> None:
    exchange.lacks = {"fetchWithdrawals"}
    reading = Reading(exchange)

    assert reading.amounts(0) == []
    assert reading.told == [
        "deposits and withdrawals can't be read (not supported): "
        "NotSupported: Binance gives no history of deposits and withdrawals"
    ]


def test_reader_when_an_entry_has_no_amount_then_nothing_of_the_answer_is_taken(exchange: Exchange) -> None:
    reading = Reading(exchange)
    reading.amounts(0)
    exchange.deposits = [deposit("a", "1", minute(1)), deposit("b", "", minute(1))]
    assert reading.amounts(2) == []
    assert "a deposit without amount or date" in reading.told[0]

    exchange.deposits[1] = deposit("b", "2", minute(1))
    assert reading.amounts(3) == [1, 2]


def test_reader_when_the_wallet_is_of_futures_then_its_transfers_are_read(exchange: Exchange) -> None:
    def income(kind: str, amount: str, at: datetime, number: int) -> dict[str, Any]:
        stamp = int(at.timestamp() * 1000)
        return {"incomeType": kind, "income": amount, "asset": "USDT", "time": stamp, "tranId": number}

    exchange._api.options["defaultType"] = "swap"
    exchange.income = [income("TRANSFER", "1000", minute(-1), 1)]
    reading = Reading(exchange, is_futures=True)
    assert reading.amounts(0) == []

    exchange.income += [
        income("TRANSFER", "200", minute(1), 2),
        income("TRANSFER", "-50.5", minute(1.5), 3),
        income("COMMISSION", "-4", minute(1.6), 4),
        income("REALIZED_PNL", "40", minute(1.7), 5),
    ]
    assert reading.amounts(2) == [200, -50.5]
    assert reading.amounts(3) == []
    assert exchange.asked[0]["incomeType"] == "TRANSFER"
