"""A trading floor without a server: prices along a given path, time moved by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import numpy as np

from freqtrade_riskkit.practice.book import BookShape
from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.listings import listing_for
from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.paths import BarPath, Bars
from freqtrade_riskkit.practice.sources import PairPrices
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.fees import FeeSchedule
from freqtrade_riskkit.practice.trading.filters import Rules
from freqtrade_riskkit.practice.trading.floor import TradingFloor
from freqtrade_riskkit.practice.trading.lifecycle import needed
from freqtrade_riskkit.practice.trading.numbers import Numbers
from freqtrade_riskkit.practice.trading.records import NO_LIST, Order, OrderRequest, OrderType, Side, Transfer

START_MS = 1_700_000_000_000
SECOND_MS = 1000
PIECES = 100
SHORTEST_BAR_MS = 3
NUMBERS = frozenset({"amount", "quote_amount", "price", "stop_price"})
NO_FEES = FeeSchedule(Decimal(0), Decimal(0))
THIN = BookShape(spread=Decimal(0), level_value=Decimal(1000))


def price_path(prices: Sequence[float], seconds: float = 10.0) -> BarPath:
    """Give a path that runs from each price to the next, so many seconds each, in a hundred small bars."""
    length = int(seconds * SECOND_MS)
    bars = PIECES if length >= PIECES * SHORTEST_BAR_MS else 1
    borders = np.arange((len(prices) - 1) * bars + 1, dtype=np.int64)
    at_border = np.interp(borders / bars, np.arange(len(prices)), np.asarray(prices, dtype=np.float64))
    first, last = at_border[:-1], at_border[1:]
    start = START_MS + borders * length // bars
    return BarPath(
        Bars(
            start_ms=start[:-1],
            end_ms=start[1:],
            open=first,
            high=np.maximum(first, last),
            low=np.minimum(first, last),
            close=last,
            volume=np.full(len(first), 10.0),
        )
    )


class Hall:
    """A floor with accounts, whose time stands still until `after` moves it.

    Parameters
    ----------
    prices
        A path's prices by pair, at equal distances.
    money
        Balances by account.
    seconds
        Time from one price to the next.
    """

    def __init__(
        self,
        prices: Mapping[str, Sequence[float]],
        money: Mapping[str, Mapping[str, str]],
        seconds: float = 10.0,
        fees: FeeSchedule = NO_FEES,
        shape: BookShape = THIN,
        rules: Rules | None = None,
    ) -> None:
        self.clock = PracticeClock(START_MS, speed=0)
        pairs = [
            PairPrices(listing_for(pair, path[0], Decimal("0.01")), price_path(path, seconds))
            for pair, path in prices.items()
        ]
        self.market = Market(self.clock, pairs, shape)
        accounts = [Account(name, number, fees) for number, name in enumerate(money, 1)]
        numbers = Numbers()
        self.floor = TradingFloor(self.market, accounts, rules or Rules(), numbers, START_MS)
        for name, balances in money.items():
            for asset, amount in balances.items():
                self.floor.accounts[name].transfer(
                    Transfer(numbers.next_transfer(), name, asset, Decimal(amount), START_MS)
                )

    @property
    def account(self) -> Account:
        """The first account."""
        return next(iter(self.floor.accounts.values()))

    def after(self, seconds: float) -> None:
        """Let so much time pass over the floor."""
        self.clock.advance(int(seconds * SECOND_MS))
        self.floor.settle(self.clock.now_ms())

    def order(self, side: str, kind: str, **terms: object) -> Order:
        """Place an order of the first account in BTC/USDT, numbers as text."""
        return self.floor.place(self.account, request(side, kind, **terms))

    def money(self, *assets: str) -> list[tuple[str, str]]:
        """Give free and locked of these assets as text."""
        return [(text(self.account.free(a)), text(self.account.held(a))) for a in assets]


def request(side: str, kind: str, **terms: object) -> OrderRequest:
    """Make a request in BTC/USDT, numbers as text."""
    numbers = {name: Decimal(value) for name, value in terms.items() if name in NUMBERS}  # type: ignore[arg-type]
    others = {name: value for name, value in terms.items() if name not in NUMBERS}
    return OrderRequest(
        symbol="BTCUSDT",
        side=Side(side),
        type=OrderType(kind),
        **numbers,  # type: ignore[arg-type]
        **others,  # type: ignore[arg-type]
    )


def text(amount: Decimal) -> str:
    """Write an amount without zeros at its end."""
    return f"{amount.normalize():f}"


def discrepancies(floor: TradingFloor) -> list[str]:
    """Say where balances aren't what transfers, fills and fees make them, or locks not what orders need."""
    found = []
    for account in floor.accounts.values():
        expected: dict[str, Decimal] = {}
        locked: dict[str, Decimal] = {}

        def book(asset: str, amount: Decimal, books: dict[str, Decimal]) -> None:
            books[asset] = books.get(asset, Decimal(0)) + amount

        for transfer in account.transfers:
            book(transfer.asset, transfer.amount, expected)
        for fill in account.fills:
            listing = floor.market.listings[fill.symbol]
            sign = 1 if fill.is_buyer else -1
            book(listing.base, sign * fill.amount, expected)
            book(listing.quote, -sign * fill.value, expected)
            book(fill.fee_asset, -fill.fee, expected)
        for order in account.orders.values():
            book(floor.lifecycle.paid_with(order), order.locked, locked)
            found += _order_discrepancies(account, order)
        for both in account.lists.values():
            legs = [account.orders[number] for number in (both.first_id, both.second_id)]
            left = max((needed(leg) for leg in legs if leg.is_open), default=Decimal(0))
            if sum(leg.locked for leg in legs) != left or both.is_done != (not left):
                found.append(f"list {both.list_id} doesn't hold {left}")
        for asset in _all(expected, locked, account.balances):
            free, held = account.free(asset), account.held(asset)
            if free + held != expected.get(asset, 0):
                found.append(f"{account.name} has {free + held} {asset}, not {expected.get(asset)}")
            if held != locked.get(asset, 0):
                found.append(f"{account.name} holds {held} {asset}, its orders need {locked.get(asset)}")
            if free < 0 or held < 0:
                found.append(f"{account.name} is below zero in {asset}")
    return found


def _order_discrepancies(account: Account, order: Order) -> list[str]:
    fills = list(account.fills_of(order))
    found = []
    if sum((fill.amount for fill in fills), Decimal(0)) != order.filled:
        found.append(f"order {order.order_id} says it filled {order.filled}")
    if sum((fill.value for fill in fills), Decimal(0)) != order.filled_value:
        found.append(f"order {order.order_id} says it traded {order.filled_value}")
    if order.is_open and order.list_id == NO_LIST and order.locked != needed(order):
        found.append(f"order {order.order_id} holds {order.locked} and needs {needed(order)}")
    if order.filled > order.amount:
        found.append(f"order {order.order_id} is filled beyond its amount")
    if not order.is_open and order.locked:
        found.append(f"order {order.order_id} is {order.status} and holds {order.locked}")
    for fill in fills:
        if order.price and (fill.price > order.price if order.is_buy else fill.price < order.price):
            found.append(f"order {order.order_id} was filled at {fill.price}, worse than {order.price}")
    return found


def _all(*books: Iterable[str]) -> set[str]:
    return {name for book in books for name in book}
