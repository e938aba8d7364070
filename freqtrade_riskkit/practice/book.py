"""A plausible order book around a price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.listings import Listing


@dataclass(frozen=True, slots=True)
class BookShape:
    """How order books look.

    Attributes
    ----------
    spread
        Distance from the best bid to the best ask, as a fraction of the price, in [0, 1). With 0 both are
        the price itself; otherwise each is half the spread away from it, rounded outwards to the tick.
    level_gap
        Distance between two levels as a fraction of the price, at least one tick.
    level_value
        Value of the first level in quote currency; the n-th level holds n times as much.
    """

    spread: Decimal = Decimal("0.0002")
    level_gap: Decimal = Decimal("0.0001")
    level_value: Decimal = Decimal(25_000)

    def __post_init__(self) -> None:
        if not (self.spread.is_finite() and 0 <= self.spread < 1):
            raise PracticeError(f"spread must be in [0, 1), was {self.spread} (for 1 % write 0.01)")


@dataclass(frozen=True, slots=True)
class Level:
    """One price of the book and the amount offered there, in base currency."""

    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Bids from the highest down and asks from the lowest up."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


def order_book(price: Decimal, listing: Listing, shape: BookShape, levels: int) -> OrderBook:
    """Return a book of so many levels a side; bids end early where prices would reach zero.

    Parameters
    ----------
    price
        The last price, a positive multiple of the listing's tick.
    listing
        Whose tick and step the levels keep to.
    shape
        Spread and depth.
    levels
        Levels a side, at least 1.
    """
    half = price * shape.spread / 2
    tick = listing.tick
    best_bid = max(1, int(((price - half) / tick).to_integral_value(ROUND_FLOOR)))
    best_ask = int(((price + half) / tick).to_integral_value(ROUND_CEILING))
    gap = max(1, int((price * shape.level_gap / tick).to_integral_value()))
    bids = (best_bid - gap * n for n in range(levels))
    asks = (best_ask + gap * n for n in range(levels))
    return OrderBook(
        bids=tuple(_level(n, ticks * tick, listing, shape) for n, ticks in enumerate(bids, 1) if ticks > 0),
        asks=tuple(_level(n, ticks * tick, listing, shape) for n, ticks in enumerate(asks, 1)),
    )


def _level(number: int, price: Decimal, listing: Listing, shape: BookShape) -> Level:
    steps = (shape.level_value * number / price / listing.step).to_integral_value(ROUND_CEILING)
    return Level(price, steps * listing.step)
