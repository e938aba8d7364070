"""The trading floor: takes orders in, lets time pass over them, cancels them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.amounts import ZERO
from freqtrade_riskkit.practice.trading.filters import Rules, check_composition, check_count, check_numbers
from freqtrade_riskkit.practice.trading.lifecycle import Lifecycle
from freqtrade_riskkit.practice.trading.matching import Matching
from freqtrade_riskkit.practice.trading.numbers import Numbers
from freqtrade_riskkit.practice.trading.records import (
    ALGO,
    NO_LIST,
    Order,
    OrderRequest,
    OrderType,
    Side,
    Status,
    TimeInForce,
)
from freqtrade_riskkit.practice.trading.refusal import no_such_order, rejected_cancel, rejected_order
from freqtrade_riskkit.practice.trading.waiting import is_set_off

WOULD_TRIGGER = "Stop price would trigger immediately."
WOULD_TAKE = "Order would immediately match and take."
DUPLICATE = "Duplicate order sent."


class TradingFloor:
    """All accounts of an exchange and what happens to their orders.

    Every request first lets time pass up to its own moment (`settle`): orders are filled and set off when the
    price path says so, whenever somebody looks.

    Parameters
    ----------
    market
        Where prices and order books come from.
    accounts
        The accounts, each of its own name.
    rules
        How many orders may be open.
    numbers
        Where orders, trades, lists and transfers get their numbers from.
    settled_ms
        Up to when everything has happened already.
    """

    def __init__(
        self,
        market: Market,
        accounts: Iterable[Account],
        rules: Rules,
        numbers: Numbers,
        settled_ms: int,
    ) -> None:
        self.market = market
        self.rules = rules
        self.numbers = numbers
        self.settled_ms = settled_ms
        self.matching = Matching(market, numbers.next_trade)
        self._accounts = {account.name: account for account in accounts}
        self.lifecycle = Lifecycle(market, self.matching)

    @property
    def accounts(self) -> Mapping[str, Account]:
        """The accounts by name."""
        return MappingProxyType(self._accounts)

    def settle(self, now_ms: int) -> None:
        """Let happen whatever happens to open orders up to this moment, in order of time."""
        if now_ms < self.settled_ms:
            return
        coming: list[tuple[int, int, str]] = []
        for account in self._accounts.values():
            for order in account.open_orders():
                self._foresee(coming, order, self.settled_ms, now_ms)
        while coming:
            at_ms, order_id, name = heapq.heappop(coming)
            account = self._accounts[name]
            order = account.orders[order_id]
            if order.is_open:
                self.lifecycle.act(account, order, at_ms)
                self._foresee(coming, order, at_ms, now_ms)
        self.settled_ms = now_ms

    def check(self, account: Account, request: OrderRequest) -> None:
        """Refuse an order that can't be taken in as it is; what it costs isn't looked at yet.

        Raises
        ------
        Refusal
            With Binance's code and text.
        """
        self.check_terms(request)
        price = self.market.price(request.symbol, self.settled_ms)
        self.check_name(account, request.symbol, request.client_id)
        check_count(account.open_orders(request.symbol), (request.type,), self.rules)
        if request.stop_price is not None and is_set_off(
            request.side, request.type, request.stop_price, price
        ):
            raise rejected_order(WOULD_TRIGGER)
        if request.type is OrderType.LIMIT_MAKER and self._is_marketable(request):
            raise rejected_order(WOULD_TAKE)

    def check_terms(self, request: OrderRequest) -> None:
        """Refuse an order that isn't rightly composed, or breaks one of its pair's rules."""
        check_composition(request)
        price = self.market.price(request.symbol, self.settled_ms)
        check_numbers(request, self.market.listings[request.symbol], price)

    def check_name(self, account: Account, symbol: str, client_id: str | None) -> None:
        """Refuse a client's name for an order while another open order has it."""
        if client_id is not None and any(o.client_id == client_id for o in account.open_orders(symbol)):
            raise rejected_order(DUPLICATE)

    def place(self, account: Account, request: OrderRequest, fill_share: Decimal = Decimal(1)) -> Order:
        """Take an order in at the settled moment, fill what can be filled, and return it.

        Parameters
        ----------
        account
            Whose order it is.
        request
            What is asked for.
        fill_share
            A fault: no more than this part of it is ever filled.

        Raises
        ------
        Refusal
            Where it breaks a rule, or the account can't pay for it.
        """
        self.check(account, request)
        order = self.make_order(account, request)
        order.fill_share = fill_share
        self.lifecycle.begin(account, order, self.settled_ms)
        return order

    def make_order(self, account: Account, request: OrderRequest, list_id: int = NO_LIST) -> Order:
        """Return an order that isn't in the books yet."""
        order_id = self.numbers.next_order()
        now_ms = self.settled_ms
        return Order(
            order_id=order_id,
            account=account.name,
            symbol=request.symbol,
            client_id=request.client_id or f"practice{order_id}",
            list_id=list_id,
            side=request.side,
            type=request.type,
            time_in_force=request.time_in_force or TimeInForce.GTC,
            price=request.price or ZERO,
            stop_price=request.stop_price or ZERO,
            amount=request.amount or ZERO,
            quote_amount=request.quote_amount or ZERO,
            created_ms=now_ms,
            updated_ms=now_ms,
            working_ms=-1 if request.type in ALGO else now_ms,
        )

    def find(self, account: Account, symbol: str, order_id: int | None, client_id: str | None) -> Order:
        """Return an order by its number or its client's name; refused where there is none."""
        if order_id is not None:
            order = account.orders.get(order_id)
            if order is None or order.symbol != symbol or client_id not in (None, order.client_id):
                raise no_such_order()
            return order
        found = account.by_client_id(symbol, client_id) if client_id is not None else None
        if found is None:
            raise no_such_order()
        return found

    def cancel(self, account: Account, order: Order) -> list[Order]:
        """Cancel an order, and the other one of its list; returns what was cancelled, that order first.

        Raises
        ------
        Refusal
            Where it isn't open any more.
        """
        if not order.is_open:
            raise rejected_cancel()
        cancelled = [order]
        sibling = self.lifecycle.sibling(account, order)
        if sibling is not None and sibling.is_open:
            cancelled.append(sibling)
        for one in cancelled:
            self.lifecycle.close(account, one, Status.CANCELED, self.settled_ms)
        return cancelled

    def _is_marketable(self, request: OrderRequest) -> bool:
        book = self.market.order_book(request.symbol, 1, self.settled_ms)
        price = request.price or ZERO
        if request.side is Side.BUY:
            return price >= book.asks[0].price
        return bool(book.bids) and price <= book.bids[0].price

    def _foresee(self, coming: list[tuple[int, int, str]], order: Order, start_ms: int, end_ms: int) -> None:
        at_ms = self.lifecycle.next_moment(order, start_ms, end_ms)
        if at_ms is not None:
            heapq.heappush(coming, (at_ms, order.order_id, order.account))
