"""Filling orders out of the order book, and moving the money for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from freqtrade_riskkit.practice.listings import Listing
from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.amounts import ZERO, converted, in_steps, part, worth
from freqtrade_riskkit.practice.trading.fees import BNB, BNB_PART
from freqtrade_riskkit.practice.trading.liquidity import Liquidity
from freqtrade_riskkit.practice.trading.records import Fill, Order


@dataclass(frozen=True, slots=True)
class Take:
    """So much of one level of the book, at the price that is paid for it."""

    level: Decimal
    price: Decimal
    amount: Decimal


class Matching:
    """Fills orders. It decides prices and amounts; what becomes of the order is its caller's to say.

    Parameters
    ----------
    market
        Prices, books and rules.
    next_trade_id
        Gives each trade its number.
    """

    def __init__(self, market: Market, next_trade_id: Callable[[], int]) -> None:
        self._market = market
        self._liquidity = Liquidity(market)
        self._next_trade_id = next_trade_id
        self.slip = ZERO
        """A fault: orders that take from the book pay this fraction of the price more, or get it less."""

    def takes(self, order: Order, at_ms: int, budget: Decimal | None = None) -> list[Take]:
        """Return what the order would take from the book at this moment.

        Parameters
        ----------
        order
            A limit keeps it from taking at worse prices; `fill_share` from taking everything.
        at_ms
            Milliseconds since 1970 (UTC).
        budget
            Value in quote currency that it may spend or, for a sell, bring in; None for any.
        """
        listing = self._market.listings[order.symbol]
        missing = None if order.quote_amount else _fillable(order, listing)
        left = budget
        found = []
        for level in self._liquidity.offers(order.symbol, order.is_buy, at_ms):
            price = self._paid(order, level.price, listing)
            if order.price and (price > order.price if order.is_buy else price < order.price):
                break
            amount = level.amount if missing is None else min(level.amount, missing)
            if left is not None:
                amount = min(amount, in_steps(converted(left, price), listing.step))
            if amount <= 0:
                break
            found.append(Take(level.price, price, amount))
            missing = None if missing is None else missing - amount
            left = None if left is None else left - worth(price, amount)
        return found

    def take(self, account: Account, order: Order, takes: list[Take], at_ms: int) -> None:
        """Fill an order with what `takes` found, as a taker."""
        for take in takes:
            self._liquidity.take(order.symbol, order.is_buy, at_ms, take.level, take.amount)
            self._fill(account, order, take.price, take.amount, at_ms, is_maker=False)

    def resting_takes(self, order: Order, at_ms: int) -> list[Take]:
        """Return what the market brings a waiting order, all of it at the order's own price."""
        missing = _fillable(order, self._market.listings[order.symbol])
        found = []
        for level in self._liquidity.offers(order.symbol, order.is_buy, at_ms):
            beyond = level.price > order.price if order.is_buy else level.price < order.price
            amount = min(level.amount, missing)
            if beyond or amount <= 0:
                break
            found.append(Take(level.price, order.price, amount))
            missing -= amount
        return found

    def take_resting(self, account: Account, order: Order, takes: list[Take], at_ms: int) -> None:
        """Fill an order with what `resting_takes` found, in one trade, as a maker."""
        for take in takes:
            self._liquidity.take(order.symbol, order.is_buy, at_ms, take.level, take.amount)
        total = sum((take.amount for take in takes), ZERO)
        self._fill(account, order, order.price, total, at_ms, is_maker=True)

    def can_fill(self, order: Order) -> bool:
        """Return whether the order lets itself be filled any further."""
        return _fillable(order, self._market.listings[order.symbol]) > 0

    def _fill(
        self, account: Account, order: Order, price: Decimal, amount: Decimal, at_ms: int, is_maker: bool
    ) -> None:
        listing = self._market.listings[order.symbol]
        value = worth(price, amount)
        if order.is_buy:
            value = min(value, order.locked)
        fee, fee_asset = self._fee(account, order, listing, amount, value, at_ms, is_maker)
        fill = Fill(
            trade_id=self._next_trade_id(),
            order_id=order.order_id,
            list_id=order.list_id,
            account=account.name,
            symbol=order.symbol,
            price=price,
            amount=amount,
            value=value,
            fee=fee,
            fee_asset=fee_asset,
            at_ms=at_ms,
            is_buyer=order.is_buy,
            is_maker=is_maker,
        )
        account.settle(order, fill, listing.base, listing.quote)
        order.updated_ms = at_ms
        account.touch(order)

    def _fee(
        self,
        account: Account,
        order: Order,
        listing: Listing,
        amount: Decimal,
        value: Decimal,
        at_ms: int,
        is_maker: bool,
    ) -> tuple[Decimal, str]:
        rate = account.fees.rate(is_maker)
        if account.fees.in_bnb:
            fee = self._in_bnb(part(value, rate * BNB_PART), listing.quote, at_ms)
            if fee is not None and fee <= account.free(BNB):
                return fee, BNB
        if order.is_buy:
            return part(amount, rate), listing.base
        return part(value, rate), listing.quote

    def _in_bnb(self, value: Decimal, quote: str, at_ms: int) -> Decimal | None:
        """Return a value in BNB; None where BNB isn't traded against its currency."""
        if quote == BNB:
            return value
        symbol = BNB + quote
        if symbol not in self._market.listings:
            return None
        return converted(value, self._market.price(symbol, at_ms))

    def _paid(self, order: Order, level: Decimal, listing: Listing) -> Decimal:
        """Return what is paid at a level: its price, worse by the slip."""
        if self.slip == 0:
            return level
        away = level * self.slip if order.is_buy else -level * self.slip
        rounding = ROUND_CEILING if order.is_buy else ROUND_FLOOR
        ticks = ((level + away) / listing.tick).to_integral_value(rounding)
        return max(ticks, Decimal(1)) * listing.tick


def _fillable(order: Order, listing: Listing) -> Decimal:
    """Return how much of the order may still be filled."""
    if order.fill_share == 1:
        return order.remaining
    return max(ZERO, in_steps(part(order.amount, order.fill_share), listing.step) - order.filled)
