"""From an order's first moment in the book to its end: filled, set off, expired, cancelled."""

from __future__ import annotations

from decimal import Decimal

from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.amounts import ZERO, worth, worth_at_most
from freqtrade_riskkit.practice.trading.liquidity import next_refill
from freqtrade_riskkit.practice.trading.matching import Matching, Take
from freqtrade_riskkit.practice.trading.records import NO_LIST, Order, OrderType, Side, Status, TimeInForce
from freqtrade_riskkit.practice.trading.waiting import moment_of

AT_ONCE = frozenset({OrderType.MARKET, OrderType.STOP_LOSS, OrderType.TAKE_PROFIT})
"""Types without a limit: what isn't filled on arrival expires."""


class Lifecycle:
    """What becomes of orders.

    Parameters
    ----------
    market
        Prices and rules.
    matching
        Who fills them.
    """

    def __init__(self, market: Market, matching: Matching) -> None:
        self._market = market
        self._matching = matching
        self._not_before: dict[int, int] = {}

    def next_moment(self, order: Order, start_ms: int, end_ms: int) -> int | None:
        """Return when something happens to an order first, in [start_ms, end_ms]; None if nothing does."""
        if not order.is_open or not (order.is_waiting or self._matching.can_fill(order)):
            return None
        start_ms = max(start_ms, self._not_before.get(order.order_id, start_ms))
        return moment_of(order, self._market, start_ms, end_ms)

    def begin(self, account: Account, order: Order, at_ms: int) -> None:
        """Take a new order into the books and fill what can be filled at once.

        Raises
        ------
        Refusal
            Where the account can't pay for it; nothing has changed then.
        """
        if order.type is OrderType.MARKET:
            takes = self._matching.takes(order, at_ms, order.quote_amount or None)
            account.lock(order, self.paid_with(order), _cost(order, takes))
            account.add_order(order)
            self._matching.take(account, order, takes, at_ms)
            self._after_taking(account, order, at_ms)
            return
        account.lock(order, self.paid_with(order), needed(order))
        account.add_order(order)
        if not order.is_waiting:
            self._enter_book(account, order, at_ms)

    def act(self, account: Account, order: Order, at_ms: int) -> None:
        """Let an open order's moment come: its stop price is met, or the market has reached its limit."""
        if order.is_waiting:
            self._expire_sibling(account, order, at_ms)
            order.working_ms = order.updated_ms = at_ms
            account.touch(order)
            self._enter_book(account, order, at_ms)
            return
        takes = self._matching.resting_takes(order, at_ms)
        if takes:
            self._expire_sibling(account, order, at_ms)
            self._matching.take_resting(account, order, takes, at_ms)
        self._after_taking(account, order, at_ms)

    def close(self, account: Account, order: Order, status: Status, at_ms: int) -> None:
        """End an order; what is still held ready for it is free again."""
        order.status = status
        order.updated_ms = at_ms
        if order.locked:
            account.unlock(order, self.paid_with(order), order.locked)
        self._not_before.pop(order.order_id, None)
        account.touch(order)
        sibling = self.sibling(account, order)
        if sibling is not None and not sibling.is_open:
            both = account.lists[order.list_id]
            both.is_done = True
            account.add_list(both)

    def sibling(self, account: Account, order: Order) -> Order | None:
        """Return the other order of its list; None where it belongs to none."""
        if order.list_id == NO_LIST:
            return None
        both = account.lists[order.list_id]
        return account.orders[both.second_id if order.order_id == both.first_id else both.first_id]

    def paid_with(self, order: Order) -> str:
        """Return what an order is paid with."""
        listing = self._market.listings[order.symbol]
        return listing.quote if order.side is Side.BUY else listing.base

    def _enter_book(self, account: Account, order: Order, at_ms: int) -> None:
        """Fill what can be filled at once; what becomes of the rest depends on the order."""
        budget = None
        if order.is_buy and not order.price:
            self._raise_lock(account, order, at_ms)
            budget = order.locked
        takes = self._matching.takes(order, at_ms, budget)
        all_or_nothing = order.time_in_force is TimeInForce.FOK
        if not all_or_nothing or sum(take.amount for take in takes) == order.remaining:
            self._matching.take(account, order, takes, at_ms)
        self._after_taking(account, order, at_ms)

    def _raise_lock(self, account: Account, order: Order, at_ms: int) -> None:
        """Hold more ready for a buy that was set off dearer than its stop price, as far as there is more."""
        cost = _cost(order, self._matching.takes(order, at_ms))
        more = min(cost - order.locked, account.free(self.paid_with(order)))
        if more > 0:
            account.lock(order, self.paid_with(order), more)

    def _after_taking(self, account: Account, order: Order, at_ms: int) -> None:
        if order.quote_amount:
            order.amount = order.filled
        if order.filled == order.amount and order.filled > 0:
            self.close(account, order, Status.FILLED, at_ms)
        elif order.type in AT_ONCE or order.time_in_force is not TimeInForce.GTC:
            self.close(account, order, Status.EXPIRED, at_ms)
        else:
            order.status = Status.PARTIALLY_FILLED if order.filled > 0 else Status.NEW
            surplus = order.locked - needed(order)
            if surplus > 0 and self._stands_alone(account, order):
                account.unlock(order, self.paid_with(order), surplus)
            self._not_before[order.order_id] = next_refill(at_ms)
            account.touch(order)

    def _stands_alone(self, account: Account, order: Order) -> bool:
        sibling = self.sibling(account, order)
        return sibling is None or not sibling.is_open

    def _expire_sibling(self, account: Account, order: Order, at_ms: int) -> None:
        """Let the other order of a list expire; what was held ready for it is held for this one."""
        sibling = self.sibling(account, order)
        if sibling is not None and sibling.is_open:
            order.locked, sibling.locked = order.locked + sibling.locked, ZERO
            self.close(account, sibling, Status.EXPIRED, at_ms)


def needed(order: Order) -> Decimal:
    """Return what has to be held ready for the open rest of an order that isn't a market order."""
    if order.is_buy:
        return worth_at_most(order.price or order.stop_price, order.remaining)
    return order.remaining


def _cost(order: Order, takes: list[Take]) -> Decimal:
    """Return what an order without a limit has to have ready, in what it is paid with."""
    if order.is_buy:
        return sum((worth(take.price, take.amount) for take in takes), ZERO)
    return order.amount or sum((take.amount for take in takes), ZERO)
