"""A live bot's account as the exchange has it, and what other people do to it."""

from __future__ import annotations

from decimal import Decimal

from freqtrade_riskkit.practice import PracticeServer
from freqtrade_riskkit.practice.actions import Action, CancelOrders, Deposit, Withdraw
from freqtrade_riskkit.practice.trading.records import Order

STAKE = "USDT"


class ExchangeAccount:
    """An account on a practice exchange of this process.

    The orders that it gives are the exchange's own objects: they go on changing.

    Parameters
    ----------
    server, name
        The exchange, running; the account's name on it.
    """

    def __init__(self, server: PracticeServer, name: str = "main") -> None:
        self.server = server
        self.name = name

    def perform(self, action: Action) -> None:
        """Let something happen on the exchange: see `freqtrade_riskkit.practice.actions`."""
        self.server.exchange.perform(action)

    def deposit(self, amount: float, asset: str = STAKE) -> None:
        """Let money come in."""
        self.perform(Deposit(account=self.name, asset=asset, amount=Decimal(str(amount))))

    def withdraw(self, amount: float, asset: str = STAKE) -> None:
        """Take free money out."""
        self.perform(Withdraw(account=self.name, asset=asset, amount=Decimal(str(amount))))

    def cancel_orders(self, pair: str | None = None) -> None:
        """Cancel the open orders, of one pair or of all, behind the bot's back."""
        self.perform(CancelOrders(account=self.name, pair=pair))

    def total(self, asset: str = STAKE) -> float:
        """Give what it has of an asset, free or held by orders."""
        with self.server.exchange.session() as floor:
            account = floor.accounts[self.name]
            return float(account.free(asset) + account.held(asset))

    def orders(self, pair: str | None = None) -> list[Order]:
        """Give every order since the account began, oldest first; of one pair or of all."""
        symbol = None if pair is None else pair.replace("/", "")
        with self.server.exchange.session() as floor:
            found = floor.accounts[self.name].orders.values()
            return [order for order in found if symbol in (None, order.symbol)]

    def buys(self, pair: str | None = None) -> list[Order]:
        """Give the orders that bought something."""
        return [order for order in self.orders(pair) if order.is_buy and order.filled]

    def sales(self, pair: str | None = None) -> list[Order]:
        """Give the orders that sold something."""
        return [order for order in self.orders(pair) if not order.is_buy and order.filled]

    def open_orders(self, pair: str | None = None) -> list[Order]:
        """Give the orders that may still be filled."""
        return [order for order in self.orders(pair) if order.is_open]

    def stops(self, pair: str | None = None) -> list[Order]:
        """Give the open orders that wait for their stop price."""
        return [order for order in self.open_orders(pair) if order.is_waiting]
