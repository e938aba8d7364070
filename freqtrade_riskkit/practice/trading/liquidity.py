"""What the order book still offers: what a client took is gone for a second."""

from __future__ import annotations

from decimal import Decimal

from freqtrade_riskkit.practice.book import Level
from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.trading.amounts import ZERO

LEVELS = 100
REFILL_MS = 1000


class Liquidity:
    """The order books of a market, less what was taken out of them in the present second.

    Parameters
    ----------
    market
        Whose books they are; they follow the price.
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        self._taken: dict[tuple[str, bool], tuple[int, dict[Decimal, Decimal]]] = {}

    def offers(self, symbol: str, to_buyer: bool, at_ms: int) -> list[Level]:
        """Return what is there to be taken, best price first: the asks for a buyer, the bids for a seller."""
        book = self._market.order_book(symbol, LEVELS, at_ms)
        taken = self._in_this_second(symbol, to_buyer, at_ms)
        levels = book.asks if to_buyer else book.bids
        rest = (Level(level.price, level.amount - taken.get(level.price, ZERO)) for level in levels)
        return [level for level in rest if level.amount > 0]

    def take(self, symbol: str, by_buyer: bool, at_ms: int, price: Decimal, amount: Decimal) -> None:
        """Note that so much was taken at a level."""
        taken = self._in_this_second(symbol, by_buyer, at_ms)
        taken[price] = taken.get(price, ZERO) + amount

    def _in_this_second(self, symbol: str, to_buyer: bool, at_ms: int) -> dict[Decimal, Decimal]:
        second = at_ms // REFILL_MS
        known, taken = self._taken.get((symbol, to_buyer), (second, {}))
        if known != second:
            taken = {}
        self._taken[symbol, to_buyer] = (second, taken)
        return taken


def next_refill(at_ms: int) -> int:
    """Return when the book is whole again after something was taken at `at_ms`."""
    return (at_ms // REFILL_MS + 1) * REFILL_MS
